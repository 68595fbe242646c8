//! What each construct of the language means: the reference that any other evaluator must meet.

use super::catalogue::{day, judge, text, words};
use vigie::domain::value::Value;

/// A project of which the fields below are known, and every other one is missing.
#[track_caller]
fn check(body: &str, expected: &str) {
    let known = [
        ("cost_initial", Value::Float(10.0)),
        ("budget_drift", Value::Float(0.42)),
        ("editions_seen", Value::Int(3)),
        ("end_shift_days", Value::Int(120)),
        ("phase", text("build")),
        ("listed", Value::Bool(true)),
        ("start_on", Value::Date(day("2018-01-01"))),
        ("duration_withheld", Value::Bool(true)),
        ("cost_withheld", Value::Bool(false)),
    ];
    assert_eq!(words(&judge(body, &known).verdict), expected, "{body}");
}

/// The same, for a condition: `high` when it holds, `clear` when it does not.
#[track_caller]
fn check_if(condition: &str, expected: &str) {
    check(&format!("if {condition} {{ HIGH }} else {{ CLEAR }}"), expected);
}

#[test]
fn a_rule_gives_the_level_that_it_returns_or_ends_with() {
    check("CRITICAL", "critical");
    check("return WATCH;", "watch");
    check("if p.budget_drift > t.high { return HIGH; } CLEAR", "high");
    check(
        "if p.budget_drift > 0.5 { HIGH } else if p.budget_drift > 0.3 { MODERATE } else { CLEAR }",
        "moderate",
    );
    check("let level = CLEAR; if p.listed { level = HIGH; } level", "high");
    check(
        "switch p.phase { \"scoping\" => CLEAR, \"build\" | \"trial\" => HIGH, _ => WATCH }",
        "high",
    );
    check("switch p.editions_seen { 3 if p.listed => HIGH, 1..3 => CLEAR, _ => WATCH }", "high");
    check(
        "let worst = CLEAR; for x in [WATCH, HIGH, MODERATE] { worst = max(worst, x); } worst",
        "high",
    );
}

#[test]
fn levels_are_ordered() {
    check_if("CLEAR < WATCH && WATCH < MODERATE && MODERATE < HIGH && HIGH < CRITICAL", "high");
    check("max(WATCH, CRITICAL)", "critical");
    check("min(WATCH, CRITICAL)", "watch");
}

#[test]
fn reading_a_missing_field_ends_the_evaluation_as_unknown() {
    check_if("p.cost_current > 1.0", "unknown cost_current missing");
    check_if("p.cost_current == 1.0", "unknown cost_current missing");
    check_if("p.cost_current != 1.0", "unknown cost_current missing");
    check("let unused = p.cost_current; CLEAR", "unknown cost_current missing");
    check_if("p.cost_current + 1.0 > 1.0", "unknown cost_current missing");
    check_if("!p.imposed_date", "unknown imposed_date missing");
    check_if("p.imposed_date", "unknown imposed_date missing");
    check_if("abs(p.cost_current) > 1.0", "unknown cost_current missing");
    check_if("between(p.cost_current, 1.0, 2.0)", "unknown cost_current missing");
    check(
        "switch p.phase_previous { \"build\" => HIGH, _ => CLEAR }",
        "unknown phase_previous missing",
    );
    check_if("p.phase_previous in [\"build\"]", "unknown phase_previous missing");
}

#[test]
fn surely_goes_on_where_a_field_is_missing() {
    check_if("surely(p.budget_drift > 0.3)", "high");
    check_if("surely(p.budget_drift > 0.5)", "clear");
    check_if("surely(p.cost_current > 1.0)", "clear");
    check_if("!surely(p.cost_current > 1.0)", "high");
    check_if("surely(p.budget_drift > 0.3 && p.cost_current > 1.0)", "clear");
    check_if("surely(p.budget_drift > 0.3 || p.cost_current > 1.0)", "high");
    check_if("surely(p.cost_current > 1.0 || p.budget_drift > 0.3)", "clear");
    check_if("surely(!surely(p.cost_current > 1.0) && p.listed)", "high");
    check_if("surely(has(p.cost_current))", "clear");
    check_if("surely(previous(p.cost_current) > 1.0)", "clear");
    check_if(
        "surely(p.cost_current > 1.0) || p.cost_current > 1.0",
        "unknown cost_current missing",
    );
    check(
        "if surely(p.cost_current > 1.0) { return HIGH; } let cost = p.cost_current; CLEAR",
        "unknown cost_current missing",
    );
    check("surely(p.cost_current > 1.0); CLEAR", "clear");
}

#[test]
fn a_figure_withheld_on_purpose_is_reported_as_withheld() {
    check_if("p.duration_current > 1.0", "unknown duration_current withheld");
    check_if("p.cost_current > 1.0", "unknown cost_current missing");
}

