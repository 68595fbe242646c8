//! Conditions and numbers at random: the part of the grammar that has values.

use super::choices::{Choices, LEVELS};

pub(crate) const FLOATS: [&str; 4] =
    ["cost_current", "cost_initial", "budget_drift", "duration_current"];

pub(crate) const INTS: [&str; 3] = ["editions_seen", "end_shift_days", "interfaces_ready"];

pub(crate) const BOOLS: [&str; 3] = ["listed", "imposed_date", "cost_withheld"];

pub(crate) const TEXTS: [&str; 3] = ["phase", "programme", "phase_previous"];

pub(crate) const DATES: [&str; 3] = ["as_of", "start_on", "forecast_end_on"];

const LITERALS: [&str; 5] = ["\"build\"", "\"\"", "\"a\"", "\"Σ\"", "\"éà\""];

const ORDERS: [&str; 6] = ["==", "!=", "<", "<=", ">", ">="];

/// Fields with a past: all of it, or a part.
const PASTS: [&str; 4] = ["budget_drift", "cost_current", "duration_current", "calendar_drift"];

const CHANGES: [&str; 3] = ["forecast_end_on", "cost_current", "budget_drift"];

pub(crate) const BOOLEANS: [&str; 26] = [
    "compare",
    "field",
    "true",
    "variable",
    "&&",
    "||",
    "!",
    "surely",
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
    "has past",
    "text past",
    "date shift",
];

pub(crate) const NUMBERS: [&str; 29] = [
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
    "previous",
    "change",
    "a_year_ago",
    "editions_above",
    "editions_above_within",
    "changes_within",
    "year",
    "past ??",
];

/// A condition that calls no function of the rule.
pub(crate) fn simple(choices: &mut Choices<'_>) -> String {
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
        "surely" => format!("surely({})", boolean(choices, inner)),
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
        "has past" => choices
            .one_of(&[
                "has(previous(p.phase))",
                "has(change(p.cost_current))",
                "has(previous(p.edition))",
            ])
            .to_owned(),
        "text past" => {
            format!("(previous(p.phase) ?? {}) {order} {}", text(choices), text(choices))
        }
        "date shift" => format!("{} {order} {}", date(choices), shifted(choices)),
        _ => format!("{} {order} {}", number(choices, inner), number(choices, inner)),
    }
}

fn shifted(choices: &mut Choices<'_>) -> String {
    let function = choices.one_of(&["add_days", "add_months"]);
    let counts = ["1", "-1", "12", "p.editions_seen", "-p.end_shift_days", "9000000000", "t.many"];
    format!("{function}({}, {})", date(choices), choices.one_of(&counts))
}

fn any_field(choices: &mut Choices<'_>) -> &'static str {
    let of_kind: [&[&str]; 5] = [&FLOATS, &INTS, &BOOLS, &TEXTS, &DATES];
    let of_kind = choices.one_of(&of_kind);
    choices.one_of(of_kind)
}

pub(crate) fn number(choices: &mut Choices<'_>, depth: usize) -> String {
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
        construct if OF_THE_PAST.contains(&construct) => past(choices, construct, inner),
        _ => {
            choices.one_of(&["1", "0", "-7", "9007199254740993", "4611686018427387904"]).to_owned()
        }
    }
}

const OF_THE_PAST: [&str; 8] = [
    "previous",
    "change",
    "a_year_ago",
    "editions_above",
    "editions_above_within",
    "changes_within",
    "year",
    "past ??",
];

fn past(choices: &mut Choices<'_>, construct: &str, inner: usize) -> String {
    match construct {
        "previous" => format!("previous(p.{})", choices.one_of(&PASTS)),
        "change" => format!("change(p.{})", choices.one_of(&CHANGES)),
        "editions_above" => {
            format!("editions_above(p.{}, {})", choices.one_of(&PASTS), number(choices, inner))
        }
        "a_year_ago" => format!("a_year_ago(p.{})", choices.one_of(&PASTS)),
        "editions_above_within" => {
            let (field, months) = (choices.one_of(&PASTS), months(choices));
            format!("editions_above_within(p.{field}, {}, {months})", number(choices, inner))
        }
        "changes_within" => {
            let field = choices.one_of(&["director_appointed_on", "go_live_on"]);
            format!("changes_within(p.{field}, {})", months(choices))
        }
        "year" => format!("year({})", date(choices)),
        _ => format!(
            "(previous(p.{}) ?? change(p.{}) ?? {})",
            choices.one_of(&PASTS),
            choices.one_of(&CHANGES),
            number(choices, 0)
        ),
    }
}

fn months(choices: &mut Choices<'_>) -> &'static str {
    choices.one_of(&["12", "0", "-3", "1.5", "p.editions_seen", "9223372036854775807"])
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
    match choices.below(6) {
        0 | 1 => format!("p.{one}"),
        2 => format!("(p.{one} ?? p.{other})"),
        3 => "last_change(p.go_live_on)".to_owned(),
        4 => "(a_year_ago(p.forecast_end_on) ?? last_change(p.director_appointed_on))".to_owned(),
        _ => format!("{}(p.{one}, p.{other})", choices.one_of(&["min", "max"])),
    }
}
