//! The operators of the rule language. They replace Rhai's own because comparing values of
//! different types must be a fault, where Rhai silently gives `false`.

use std::cmp::Ordering;

use chrono::NaiveDate;
use rhai::{Array, Dynamic, Engine, ImmutableString, NativeCallContext, Position};

use super::value::Scalar;
use crate::rules::evaluate::evidence;
use crate::rules::evaluate::script_run::{ComparedFigures, Returned, ScriptRun, fail};

pub(in crate::rules) fn register(engine: &mut Engine) {
    for comparator in Comparator::ALL {
        register_comparator(engine, comparator);
    }
    for operation in Operation::ALL {
        register_operation(engine, operation);
    }
    engine.register_fn("-", |context: NativeCallContext<'_>, value: Dynamic| {
        negate(&context, &value)
    });
    engine.register_fn("!", |context: NativeCallContext<'_>, value: Dynamic| not(&context, &value));
    engine.register_fn(
        "contains",
        |context: NativeCallContext<'_>, within: Dynamic, value: Dynamic| {
            contains(&context, &within, &value)
        },
    );
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::rules) enum Comparator {
    Equal,
    Different,
    Less,
    AtMost,
    More,
    AtLeast,
}

impl Comparator {
    const ALL: [Self; 6] =
        [Self::Equal, Self::Different, Self::Less, Self::AtMost, Self::More, Self::AtLeast];

    pub(in crate::rules) fn symbol(self) -> &'static str {
        match self {
            Self::Equal => "==",
            Self::Different => "!=",
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::More => ">",
            Self::AtLeast => ">=",
        }
    }

    /// The operator as mathematics writes it.
    pub(in crate::rules) fn sign(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::Different => "≠",
            Self::Less => "<",
            Self::AtMost => "≤",
            Self::More => ">",
            Self::AtLeast => "≥",
        }
    }

    pub(in crate::rules) fn of(symbol: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|comparator| comparator.symbol() == symbol)
    }

    pub(in crate::rules) fn orders(self) -> bool {
        !matches!(self, Self::Equal | Self::Different)
    }

    pub(in crate::rules) fn accepts(self, ordering: Ordering) -> bool {
        match self {
            Self::Equal => ordering.is_eq(),
            Self::Different => ordering.is_ne(),
            Self::Less => ordering.is_lt(),
            Self::AtMost => ordering.is_le(),
            Self::More => ordering.is_gt(),
            Self::AtLeast => ordering.is_ge(),
        }
    }
}

/// Common pairs of types are registered one by one: Rhai finds those at once, but tries every
/// combination of types before it falls back to the general one.
fn register_comparator(engine: &mut Engine, comparator: Comparator) {
    macro_rules! pair {
        ($left:ty, $right:ty) => {
            engine.register_fn(
                comparator.symbol(),
                move |context: NativeCallContext<'_>, left: $left, right: $right| {
                    compare(&context, comparator, &Dynamic::from(left), &Dynamic::from(right))
                },
            );
        };
    }
    pair!(f64, f64);
    pair!(i64, i64);
    pair!(f64, i64);
    pair!(i64, f64);
    pair!(ImmutableString, ImmutableString);
    pair!(NaiveDate, NaiveDate);
    pair!(bool, bool);
    pair!(Dynamic, Dynamic);
}

fn compare(
    context: &NativeCallContext<'_>,
    comparator: Comparator,
    left: &Dynamic,
    right: &Dynamic,
) -> Returned<bool> {
    let run = ScriptRun::of(context)?;
    let position = context.call_position();
    let held = holds(comparator, left, right)
        .map_err(|error| error.at(&run, position, comparator.symbol()))?;
    run.compared(|analysis| {
        evidence::comparison(analysis, position, comparator.sign(), [left, right], held)
    });
    run.compared_figures(|| {
        let (left, right) = (Scalar::of(left), Scalar::of(right));
        let are_dates = matches!((&left, &right), (Scalar::Date(_), Scalar::Date(_)));
        let (left, right) = (left.coordinate()?, right.coordinate()?);
        Some(ComparedFigures { position, left, right, are_dates, held })
    });
    Ok(held)
}

fn holds(comparator: Comparator, left: &Dynamic, right: &Dynamic) -> Result<bool, OpError> {
    if let (Some(left), Some(right)) = (left.read_lock::<Array>(), right.read_lock::<Array>()) {
        return match comparator {
            Comparator::Equal => same_lists(&left, &right),
            Comparator::Different => same_lists(&left, &right).map(|same| !same),
            Comparator::Less | Comparator::AtMost | Comparator::More | Comparator::AtLeast => {
                Err(OpError::Unordered("lists"))
            }
        };
    }
    let (left, right) = (Scalar::of(left), Scalar::of(right));
    if comparator.orders() && matches!((&left, &right), (Scalar::Bool(_), Scalar::Bool(_))) {
        return Err(OpError::Unordered("booleans"));
    }
    order(&left, &right).map(|ordering| comparator.accepts(ordering))
}

