//! Rules as Polars expressions: which translate, and that they answer as the interpreter does.

use std::collections::BTreeMap;

use crate::rules::catalogue::{catalogue, day, project, rule_assessing, words};
use crate::support::root;
use vigie::domain::ids::RuleId;
use vigie::domain::portfolio::subject::SubjectKind;
use vigie::domain::value::Value;
use vigie::frame::Frames;
use vigie::frame::dictionary::built_in;
use vigie::rules::{ExecutionRoute, ScriptLimits, compile_catalogue, read_folder};

/// The route of a rule with this `assess`, in words.
fn route(body: &str) -> String {
    let catalogue = catalogue(&[("X1.rhai", rule_assessing("X1", body))]);
    match catalogue.route(&RuleId::new("X1")).unwrap() {
        ExecutionRoute::Translated => "translated".to_owned(),
        ExecutionRoute::Interpreted { because } => because,
    }
}

#[test]
fn a_rule_that_does_not_translate_says_where_and_why() {
    let cases = [
        ("if p.budget_drift > t.high { HIGH } else { CLEAR }", "translated"),
        ("for x in [1] { } CLEAR", "line 10: it has a loop"),
        ("if \"a\" + p.phase == \"ab\" { HIGH } else { CLEAR }", "line 10: it composes a text"),
        (
            "if p.phase > 1 { HIGH } else { CLEAR }",
            "line 10: `>` on text and a number has no meaning, or none here",
        ),
        ("if p.editions_seen { HIGH } else { CLEAR }", "line 10: a condition is a number"),
    ];
    for (body, expected) in cases {
        assert_eq!(route(body), expected, "{body}");
    }
}

/// The verdict of a rule that translates, the same either way.
#[track_caller]
fn verdict(body: &str, cells: &[(&'static str, Value)]) -> String {
    assert_eq!(route(body), "translated", "{body}");
    let catalogue = catalogue(&[("X1.rhai", rule_assessing("X1", body))]);
    let frames = project(cells).frames(built_in()).unwrap();
    let translated = catalogue.judge(&frames, day("2021-07-01"));
    assert_eq!(translated, catalogue.judge_interpreted(&frames, day("2021-07-01")), "{body}");
    words(&translated[0].verdict)
}

#[test]
fn a_whole_number_in_place_of_a_float_stays_exact() {
    // 2^53 + 1 is no float: as one it would equal 2^53.
    let large = [("editions_seen", Value::Int(9_007_199_254_740_993))];
    let check = |condition: &str, expected: &str| {
        let body = format!("if {condition} {{ HIGH }} else {{ CLEAR }}");
        assert_eq!(verdict(&body, &large), expected, "{condition}");
    };
    check("(p.cost_current ?? p.editions_seen) == 9007199254740992", "clear");
    check("(p.cost_current ?? 9007199254740992) == p.editions_seen", "clear");
    check("(p.cost_current ?? 1) + p.editions_seen == 9007199254740994", "high");
    check("(p.cost_current ?? 94906267) * 94906267 == 9007199515875289", "high");
    check("p.editions_seen == 9007199254740992.0", "high");
    check("(p.cost_current ?? 7) % 4 == 3 && (p.cost_current ?? 1) / 2 == 0.5", "high");
}

#[test]
fn a_withheld_figure_is_unknown_because_it_is_withheld() {
    let cells = [("cost_withheld", Value::Bool(true))];
    let body = "if p.cost_current > t.high { HIGH } else { CLEAR }";
    assert_eq!(verdict(body, &cells), "unknown cost_current withheld");
}

#[test]
fn a_rule_that_reads_nothing_that_varies_answers_on_every_row() {
    let body = "if starts_with(\"build\", \"bu\") { HIGH } else { CLEAR }";
    let catalogue = catalogue(&[("X1.rhai", rule_assessing("X1", body))]);
    let one = project(&[]).frames(built_in()).unwrap();
    let two = one.projects.vstack(&one.projects).unwrap();
    let none = one.projects.clear();
    for (rows, projects) in [(2, two), (0, none)] {
        let frames = Frames { projects, ..one.clone() };
        let judged = catalogue.judge(&frames, day("2021-07-01"));
        assert_eq!(judged, catalogue.judge_interpreted(&frames, day("2021-07-01")));
        assert_eq!(judged.len(), rows);
    }
}

#[test]
fn a_row_that_might_fail_has_its_own_fault() {
    let cells = [("cost_initial", Value::Float(1.0)), ("editions_seen", Value::Int(0))];
    assert_eq!(
        verdict("if p.cost_initial / p.editions_seen > 1 { HIGH } else { CLEAR }", &cells),
        "failed X1.rhai:10:37 `p.cost_initial / p.editions_seen` divides by zero"
    );
    assert_eq!(
        verdict("if p.editions_seen > 1 { HIGH }", &cells),
        "failed X1.rhai:10:4 `assess` ends without a level, expected one of CLEAR, WATCH, MODERATE, HIGH, CRITICAL"
    );
}

#[test]
fn the_rules_that_ship_translate() {
    let texts = read_folder(&root().join("rules")).unwrap();
    let (catalogue, _) = compile_catalogue(&texts, &ScriptLimits::default());
    let routes: BTreeMap<&str, ExecutionRoute> = catalogue
        .rules()
        .map(|rule| (rule.id.as_str(), catalogue.route(&rule.id).unwrap()))
        .collect();
    let interpreted: Vec<String> = routes
        .iter()
        .filter_map(|(id, route)| match route {
            ExecutionRoute::Translated => None,
            ExecutionRoute::Interpreted { because } => Some(format!("{id}: {because}")),
        })
        .collect();
    assert!(interpreted.len() * 20 <= routes.len(), "{interpreted:#?}");
}

#[test]
fn outcomes_are_columns_without_judgements() {
    let catalogue = catalogue(&[(
        "X1.rhai",
        rule_assessing(
            "X1",
            "if p.cost_initial / p.editions_seen > t.high { HIGH } else { CLEAR }",
        ),
    )]);
    let outcome = |cells: &[(&'static str, Value)]| {
        let frames = project(cells).frames(built_in()).unwrap();
        let outcomes =
            catalogue.outcomes(&frames.projects, SubjectKind::Project, day("2021-07-01"));
        format!("{:?}", outcomes.unwrap().outcome(&RuleId::new("X1"), 0).unwrap())
    };
    let cost = ("cost_initial", Value::Float(10.0));
    assert_eq!(outcome(&[]), "Missing(\"cost_initial\")");
    assert_eq!(outcome(std::slice::from_ref(&cost)), "Missing(\"editions_seen\")");
    assert_eq!(outcome(&[cost.clone(), ("editions_seen", Value::Int(2))]), "Level(High)");
    assert_eq!(outcome(&[cost, ("editions_seen", Value::Int(0))]), "Interpreted");
}
