//! The past of a field: what it was, how far it moved, in how many editions it was above a limit.

use super::catalogue::{catalogue, day, faults, judge, project, rule_assessing, text, words};
use vigie::domain::ids::RuleId;
use vigie::domain::value::Value;
use vigie::frame::dictionary::built_in;
use vigie::rules::ExecutionRoute;

/// A project that three editions listed, the second without a cost.
const KNOWN: [(&str, f64); 5] = [
    ("cost_year_ago", 9.0),
    ("cost_previous", 10.0),
    ("cost_change_meur", 2.0),
    ("budget_drift_previous", 0.1),
    ("duration_change_months", -1.0),
];

fn cells() -> Vec<(&'static str, Value)> {
    let figures = KNOWN.map(|(field, figure)| (field, Value::Float(figure)));
    let others = [
        ("budget_drift_history", text("0.1 - 0.2 0.32")),
        ("edition_history", text("2019-05 2019-11 2020-05 2021-05")),
        ("director_changes", text("2019-03-01 2020-06-15 2020-08-01")),
        ("director_changed_on", Value::Date(day("2020-08-01"))),
        ("go_live_changes", text("")),
        ("phase_previous", text("build")),
        ("end_shift_days", Value::Int(120)),
        ("forecast_end_previous", Value::Date(day("2021-01-31"))),
        ("cost_withheld", Value::Bool(true)),
    ];
    figures.into_iter().chain(others).collect()
}

#[track_caller]
fn check(condition: &str, expected: &str) {
    let body = format!("if {condition} {{ HIGH }} else {{ CLEAR }}");
    let cells = cells();
    assert_eq!(words(&judge(&body, &cells).verdict), expected, "{condition}");
    let catalogue = catalogue(&[("X1.rhai", rule_assessing("X1", &body))]);
    let frames = project(&cells).frames(built_in()).unwrap();
    let translated = catalogue.judge(&frames, day("2021-07-01"));
    assert_eq!(words(&translated[0].verdict), expected, "{condition}, translated");
}

#[track_caller]
fn check_fault(condition: &str, expected: &str) {
    let body = format!("if {condition} {{ HIGH }} else {{ CLEAR }}");
    assert_eq!(faults(&[("X1.rhai", rule_assessing("X1", &body))]), expected, "{condition}");
}

#[test]
fn what_a_field_was_and_how_far_it_moved_are_read_without_the_field_itself() {
    check("previous(p.cost_current) == 10", "high");
    check("change(p.cost_current) > 1.5", "high");
    check("change(p.duration_current) < 0", "high");
    check("change(p.forecast_end_on) == 120", "high");
    check("previous(p.forecast_end_on) < p.as_of", "high");
    check("previous(p.phase) == \"build\"", "high");
    check("p.cost_current > previous(p.cost_current)", "unknown cost_current withheld");
}

#[test]
fn a_past_that_is_missing_ends_the_evaluation_under_its_own_name_unless_expected() {
    check("previous(p.duration_current) > 1", "unknown duration_previous missing");
    check("change(p.calendar_drift) > 0.1", "unknown calendar_drift_change missing");
    check("editions_above(p.cost_current, 1) > 0", "unknown cost_history missing");
    check("(previous(p.duration_current) ?? 5) == 5", "high");
    check("(previous(p.duration_current) ?? previous(p.cost_current)) == 10", "high");
    check("has(previous(p.cost_current)) && !has(previous(p.duration_current))", "high");
    check("has(change(p.cost_current)) && !has(change(p.budget_drift))", "high");
    // Read in order, the field before the limit.
    check("editions_above(p.cost_current, p.cost_initial) > 0", "unknown cost_history missing");
    check("editions_above(p.budget_drift, p.cost_initial) > 0", "unknown cost_initial missing");
}

#[test]
fn a_switch_may_look_at_what_a_text_was() {
    let body = "switch previous(p.phase) { \"build\" | \"trial\" => HIGH, _ => CLEAR }";
    let catalogue = catalogue(&[("X1.rhai", rule_assessing("X1", body))]);
    assert_eq!(catalogue.route(&RuleId::new("X1")), Some(ExecutionRoute::Translated));
    let frames = project(&cells()).frames(built_in()).unwrap();
    assert_eq!(words(&catalogue.judge(&frames, day("2021-07-01"))[0].verdict), "high");
    let body = body.replace("\"trial\"", "3");
    assert_eq!(
        faults(&[("X1.rhai", rule_assessing("X1", &body))]),
        "X1.rhai:10:56: the case `3` can never equal text"
    );
}

#[test]
fn editions_above_a_limit_are_counted_where_the_figure_is_known() {
    check("editions_above(p.budget_drift, t.high) == 1", "high");
    check("editions_above(p.budget_drift, 0.1) == 2", "high");
    check("editions_above(p.budget_drift, -1) == 3", "high");
    check("editions_above(p.budget_drift, 1) == 0", "high");
    check("editions_above(p.budget_drift, p.budget_drift_previous) == 2", "high");
}

#[test]
fn editions_of_the_last_months_are_counted_and_unknown_when_none_of_them_gives_the_figure() {
    check("editions_above_within(p.budget_drift, 0.05, 26) == 3", "high");
    check("editions_above_within(p.budget_drift, 0.05, 24) == 2", "high");
    check("editions_above_within(p.budget_drift, t.high, 24) == 1", "high");
    check("editions_above_within(p.budget_drift, 0.05, 12) == 1", "high");
    check("editions_above_within(p.budget_drift, 1, 12) == 0", "high");
    check(
        "editions_above_within(p.budget_drift, 0.05, 1) == 0",
        "unknown budget_drift_history missing",
    );
    check("surely(editions_above_within(p.budget_drift, 0.05, 1) == 0)", "clear");
    check("editions_above_within(p.cost_current, 1, 12) > 0", "unknown cost_history missing");
    check(
        "editions_above_within(p.budget_drift, 1, 0.5) > 0",
        "failed X1.rhai:10:22 `editions_above_within` takes a whole number, found a number",
    );
    check(
        "editions_above_within(p.budget_drift, 1, 9000000000000) > 0",
        "failed X1.rhai:10:22 `editions_above_within` goes beyond the dates that there are",
    );
    check_fault(
        "editions_above_within(p.budget_drift, 1) > 0",
        "X1.rhai:10:22: `editions_above_within` takes 3 arguments, found 2",
    );
}

