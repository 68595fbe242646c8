//! Typical rules, as scripts and as equivalent Polars expressions written by hand.

use std::fmt::Write as _;

use polars::prelude::{DataType, Expr, Scalar, col, lit, when};

pub(crate) const FIELDS: [&str; 8] = [
    "budget_drift",
    "calendar_drift",
    "budget_drift_latest",
    "calendar_drift_latest",
    "cost_change",
    "budget_drift_change",
    "calendar_drift_change",
    "duration_change_months",
];

/// The columns that the rules read.
pub(crate) fn columns() -> Vec<&'static str> {
    FIELDS.into_iter().chain(["phase"]).collect()
}

/// Number of distinct rules: three shapes on eight fields. Further rules are copies with other thresholds.
pub(crate) const ORDINARY: usize = 24;

/// The engine's codes for a missing value: by its position among the fields and thresholds that the rule reads, in
/// reading order.
const FIRST_MISSING: i8 = 6;
const SECOND_MISSING: i8 = 7;
const THIRD_MISSING: i8 = 8;

pub(crate) fn id(index: usize) -> String {
    format!("B{index:04}")
}

/// Thresholds of a rule: watch, high, critical. Each copy of the rules has its own.
pub(crate) fn levels(index: usize) -> [f64; 3] {
    let copy = f64::from(u32::try_from(index / ORDINARY).unwrap_or_default());
    [0.10 + copy / 2000.0, 0.20 + copy / 2000.0, 0.30 + copy / 2000.0]
}

fn names(index: usize) -> [String; 3] {
    let copy = index / ORDINARY;
    ["watch", "high", "critical"].map(|level| format!("bench_{level}_{copy}"))
}

/// The two fields that a rule reads.
pub(crate) fn fields(index: usize) -> (&'static str, &'static str) {
    let at = |place: usize| FIELDS.get(place % FIELDS.len()).copied().unwrap_or_default();
    (at(index / 3), at(index / 3 + 1))
}

/// Text to append to `thresholds.toml`.
pub(crate) fn thresholds(copies: usize) -> String {
    let mut text = String::new();
    for index in (0..copies).map(|copy| copy * ORDINARY) {
        for (name, value) in names(index).iter().zip(levels(index)) {
            write!(
                text,
                "\n[{name}]\nlabel = \"Banc\"\nunit = \"ratio\"\nvalue = {value:?}\nmin = 0.0\n\
                 max = 1.0\nsource = {{ tag = \"expert\", text = \"Banc\" }}\n"
            )
            .unwrap();
        }
    }
    text
}

pub(crate) fn script(index: usize) -> String {
    let (a, b) = fields(index);
    let [watch, high, critical] = names(index);
    let assess = match index % 3 {
        0 => format!(
            "if p.{a} > t.{critical} {{ return CRITICAL; }}\n\
             if p.{a} > t.{high} {{ return HIGH; }}\n\
             if p.{a} > t.{watch} {{ return WATCH; }}\nCLEAR"
        ),
        1 => format!(
            "if p.{a} > t.{high} && p.{b} > t.{high} {{ return HIGH; }}\n\
             if p.{a} > t.{watch} || p.{b} > t.{watch} {{ return WATCH; }}\nCLEAR"
        ),
        _ => format!("if p.phase == \"build\" && p.{a} > t.{high} {{ return MODERATE; }}\nCLEAR"),
    };
    format!(
        "/*---\nid = \"{}\"\ntitle = \"Banc d’essai\"\nfamily = \"drift\"\nscope = \"project\"\n\
         status = \"stable\"\nsources = [\"banc\"]\nguidance = \"Aucune.\"\n---*/\n\
         fn assess(p, t) {{\n{assess}\n}}\nfn explain(p, t) {{ `banc` }}\n",
        id(index)
    )
}

/// A rule as an expert would write it in Polars: one-byte literals, so that Polars neither computes on four bytes nor
/// converts, and missing values tested first.
pub(crate) fn typed(index: usize) -> Expr {
    let (a, b) = fields(index);
    let [watch, high, critical] = levels(index);
    let missing = |name: &str| col(name).is_null();
    let above = |name: &str, threshold: f64| col(name).gt(lit(threshold));
    let code = |code: i8| lit(Scalar::from(code));
    let codes = match index % 3 {
        0 => when(missing(a))
            .then(code(FIRST_MISSING))
            .when(above(a, critical))
            .then(code(4))
            .when(above(a, high))
            .then(code(3))
            .when(above(a, watch))
            .then(code(1))
            .otherwise(code(0)),
        1 => when(missing(a))
            .then(code(FIRST_MISSING))
            .when(above(a, high).and(missing(b)))
            .then(code(THIRD_MISSING))
            .when(above(a, high).and(above(b, high)))
            .then(code(3))
            .when(above(a, watch))
            .then(code(1))
            .when(missing(b))
            .then(code(THIRD_MISSING))
            .when(above(b, watch))
            .then(code(1))
            .otherwise(code(0)),
        _ => when(missing("phase"))
            .then(code(FIRST_MISSING))
            .when(col("phase").neq(lit("build")))
            .then(code(0))
            .when(missing(a))
            .then(code(SECOND_MISSING))
            .when(above(a, high))
            .then(code(2))
            .otherwise(code(0)),
    };
    codes.alias(id(index).as_str())
}

/// A rule written in the simplest way: plain literals, levels first (a comparison with a missing value is not true), as few
/// branches as possible, and one conversion at the end.
pub(crate) fn plainest(index: usize) -> Expr {
    let (a, b) = fields(index);
    let [watch, high, critical] = levels(index);
    let above = |name: &str, threshold: f64| col(name).gt(lit(threshold));
    let missing = |name: &str| col(name).is_null();
    let codes = match index % 3 {
        0 => when(above(a, critical))
            .then(lit(4))
            .when(above(a, high))
            .then(lit(3))
            .when(above(a, watch))
            .then(lit(1))
            .when(missing(a))
            .then(lit(i32::from(FIRST_MISSING)))
            .otherwise(lit(0)),
        1 => when(above(a, high).and(above(b, high)))
            .then(lit(3))
            .when(missing(a))
            .then(lit(i32::from(FIRST_MISSING)))
            .when(missing(b).and(above(a, high).or(above(a, watch).not())))
            .then(lit(i32::from(THIRD_MISSING)))
            .when(above(a, watch).or(above(b, watch)))
            .then(lit(1))
            .otherwise(lit(0)),
        _ => when(col("phase").eq(lit("build")).and(above(a, high)))
            .then(lit(2))
            .when(missing("phase"))
            .then(lit(i32::from(FIRST_MISSING)))
            .when(col("phase").eq(lit("build")).and(missing(a)))
            .then(lit(i32::from(SECOND_MISSING)))
            .otherwise(lit(0)),
    };
    codes.cast(DataType::Int8).alias(id(index).as_str())
}