#[test]
fn fields_are_missed_in_reading_order() {
    check_if("p.cost_current > p.duration_current", "unknown cost_current missing");
    check_if("p.duration_current > p.cost_current", "unknown duration_current withheld");
    check_if("p.budget_drift > 0.1 && p.cost_current > 1.0", "unknown cost_current missing");
    // `in` reads the list first; a method reads its arguments first.
    check_if("p.phase_previous in [p.programme]", "unknown programme missing");
    check_if("p.phase_previous.starts_with(p.programme)", "unknown programme missing");
    check_if("starts_with(p.phase_previous, p.programme)", "unknown phase_previous missing");
}

#[test]
fn what_evaluation_does_not_reach_is_not_missed() {
    check_if("p.budget_drift > 0.5 && p.cost_current > 1.0", "clear");
    check_if("p.budget_drift > 0.1 || p.cost_current > 1.0", "high");
    check(
        "if p.budget_drift > 0.1 { return HIGH; } if p.cost_current > 1.0 { WATCH } else { CLEAR }",
        "high",
    );
    check_if("any_of(p.phase, [\"build\"]) || p.imposed_date", "high");
}

#[test]
fn a_double_question_mark_gives_the_value_of_a_missing_field() {
    check_if("(p.cost_current ?? 0.0) > 1.0", "clear");
    check_if("(p.cost_initial ?? 0.0) > 1.0", "high");
    check_if("(p.cost_current ?? p.cost_initial) > 1.0", "high");
    check_if("(p.cost_current ?? p.cost_previous ?? p.cost_initial) > 1.0", "high");
    check_if("(p.cost_current ?? p.cost_previous) > 1.0", "unknown cost_previous missing");
    check_if("p.imposed_date ?? true", "high");
    check_if("(p.duration_current ?? 0.0) > 1.0", "clear");
}

#[test]
fn a_double_question_mark_only_tolerates_the_read_to_its_left() {
    check_if("(p.cost_current + 1.0) ?? 0.0 > 1.0", "unknown cost_current missing");
    check_if("abs(p.cost_current) ?? 0.0 > 1.0", "unknown cost_current missing");
    check(
        "let cost = p.cost_current; if (cost ?? 0.0) > 1.0 { HIGH } else { CLEAR }",
        "unknown cost_current missing",
    );
}

#[test]
fn has_asks_without_missing() {
    check_if("has(p.cost_current)", "clear");
    check_if("has(p.cost_initial)", "high");
    check_if("has(p.cost_current) && p.cost_current > 1.0", "clear");
    check_if("!has(p.cost_current)", "high");
    check_if("has(p.duration_current)", "clear");
}

#[test]
fn a_threshold_has_the_value_in_force_at_the_evaluation_date() {
    check_if("t.target == 0.25", "high");
    check_if("t.high == 0.2 && t.many == 100", "high");
}

#[test]
fn unlike_types_are_never_compared() {
    check_if("p.phase > 0.1", "failed X1.rhai:10:30 `p.phase > 0.1` compares text with a number");
    check_if(
        "p.listed == 1",
        "failed X1.rhai:10:31 `p.listed == 1` compares a boolean with a number",
    );
    check_if(
        "p.phase == p.start_on",
        "failed X1.rhai:10:30 `p.phase == p.start_on` compares text with a date",
    );
    check_if("HIGH != 3", "failed X1.rhai:10:27 `HIGH != 3` compares a level with a number");
    check_if(
        "p.budget_drift in [\"a\"]",
        "failed X1.rhai:10:37 `p.budget_drift in [\"a\"]` compares a number with text",
    );
    check_if(
        "any_of(p.phase, [1])",
        "failed X1.rhai:10:22 `any_of(p.phase, [1])` compares text with a number",
    );
    check_if(
        "between(p.phase, 1, 2)",
        "failed X1.rhai:10:22 `between(p.phase, 1, 2)` compares text with a number",
    );
    check_if(
        "p.listed < true",
        "failed X1.rhai:10:31 `p.listed < true` puts booleans in order, which has no meaning",
    );
    check_if(
        "() == ()",
        "failed X1.rhai:10:25 `() == ()` compares nothing with nothing, which has no meaning",
    );
    check_if("p.editions_seen", "failed X1.rhai:10:23 expected a boolean, found a number");
    check_if(
        "p.listed && p.editions_seen",
        "failed X1.rhai:10:35 expected a boolean, found a number",
    );
    check_if("!p.editions_seen", "failed X1.rhai:10:22 `!` is for booleans, found a number");
}

#[test]
fn whole_numbers_and_floats_are_numbers() {
    check_if("p.editions_seen > 2.5 && 2.5 < p.editions_seen && p.editions_seen == 3.0", "high");
    check_if("p.editions_seen * 1.5 == 4.5 && 1.5 + p.editions_seen == 4.5", "high");
    check_if("7 % 4 == 3 && 2 ** 3 == 8 && -p.editions_seen == -3", "high");
    check_if("p.editions_seen / 2 == 1.5", "high");
    check("let n = 1; n += 2; n *= 2; if n == 6 { HIGH } else { CLEAR }", "high");
    check("let n = 1; n /= 2; if n == 0.5 { HIGH } else { CLEAR }", "high");
}