fn same_lists(left: &Array, right: &Array) -> Result<bool, OpError> {
    if left.len() != right.len() {
        return Ok(false);
    }
    for (one, other) in left.iter().zip(right) {
        if !holds(Comparator::Equal, one, other)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn order(left: &Scalar, right: &Scalar) -> Result<Ordering, OpError> {
    let unlike = || OpError::Unlike { verb: "compares", left: left.kind(), right: right.kind() };
    match (left, right) {
        (Scalar::Int(left), Scalar::Int(right)) => Ok(left.cmp(right)),
        (Scalar::Text(left), Scalar::Text(right)) => Ok(left.as_str().cmp(right.as_str())),
        (Scalar::Date(left), Scalar::Date(right)) => Ok(left.cmp(right)),
        (Scalar::Level(left), Scalar::Level(right)) => Ok(left.cmp(right)),
        (Scalar::Bool(left), Scalar::Bool(right)) => Ok(left.cmp(right)),
        _ => {
            let (Some(left), Some(right)) = (left.number(), right.number()) else {
                return Err(unlike());
            };
            left.partial_cmp(&right).ok_or_else(unlike)
        }
    }
}

/// Whether two values are equal. Fails when their types differ.
pub(in crate::rules) fn same(
    context: &NativeCallContext<'_>,
    left: &Dynamic,
    right: &Dynamic,
) -> Returned<bool> {
    let run = ScriptRun::of(context)?;
    holds(Comparator::Equal, left, right)
        .map_err(|error| error.at(&run, context.call_position(), context.fn_name()))
}

/// The order of two values. Fails when their types differ or have no order.
pub(in crate::rules) fn ranked(
    context: &NativeCallContext<'_>,
    left: &Dynamic,
    right: &Dynamic,
) -> Returned<Ordering> {
    let run = ScriptRun::of(context)?;
    order(&Scalar::of(left), &Scalar::of(right))
        .map_err(|error| error.at(&run, context.call_position(), context.fn_name()))
}

/// `value in within`: whether a list has the element, or a text the part.
fn contains(context: &NativeCallContext<'_>, within: &Dynamic, value: &Dynamic) -> Returned<bool> {
    let run = ScriptRun::of(context)?;
    let position = context.call_position();
    let held = if let Some(list) = within.read_lock::<Array>() {
        let mut found = false;
        for element in list.iter() {
            if holds(Comparator::Equal, value, element)
                .map_err(|error| error.at(&run, position, "in"))?
            {
                found = true;
                break;
            }
        }
        found
    } else {
        match (Scalar::of(within), Scalar::of(value)) {
            (Scalar::Text(within), Scalar::Text(part)) => within.contains(part.as_str()),
            (within, value) => {
                let error =
                    OpError::Unlike { verb: "looks for", left: value.kind(), right: within.kind() };
                return Err(error.at(&run, position, "in"));
            }
        }
    };
    run.compared(|analysis| evidence::comparison(analysis, position, "∈", [value, within], held));
    Ok(held)
}

fn not(context: &NativeCallContext<'_>, value: &Dynamic) -> Returned<bool> {
    value.as_bool().map(|held| !held).map_err(|_| {
        let kind = Scalar::of(value).kind();
        fail(context.call_position(), format!("`!` is for booleans, found {kind}"))
    })
}

fn negate(context: &NativeCallContext<'_>, value: &Dynamic) -> Returned<Dynamic> {
    let position = context.call_position();
    let scalar = Scalar::of(value);
    if let Scalar::Int(count) = scalar {
        let beyond = || fail(position, "`-` goes beyond the largest whole number");
        return count.checked_neg().map(Dynamic::from).ok_or_else(beyond);
    }
    let figure = scalar
        .number()
        .ok_or_else(|| fail(position, format!("`-` is for numbers, found {}", scalar.kind())))?;
    Ok((-figure).into())
}

/// What the interpreter and compiled rules calculate alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::rules) enum Operation {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    Power,
}

impl Operation {
    const ALL: [Self; 6] =
        [Self::Add, Self::Subtract, Self::Multiply, Self::Divide, Self::Remainder, Self::Power];

    pub(in crate::rules) fn of(symbol: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|operation| operation.symbols().0 == symbol)
    }

    /// The operator, and its assigning form.
    fn symbols(self) -> (&'static str, &'static str) {
        match self {
            Self::Add => ("+", "+="),
            Self::Subtract => ("-", "-="),
            Self::Multiply => ("*", "*="),
            Self::Divide => ("/", "/="),
            Self::Remainder => ("%", "%="),
            Self::Power => ("**", "**="),
        }
    }

    /// Whole numbers give a whole number, except for a division: 1 milestone of 2 is a half.
    pub(in crate::rules) fn of_integers(self, left: i64, right: i64) -> Option<i64> {
        match self {
            Self::Add => left.checked_add(right),
            Self::Subtract => left.checked_sub(right),
            Self::Multiply => left.checked_mul(right),
            Self::Remainder => left.checked_rem(right),
            Self::Divide | Self::Power => None,
        }
    }

    pub(in crate::rules) fn of_floats(self, left: f64, right: f64) -> f64 {
        match self {
            Self::Add => left + right,
            Self::Subtract => left - right,
            Self::Multiply => left * right,
            Self::Divide => left / right,
            Self::Remainder => left % right,
            Self::Power => left.powf(right),
        }
    }

    fn keeps_integers(self) -> bool {
        !matches!(self, Self::Divide | Self::Power)
    }

    fn divides(self) -> bool {
        matches!(self, Self::Divide | Self::Remainder)
    }
}

