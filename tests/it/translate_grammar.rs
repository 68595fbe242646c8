//! Rules at random, from a grammar of the language. Every choice is drawn from a list of numbers,
//! the first choice being the plainest: fewer and smaller numbers give a plainer rule.

use std::collections::BTreeSet;

/// Where choices come from.
pub(crate) struct Choices<'c> {
    numbers: std::slice::Iter<'c, u16>,
    /// What was chosen, by construct.
    pub(crate) used: BTreeSet<&'static str>,
    /// Whether functions of the rule may be called.
    calls: bool,
}

impl<'c> Choices<'c> {
    pub(crate) fn of(numbers: &'c [u16]) -> Self {
        Self { numbers: numbers.iter(), used: BTreeSet::new(), calls: true }
    }

    /// Below a bound; 0 once nothing is left.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        usize::from(self.numbers.next().copied().unwrap_or_default()) % bound
    }

    pub(crate) fn one_of<T: Clone>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())].clone()
    }

    fn construct(&mut self, all: &[&'static str]) -> &'static str {
        let chosen = self.one_of(all);
        self.used.insert(chosen);
        chosen
    }
}

pub(crate) const FLOATS: [&str; 4] =
    ["cost_current", "cost_initial", "budget_drift", "duration_current"];
pub(crate) const INTS: [&str; 3] = ["editions_seen", "end_shift_days", "interfaces_ready"];
pub(crate) const BOOLS: [&str; 3] = ["listed", "imposed_date", "cost_withheld"];
pub(crate) const TEXTS: [&str; 3] = ["phase", "programme", "phase_previous"];
pub(crate) const DATES: [&str; 3] = ["as_of", "start_on", "forecast_end_on"];

const LEVELS: [&str; 5] = ["CLEAR", "WATCH", "MODERATE", "HIGH", "CRITICAL"];
const LITERALS: [&str; 5] = ["\"build\"", "\"\"", "\"a\"", "\"Σ\"", "\"éà\""];
const ORDERS: [&str; 6] = ["==", "!=", "<", "<=", ">", ">="];

pub(crate) const BOOLEANS: [&str; 22] = [
    "compare",
    "field",
    "true",
    "variable",
    "&&",
    "||",
    "!",
    "has",
    "has threshold",
    "text compare",
    "date compare",
    "level compare",
    "bool compare",
    "in list",
    "in numbers",
    "in text",
    "any_of",
    "between",
    "text test",
    "text method",
    "bool ??",
    "bool function",
];
pub(crate) const NUMBERS: [&str; 21] = [
    "whole number",
    "float",
    "number field",
    "threshold",
    "number variable",
    "+",
    "-",
    "*",
    "/",
    "%",
    "**",
    "negative",
    "abs",
    "min",
    "max",
    "round",
    "days_between",
    "months_between",
    "len",
    "number ??",
    "number if",
];
pub(crate) const STATEMENTS: [&str; 12] = [
    "if return",
    "let",
    "let bool",
    "nested if",
    "else if",
    "assign",
    "op-assign",
    "let level",
    "switch statement",
    "return",
    "block",
    "read only",
];
pub(crate) const ENDS: [&str; 9] = [
    "level",
    "if else",
    "if without else",
    "switch",
    "switch ranges",
    "level variable",
    "max level",
    "return level",
    "level function",
];
/// Left to the interpreter, or faulty on every row.
pub(crate) const ODD: [&str; 5] =
    ["loop", "closure", "composed text", "unlike types", "list equality"];

/// The body of `assess` and the functions of the rule.
pub(crate) fn rule(id: &str, choices: &mut Choices<'_>) -> String {
    let body = statements(choices, 3);
    let end = end(choices, 2);
    let odd = if choices.below(12) == 11 { odd(choices) } else { String::new() };
    // Functions of the rule call the library only, or they would call themselves.
    choices.calls = false;
    let early = boolean(choices, 1);
    let (returned, last) = (number(choices, 1), boolean(choices, 2));
    let level = end_with_returns(choices);
    choices.calls = true;
    let functions = format!(
        "fn assess(p, t) {{ let n = 0; let b = false; let l = CLEAR;\n{odd}{body}\n{end}\n}}\n\
         fn test(p, t, x) {{ let n = x; let b = n > 1; let l = WATCH;\n\
         if {early} {{ return n > {returned}; }}\n{last}\n}}\n\
         fn level(p, t, b) {{ let n = 1.5; let l = HIGH;\n{level}\n}}\n\
         fn explain(p, t) {{ \"Parce que.\" }}"
    );
    crate::rules::rule(id, &functions)
}

fn statements(choices: &mut Choices<'_>, most: usize) -> String {
    let count = choices.below(most + 1);
    (0..count).map(|_| statement(choices, most)).collect::<Vec<_>>().join("\n")
}

fn statement(choices: &mut Choices<'_>, depth: usize) -> String {
    let inner = depth.saturating_sub(1);
    match choices.construct(&STATEMENTS) {
        "let" => format!("let n = {};", number(choices, 2)),
        "let bool" => format!("let b = {};", boolean(choices, 2)),
        "let level" => format!("let l = {};", choices.one_of(&LEVELS)),
        "nested if" => format!(
            "if {} {{ {} if {} {{ return {}; }} }}",
            boolean(choices, 1),
            statements(choices, inner),
            boolean(choices, 1),
            choices.one_of(&LEVELS)
        ),
        "else if" => format!(
            "if {} {{ n = {}; }} else if {} {{ b = {}; }} else {{ l = {}; {} }}",
            boolean(choices, 1),
            number(choices, 1),
            boolean(choices, 1),
            boolean(choices, 1),
            choices.one_of(&LEVELS),
            statements(choices, inner)
        ),
        "assign" => format!("n = {};", number(choices, 2)),
        "op-assign" => {
            let operator = choices.one_of(&["+=", "-=", "*=", "/="]);
            format!("n {operator} {};", number(choices, 1))
        }
        "switch statement" => format!(
            "switch p.phase {{ \"build\" => {{ n = {}; }} \"a\" | \"\" if {} => return {}, _ => {{ l = HIGH; }} }}",
            number(choices, 1),
            boolean(choices, 1),
            choices.one_of(&LEVELS)
        ),
        "return" => format!("return {};", choices.one_of(&LEVELS)),
        "block" => format!("{{ let n = {}; {} }}", number(choices, 1), statements(choices, inner)),
        "read only" => format!("{};", number(choices, 1)),
        _ => format!("if {} {{ return {}; }}", boolean(choices, 2), choices.one_of(&LEVELS)),
    }
}

fn end(choices: &mut Choices<'_>, depth: usize) -> String {
    let inner = depth.saturating_sub(1);
    if depth == 0 {
        return choices.one_of(&LEVELS).to_owned();
    }
    match choices.construct(&ENDS) {
        "if else" => format!(
            "if {} {{ {} }} else {{ {} }}",
            boolean(choices, 2),
            end(choices, inner),
            end(choices, inner)
        ),
        "if without else" => format!("if {} {{ {} }}", boolean(choices, 1), end(choices, inner)),
        "switch" => format!(
            "switch p.phase {{ \"a\" | \"Σ\" => {}, \"build\" if {} => {{ {} }} \"build\" => HIGH, _ => {} }}",
            end(choices, inner),
            boolean(choices, 1),
            end(choices, inner),
            end(choices, 0)
        ),
        "switch ranges" => format!(
            "switch p.editions_seen {{ 3 | -1 => {}, 0 if {} => WATCH, 1..5 => {}, 4..=9 if {} => HIGH }}",
            end(choices, 0),
            boolean(choices, 1),
            end(choices, inner),
            boolean(choices, 1)
        ),
        "level variable" => "l".to_owned(),
        "max level" => {
            format!("{}(l, {})", choices.one_of(&["max", "min"]), choices.one_of(&LEVELS))
        }
        "return level" => format!("return {}", choices.one_of(&LEVELS)),
        "level function" => format!("level(p, t, {})", boolean(choices, 1)),
        _ => choices.one_of(&LEVELS).to_owned(),
    }
}

fn end_with_returns(choices: &mut Choices<'_>) -> String {
    format!(
        "if {} {{ if b {{ return CRITICAL; }} n += {}; }} else if n > {} {{ return l; }}\n\
         if b {{ MODERATE }} else {{ max(l, WATCH) }}",
        simple(choices),
        choices.below(3),
        choices.below(3),
    )
}

/// A condition that calls no function of the rule.
fn simple(choices: &mut Choices<'_>) -> String {
    let field = choices.one_of(&FLOATS);
    format!("p.{field} > {}", choices.below(3))
}

pub(crate) fn boolean(choices: &mut Choices<'_>, depth: usize) -> String {
    let inner = depth.saturating_sub(1);
    if depth == 0 {
        return simple(choices);
    }
    let order = choices.one_of(&ORDERS);
    match choices.construct(&BOOLEANS) {
        "field" => format!("p.{}", choices.one_of(&BOOLS)),
        "true" => choices.one_of(&["true", "false"]).to_owned(),
        "variable" => "b".to_owned(),
        operator @ ("&&" | "||") => {
            format!("({} {operator} {})", boolean(choices, inner), boolean(choices, inner))
        }
        "!" => format!("!({})", boolean(choices, inner)),
        "has" => format!("has(p.{})", any_field(choices)),
        "has threshold" => "has(t.target)".to_owned(),
        "text compare" => format!("{} {order} {}", text(choices), text(choices)),
        "date compare" => format!("{} {order} {}", date(choices), date(choices)),
        "level compare" => format!("l {order} {}", choices.one_of(&LEVELS)),
        "bool compare" => format!("b == {}", boolean(choices, inner)),
        "in list" => {
            format!("{} in [{}, \"build\", {}]", text(choices), text(choices), text(choices))
        }
        "in numbers" => format!("{} in [0, 1.5, {}]", number(choices, inner), number(choices, 0)),
        "in text" => format!("{} in {}", text(choices), text(choices)),
        "any_of" => format!("any_of({}, [\"a\", \"build\", \"Σ\", \"\"])", text(choices)),
        "between" => format!(
            "between({}, {}, {})",
            number(choices, inner),
            number(choices, 0),
            number(choices, 0)
        ),
        "text test" => {
            let test = choices.one_of(&["starts_with", "ends_with", "contains"]);
            format!("{test}({}, {})", text(choices), text(choices))
        }
        "text method" => {
            let test = choices.one_of(&["starts_with", "ends_with"]);
            format!("p.{}.{test}({})", choices.one_of(&TEXTS), text(choices))
        }
        "bool ??" => format!(
            "(p.{} ?? p.{} ?? {})",
            choices.one_of(&BOOLS),
            choices.one_of(&BOOLS),
            choices.one_of(&["true", "false"])
        ),
        "bool function" if choices.calls => format!("test(p, t, {})", number(choices, 0)),
        _ => format!("{} {order} {}", number(choices, inner), number(choices, inner)),
    }
}

fn any_field(choices: &mut Choices<'_>) -> &'static str {
    let of_kind: [&[&str]; 5] = [&FLOATS, &INTS, &BOOLS, &TEXTS, &DATES];
    let of_kind = choices.one_of(&of_kind);
    choices.one_of(of_kind)
}

fn number(choices: &mut Choices<'_>, depth: usize) -> String {
    let inner = depth.saturating_sub(1);
    if depth == 0 {
        let known = ["1", "0", "2.5", "p.budget_drift", "p.editions_seen", "t.many", "n"];
        return choices.one_of(&known).to_owned();
    }
    match choices.construct(&NUMBERS) {
        "float" => choices.one_of(&["0.5", "0.0", "1.0e200", "-3.25"]).to_owned(),
        "number field" => {
            let of_kind: [&[&str]; 2] = [&FLOATS, &INTS];
            let of_kind = choices.one_of(&of_kind);
            format!("p.{}", choices.one_of(of_kind))
        }
        "threshold" => format!("t.{}", choices.one_of(&["high", "many", "target"])),
        "number variable" => "n".to_owned(),
        operator @ ("+" | "-" | "*" | "/" | "%" | "**") => {
            format!("({} {operator} {})", number(choices, inner), number(choices, inner))
        }
        "negative" => format!("-({})", number(choices, inner)),
        "abs" => format!("abs({})", number(choices, inner)),
        function @ ("min" | "max") => {
            format!("{function}({}, {})", number(choices, inner), number(choices, inner))
        }
        "round" => format!("round({}, {})", number(choices, inner), choices.below(4)),
        function @ ("days_between" | "months_between") => {
            format!("{function}({}, {})", date(choices), date(choices))
        }
        "len" => choices
            .one_of(&["len(p.phase)", "p.programme.len()", "len([1, 2])", "len(lower(p.phase))"])
            .to_owned(),
        "number ??" => format!(
            "(p.{} ?? p.{} ?? {})",
            choices.one_of(&FLOATS),
            choices.one_of(&INTS),
            number(choices, 0)
        ),
        "number if" => format!(
            "(if {} {{ {} }} else {{ {} }})",
            boolean(choices, inner),
            number(choices, inner),
            number(choices, 0)
        ),
        _ => {
            choices.one_of(&["1", "0", "-7", "9007199254740993", "4611686018427387904"]).to_owned()
        }
    }
}

fn text(choices: &mut Choices<'_>) -> String {
    match choices.below(5) {
        0 | 1 => choices.one_of(&LITERALS).to_owned(),
        2 => format!("lower(p.{})", choices.one_of(&TEXTS)),
        3 => format!("(p.{} ?? {})", choices.one_of(&TEXTS), choices.one_of(&LITERALS)),
        _ => format!("p.{}", choices.one_of(&TEXTS)),
    }
}

fn date(choices: &mut Choices<'_>) -> String {
    let (one, other) = (choices.one_of(&DATES), choices.one_of(&DATES));
    match choices.below(4) {
        0 | 1 => format!("p.{one}"),
        2 => format!("(p.{one} ?? p.{other})"),
        _ => format!("{}(p.{one}, p.{other})", choices.one_of(&["min", "max"])),
    }
}

fn odd(choices: &mut Choices<'_>) -> String {
    match choices.construct(&ODD) {
        "loop" => "for i in [1, 2] { n += i; }",
        "closure" => "if [1, 2].some(|x| x > 1) { l = HIGH; }",
        "composed text" => "if p.phase + \"x\" == \"ax\" { l = HIGH; }",
        "list equality" => "if [1] == [1] { l = WATCH; }",
        _ => "if p.phase == 1 { return HIGH; }",
    }
    .to_owned()
}
