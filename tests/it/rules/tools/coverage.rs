//! Coverage: how many verdicts a cycle gave, how many it could not, and for want of which fields.

use serde_json::json;

use crate::support::TestApp;

#[test]
fn a_rule_says_how_many_projects_it_could_judge_and_what_the_others_lacked() {
    let app = TestApp::with_fixtures();
    app.ok(&["cycle", "--as-of", "2020-11-30"]);
    let coverage = app.json(&["coverage"]);
    let p2 = coverage.as_array().unwrap().iter().find(|one| one["rule"] == "P2").unwrap();
    assert_eq!(
        p2,
        &json!({
            "rule": "P2",
            "judged": 37,
            "unknown": 6,
            "failed": 0,
            "missing": [
                {"field": "avis_status", "label": "Avis article 3", "verdicts": 4, "withheld": 0},
                {"field": "cost_current", "label": "Coût actualisé", "verdicts": 2, "withheld": 2},
            ],
        })
    );
    let csv = app.ok(&["coverage", "--format", "csv"]);
    let line = csv.lines().find(|line| line.starts_with("P2,")).unwrap();
    assert!(line.ends_with(",avis_status=4 cost_current=2"), "{line}");
}

#[test]
fn ministries_and_rules_add_up_to_the_counts_of_the_cycle() {
    let app = TestApp::with_fixtures();
    let cycle = app.json(&["cycle", "--as-of", "2020-11-30"]);
    let sum = |list: &serde_json::Value, key: &str| -> u64 {
        list.as_array().unwrap().iter().map(|one| one[key].as_u64().unwrap()).sum()
    };
    let by_rule = app.json(&["coverage", "--per", "rule"]);
    for key in ["judged", "unknown", "failed"] {
        assert_eq!(sum(&by_rule, key), cycle["counts"][key].as_u64().unwrap(), "{key}");
    }
    // Rules on the portfolio are of no ministry.
    let by_ministry = app.json(&["coverage", "--per", "ministry", "--cycle", "1"]);
    assert_eq!(sum(&by_ministry, "unknown"), sum(&by_rule, "unknown"));
    assert!(sum(&by_ministry, "judged") < sum(&by_rule, "judged"));
}

#[test]
fn the_report_of_a_cycle_names_the_fields_whose_absence_costs_the_most() {
    let app = TestApp::with_fixtures();
    let report = app.json(&["cycle", "--as-of", "2020-11-30", "--dry-run"]);
    let costs = report["missing_most"].as_array().unwrap();
    assert_eq!(costs.len(), 5);
    let verdicts = |cost: &serde_json::Value| cost["verdicts"].as_u64().unwrap();
    assert!(costs.windows(2).all(|pair| verdicts(&pair[0]) >= verdicts(&pair[1])), "{costs:?}");
    let first = format!(
        "Règles non évaluables, données manquantes : {} : {} ; ",
        costs[0]["label"].as_str().unwrap(),
        verdicts(&costs[0])
    );
    let shown = app.ok(&["cycle", "--as-of", "2020-11-30", "--dry-run"]);
    assert!(shown.contains(&first), "{first}\n{shown}");
}

#[test]
fn without_a_cycle_there_is_nothing_to_cover() {
    let app = TestApp::new();
    let answer = app.run(&["coverage"]);
    assert_eq!(answer.code, Some(1));
    assert_eq!(answer.stderr, "aucun cycle enregistré ; lancer « vigie cycle »\n");
    let missing = app.run(&["coverage", "--cycle", "7"]);
    assert_eq!(missing.stderr, "vigie: aucun cycle 7\u{a0}; `vigie cycles` en donne la liste\n");
}
