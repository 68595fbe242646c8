//! Rules as Polars expressions: which translate, and that they answer as the interpreter does.

use std::collections::BTreeMap;

use vigie::domain::ids::RuleId;
use vigie::domain::subject::Scope;
use vigie::domain::value::Value;
use vigie::rules::Limits;
use vigie::rules::Route;
use vigie::rules::compile;
use vigie::rules::read_folder;

use crate::rules::catalogue;
use crate::rules::day;
use crate::rules::project;
use crate::rules::rule_assessing;
use crate::support::root;

/// The route of a rule with this `assess`, in words.
fn route(body: &str) -> String {
    let catalogue = catalogue(&[("X1.rhai", rule_assessing("X1", body))]);
    match catalogue.route(&RuleId::new("X1")).unwrap() {
        Route::Translated => "translated".to_owned(),
        Route::Interpreted { because } => because,
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

#[test]
fn the_rules_that_ship_translate() {
    let texts = read_folder(&root().join("rules")).unwrap();
    let (catalogue, _) = compile(&texts, &Limits::default());
    let routes: BTreeMap<&str, Route> = catalogue
        .rules()
        .map(|rule| (rule.id.as_str(), catalogue.route(&rule.id).unwrap()))
        .collect();
    let interpreted: Vec<String> = routes
        .iter()
        .filter_map(|(id, route)| match route {
            Route::Translated => None,
            Route::Interpreted { because } => Some(format!("{id}: {because}")),
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
        let frames = project(cells).frames().unwrap();
        let asked = catalogue.outcomes(&frames.projects, Scope::Project, day("2021-07-01"));
        format!("{:?}", asked.unwrap().outcome(&RuleId::new("X1"), 0).unwrap())
    };
    let cost = ("cost_initial", Value::Float(10.0));
    assert_eq!(outcome(&[]), "Missing(\"cost_initial\")");
    assert_eq!(outcome(std::slice::from_ref(&cost)), "Missing(\"editions_seen\")");
    assert_eq!(outcome(&[cost.clone(), ("editions_seen", Value::Int(2))]), "Level(High)");
    assert_eq!(outcome(&[cost, ("editions_seen", Value::Int(0))]), "Interpreted");
}
