//! The functions that a rule may call: their names, parameters and meaning.

use serde::Serialize;

/// A function of the library, as documented for rule authors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct LibraryFunction {
    pub name: &'static str,
    pub parameters: &'static [&'static str],
    pub meaning: &'static str,
}

/// Whether a function takes a field, not its value: it cannot be called as a method.
pub(in crate::rules) fn is_of_a_field(name: &str) -> bool {
    name == "has" || OF_THE_PAST.contains(&name)
}

/// Functions that read, in place of the field given to them, the one that holds its past.
pub(in crate::rules) const OF_THE_PAST: [&str; 7] = [
    PREVIOUS,
    CHANGE,
    A_YEAR_AGO,
    EDITIONS_ABOVE,
    EDITIONS_ABOVE_WITHIN,
    CHANGES_WITHIN,
    LAST_CHANGE,
];
/// Those that give what they read as it is.
pub(in crate::rules) const READ_ALONE: [&str; 4] = [PREVIOUS, CHANGE, A_YEAR_AGO, LAST_CHANGE];
pub(in crate::rules) const PREVIOUS: &str = "previous";
pub(in crate::rules) const CHANGE: &str = "change";
pub(in crate::rules) const A_YEAR_AGO: &str = "a_year_ago";
pub(in crate::rules) const EDITIONS_ABOVE: &str = "editions_above";
pub(in crate::rules) const EDITIONS_ABOVE_WITHIN: &str = "editions_above_within";
pub(in crate::rules) const CHANGES_WITHIN: &str = "changes_within";
pub(in crate::rules) const LAST_CHANGE: &str = "last_change";
/// Takes a condition, not its value: it cannot be called as a method either.
pub(in crate::rules) const SURELY: &str = "surely";

/// The parameters of a function of the library.
pub(in crate::rules) fn parameters(name: &str) -> Option<&'static [&'static str]> {
    let found = FUNCTIONS.iter().find(|function| function.name == name);
    found.map(|function| function.parameters)
}

const fn function(
    name: &'static str,
    parameters: &'static [&'static str],
    meaning: &'static str,
) -> LibraryFunction {
    LibraryFunction { name, parameters, meaning }
}

pub const FUNCTIONS: &[LibraryFunction] = &[
    // Tests of values
    function("has", &["p.field"], "Whether the field has a value; does not end the evaluation."),
    function(SURELY, &["condition"], "Whether the condition holds and all that it reads is known."),
    function("between", &["x", "low", "high"], "Whether x is from low to high, both included."),
    function("any_of", &["x", "list"], "Whether x is one of the list."),
    // Wording, for explanations
    function("pct", &["ratio"], "0.284 as « 28,4 % »."),
    function("points", &["difference"], "0.032 as « +3,2 points »."),
    function("meur", &["amount"], "1860.0 as « 1 860,0 M€ »."),
    function("months", &["count"], "14.0 as « 14 mois »."),
    function("days", &["count"], "120 as « 120 jours »."),
    function("number", &["x"], "1234.5 as « 1 234,5 »."),
    function("date_fr", &["date"], "« 1er novembre 2020 »."),
    function("month_fr", &["date"], "« novembre 2020 »."),
    function("year_fr", &["date"], "« 2020 »."),
    // Dates
    function("days_between", &["from", "to"], "Days from one date to another; negative if before."),
    function("months_between", &["from", "to"], "Whole calendar months, by year and month only."),
    function("add_days", &["date", "count"], "So many days later; earlier if negative."),
    function("add_months", &["date", "count"], "The same day so many months later, or the last."),
    function("year", &["date"], "The year of a date."),
    // History
    function(PREVIOUS, &["p.field"], "The field in the previous edition."),
    function(CHANGE, &["p.field"], "By how much the field moved since the previous edition."),
    function(A_YEAR_AGO, &["p.field"], "The field twelve months before `p.as_of`."),
    function(
        EDITIONS_ABOVE,
        &["p.field", "limit"],
        "In how many editions the field is known and above the limit.",
    ),
    function(
        EDITIONS_ABOVE_WITHIN,
        &["p.field", "limit", "months"],
        "The same among the editions of the last so many months.",
    ),
    function(
        CHANGES_WITHIN,
        &["p.field", "months"],
        "How many times the answer became another in the last so many months.",
    ),
    function(LAST_CHANGE, &["p.field"], "The day on which the answer last became another."),
    // Numbers
    function("abs", &["x"], "Without its sign."),
    function("min", &["x", "y"], "The smaller of two numbers, dates or levels."),
    function("max", &["x", "y"], "The larger of two numbers, dates or levels."),
    function("round", &["x", "decimals"], "Rounded, halves away from zero."),
    // Texts
    function("contains", &["text", "part"], "Same as `part in text`; also of a list."),
    function("starts_with", &["text", "start"], "Whether the text begins so."),
    function("ends_with", &["text", "end"], "Whether the text ends so."),
    function("lower", &["text"], "In lower case."),
    // Lists
    function("len", &["list"], "How many elements, or characters of a text."),
    function("push", &["list", "x"], "Adds an element at the end."),
    function("sum", &["list"], "Sum of a list of numbers."),
    function("filter", &["list", "|x| …"], "The elements for which the closure is true."),
    function("map", &["list", "|x| …"], "What the closure makes of each element."),
    function("some", &["list", "|x| …"], "Whether the closure is true of an element."),
    function("all", &["list", "|x| …"], "Whether the closure is true of every element."),
];