#[test]
fn arithmetic_without_a_meaning_fails() {
    check_if("p.phase + 1 == 2", "failed X1.rhai:10:30 `p.phase + 1` combines text with a number");
    check_if(
        "p.editions_seen / 0 > 1",
        "failed X1.rhai:10:38 `p.editions_seen / 0` divides by zero",
    );
    check_if(
        "p.budget_drift / 0.0 > 1",
        "failed X1.rhai:10:37 `p.budget_drift / 0.0` divides by zero",
    );
    check_if(
        "p.editions_seen % 0 > 1",
        "failed X1.rhai:10:38 `p.editions_seen % 0` divides by zero",
    );
    check_if("1.0e308 * 10.0 > 1", "failed X1.rhai:10:30 `1e308 * 10.0` gives no finite number");
    check_if(
        "9223372036854775807 + 1 > 1",
        "failed X1.rhai:10:42 `9223372036854775807 + 1` gives no finite number",
    );
    check_if(
        "(0.0 - 1.0) ** 0.5 > 1",
        "failed X1.rhai:10:34 `(0.0 - 1.0) ** 0.5` gives no finite number",
    );
    check(
        "let n = 1; n += \"a\"; CLEAR",
        "failed X1.rhai:10:32 `n + \"a\"` combines a number with text",
    );
    check_if(
        "p.start_on + 1 == 2",
        "failed X1.rhai:10:33 `p.start_on + 1` combines a date with a number",
    );
}

#[test]
fn texts_and_dates_compare() {
    check_if("p.phase == \"build\" && p.phase != \"trial\" && p.phase < \"c\"", "high");
    check_if(
        "p.phase in [\"build\", \"trial\"] && \"uil\" in p.phase && !(\"x\" in p.phase)",
        "high",
    );
    check_if(
        "p.phase.starts_with(\"bu\") && ends_with(p.phase, \"ld\") && lower(\"ÉÀ\") == \"éà\"",
        "high",
    );
    check_if("p.start_on < p.as_of && p.start_on == p.start_on", "high");
    check_if("days_between(p.start_on, p.as_of) == 1277", "high");
    check_if("months_between(p.start_on, p.as_of) == 42", "high");
    check_if(
        "months_between(p.start_on, 3) == 42",
        "failed X1.rhai:10:22 `months_between` takes two dates, found a number",
    );
}

#[test]
fn lists_and_closures_work_and_stay_strict() {
    check_if("[1, 2, 3].filter(|x| x > 1).len() == 2 && sum([1, 2.5]) == 3.5", "high");
    check("let low = 2; if [1, 2, 3].some(|x| x > low) { HIGH } else { CLEAR }", "high");
    check_if("[1, 2] == [1, 2] && [1] != [2] && all([1, 2], |x| x > 0)", "high");
    check("let n = 0; for i in 0..4 { n += i; } if n == 6 { HIGH } else { CLEAR }", "high");
    check_if(
        "[1, 2] == [1, \"a\"]",
        "failed X1.rhai:10:29 `[1, 2] == [1, \"a\"]` compares a number with text",
    );
}

#[test]
fn a_verdict_that_is_no_level_fails() {
    check(
        "3",
        "failed X1.rhai:10:4 `assess` gives a number, expected one of CLEAR, WATCH, MODERATE, HIGH, CRITICAL",
    );
    check(
        "if p.budget_drift > 0.5 { return HIGH; }",
        "failed X1.rhai:10:4 `assess` ends without a level, expected one of CLEAR, WATCH, MODERATE, HIGH, CRITICAL",
    );
    check(
        "p.listed",
        "failed X1.rhai:10:4 `assess` gives a boolean, expected one of CLEAR, WATCH, MODERATE, HIGH, CRITICAL",
    );
}

#[test]
fn functions_of_the_rule_may_take_p_and_t() {
    let functions = "fn assess(p, t) { if worse(p, t, 2.0) { HIGH } else { CLEAR } }\n\
                     fn worse(p, t, factor) { p.budget_drift > t.high * factor && p.cost_current > 1.0 }\n\
                     fn explain(p, t) { \"Parce que.\" }";
    let catalogue = super::catalogue::catalogue(&[(
        "X1.rhai",
        crate::compile::rule_text::rule("X1", functions),
    )]);
    let verdict = |drift| {
        let judged =
            super::catalogue::judge_by(&catalogue, &[("budget_drift", Value::Float(drift))]);
        words(&judged.verdict)
    };
    assert_eq!(verdict(0.3), "clear");
    assert_eq!(verdict(0.5), "unknown cost_current missing");
}