fn register_operation(engine: &mut Engine, operation: Operation) {
    let (symbol, assigning) = operation.symbols();
    macro_rules! pair {
        ($left:ty, $right:ty) => {
            engine.register_fn(
                symbol,
                move |context: NativeCallContext<'_>, left: $left, right: $right| {
                    calculate(&context, operation, &Dynamic::from(left), &Dynamic::from(right))
                },
            );
        };
    }
    pair!(f64, f64);
    pair!(i64, i64);
    pair!(f64, i64);
    pair!(i64, f64);
    pair!(Dynamic, Dynamic);
    engine.register_fn(
        assigning,
        move |context: NativeCallContext<'_>, left: &mut Dynamic, right: Dynamic| -> Returned<()> {
            *left = calculate(&context, operation, left, &right)?;
            Ok(())
        },
    );
}

fn calculate(
    context: &NativeCallContext<'_>,
    operation: Operation,
    left: &Dynamic,
    right: &Dynamic,
) -> Returned<Dynamic> {
    let (left, right) = (Scalar::of(left), Scalar::of(right));
    result_of(operation, &left, &right).or_else(|error| {
        let run = ScriptRun::of(context)?;
        Err(error.at(&run, context.call_position(), operation.symbols().0))
    })
}

fn result_of(operation: Operation, left: &Scalar, right: &Scalar) -> Result<Dynamic, OpError> {
    if let (Operation::Add, Scalar::Text(left), Scalar::Text(right)) = (operation, left, right) {
        return Ok(format!("{left}{right}").into());
    }
    let (Some(left_figure), Some(right_figure)) = (left.number(), right.number()) else {
        let (left, right) = (left.kind(), right.kind());
        return Err(OpError::Unlike { verb: "combines", left, right });
    };
    if operation.divides() && right_figure == 0.0 {
        return Err(OpError::DividesByZero);
    }
    if let (Scalar::Int(left), Scalar::Int(right)) = (left, right)
        && operation.keeps_integers()
    {
        return operation.of_integers(*left, *right).map(Dynamic::from).ok_or(OpError::TooLarge);
    }
    let result = operation.of_floats(left_figure, right_figure);
    if result.is_finite() { Ok(result.into()) } else { Err(OpError::TooLarge) }
}

/// Why an operator gave no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum OpError {
    Unlike {
        verb: &'static str,
        left: &'static str,
        right: &'static str,
    },
    Unordered(&'static str),
    DividesByZero,
    /// Also a result that is no real number, such as the root of a negative number.
    TooLarge,
}

impl OpError {
    #[expect(clippy::unnecessary_box_returns, reason = "Rhai takes its errors in a box")]
    fn at(self, run: &ScriptRun, position: Position, symbol: &str) -> Box<rhai::EvalAltResult> {
        let source = run.analysis().source_at(position, symbol);
        let message = match self {
            Self::Unlike { verb: "looks for", left, right } => {
                format!("`{source}` looks for {left} in {right}")
            }
            Self::Unlike { verb, left, right } if left == right => {
                format!("`{source}` {verb} {left} with {right}, which has no meaning")
            }
            Self::Unlike { verb, left, right } => format!("`{source}` {verb} {left} with {right}"),
            Self::Unordered(what) => {
                format!("`{source}` puts {what} in order, which has no meaning")
            }
            Self::DividesByZero => format!("`{source}` divides by zero"),
            Self::TooLarge => format!("`{source}` gives no finite number"),
        };
        fail(position, message)
    }
}