#[test]
fn a_figure_is_known_as_of_a_year_ago() {
    check("a_year_ago(p.cost_current) == 9", "high");
    check("a_year_ago(p.phase) == \"build\"", "unknown phase_year_ago missing");
    check("(a_year_ago(p.duration_current) ?? 5) == 5", "high");
    check("has(a_year_ago(p.cost_current)) && !has(a_year_ago(p.budget_drift))", "high");
    check("year(p.as_of) == 2021 && year(previous(p.forecast_end_on)) == 2021", "high");
    check("year(p.phase_previous) == 2021", "failed X1.rhai:10:22 `year` takes a date, found text");
}

#[test]
fn changes_of_an_answer_are_counted_over_months_and_the_last_one_has_a_date() {
    check("changes_within(p.director_appointed_on, 36) == 3", "high");
    check("changes_within(p.director_appointed_on, 12) == 1", "high");
    check("changes_within(p.director_appointed_on, 6) == 0", "high");
    check("changes_within(p.go_live_on, 36) == 0", "high");
    check("last_change(p.director_appointed_on) == add_months(p.as_of, -11)", "high");
    check("last_change(p.go_live_on) > p.as_of", "unknown go_live_changed_on missing");
    check("has(last_change(p.go_live_on))", "clear");
    check_fault(
        "changes_within(p.cost_current, 12) > 0",
        "X1.rhai:10:38: `changes_within` is not known of `p.cost_current` (it is of \
         director_appointed_on, go_live_on)",
    );
    let body = "if changes_within(p.director_appointed_on, 36) > 2 { HIGH } else { CLEAR }";
    let evidence = judge(body, &cells()).evidence.unwrap();
    let read: Vec<&str> = evidence.readings.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(read, ["director_changes", "as_of"]);
}

#[test]
fn a_date_moves_by_days_and_months_as_far_as_there_are_dates() {
    check("add_days(p.as_of, 30) > p.as_of && add_days(p.as_of, -1) < p.as_of", "high");
    check("add_months(previous(p.forecast_end_on), 1) < add_days(p.as_of, -122)", "high");
    check("add_months(p.as_of, -12) == add_days(p.as_of, -365)", "high");
    check(
        "add_days(p.as_of, 9000000000) > p.as_of",
        "failed X1.rhai:10:22 `add_days` goes beyond the dates that there are",
    );
    check(
        "add_months(p.as_of, 0.5) > p.as_of",
        "failed X1.rhai:10:22 `add_months` takes a whole number, found a number",
    );
}

#[test]
fn the_past_of_a_field_that_has_none_is_a_fault() {
    check_fault(
        "previous(p.listed)",
        "X1.rhai:10:32: `previous` is not known of `p.listed` (it is of cost_current, \
         duration_current, forecast_end_on, budget_drift, calendar_drift, phase, edition)",
    );
    check_fault(
        "editions_above(p.phase, 1) > 1",
        "X1.rhai:10:38: `editions_above` is not known of `p.phase` (it is of cost_current, \
         duration_current, budget_drift, calendar_drift)",
    );
    check_fault(
        "change(p.budget_drfit) > 0",
        "X1.rhai:10:31: `p.budget_drfit` is no field of projects (did you mean `budget_drift`?)",
    );
    check_fault(
        "previous(t.high) > 0",
        "X1.rhai:10:22: `previous` asks of one field, `previous(p.field)`",
    );
    check_fault(
        "editions_above(0.1, t.high) > 0",
        "X1.rhai:10:22: `editions_above` asks of one field, `editions_above(p.field, limit)`",
    );
    check_fault("p.cost_current.previous() > 0", "X1.rhai:10:37: write `previous(p.field)`");
    check_fault("change(p.phase, 1)", "X1.rhai:10:22: `change` takes 1 argument, found 2");
    check_fault(
        "change(p.global_drift) > 0",
        "X1.rhai:10:31: `p.global_drift` is a field of ministries and the portfolio, this rule \
         judges projects",
    );
}

#[test]
fn a_rule_that_reads_only_the_past_does_not_read_the_present() {
    let body = "if previous(p.cost_current) > 1 { HIGH } else { CLEAR }";
    let catalogue = catalogue(&[("X1.rhai", rule_assessing("X1", body))]);
    let read: Vec<&str> = catalogue.fields_of(&RuleId::new("X1")).collect();
    assert_eq!(read, ["cost_previous"]);
}

#[test]
fn the_trail_calls_the_past_by_its_name() {
    let body = "if editions_above(p.budget_drift, t.high) > 0 && previous(p.cost_current) > 1 { HIGH } else { CLEAR }";
    let judged = judge(body, &cells());
    let trail: Vec<String> = judged
        .evidence
        .unwrap()
        .trail
        .into_iter()
        .map(|comparison| comparison.text.replace('\u{202f}', " "))
        .collect();
    assert_eq!(
        trail,
        ["Éditions où écart budgétaire > seuil élevé (1) > 0", "Coût précédent (10,0 M€) > 1,0 M€"]
    );
}
