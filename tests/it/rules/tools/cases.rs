//! `vigie rules test`: some of the cases, the branches that they take, `JUnit` for machines.

use crate::support::TestApp;

#[test]
fn some_cases_are_run_by_a_part_of_their_name_or_by_a_pattern() {
    let app = TestApp::new();
    let count = |pattern: &str| {
        let cases = app.json(&["rules", "test", "--run", pattern]);
        cases.as_array().unwrap().len()
    };
    assert_eq!((count("D2/*"), count("sans coût"), count("nothing of the kind")), (7, 1, 0));
    assert_eq!(count("D1/Sans coût actualisé"), 1);
    assert_eq!(count("D?/"), 0);
    assert_eq!(count("*projets*"), count("projets"));
}

#[test]
fn the_branches_of_one_rule_are_counted_and_those_never_taken_are_listed() {
    let mut app = TestApp::new();
    let rules = app.own_rules();
    let covered = app.ok(&["rules", "test", "--run", "T1/*", "--coverage"]);
    assert!(covered.contains("Branches prises : 6 sur 6 (100,0\u{202f}%)\n"), "{covered}");

    // Without the case that fires at `watch`, one branch is never taken.
    let cases = rules.join("cases/T2.toml");
    let text = std::fs::read_to_string(&cases).unwrap();
    let less: Vec<&str> =
        text.split("[[case]]").filter(|case| !case.contains("expect = \"watch\"")).collect();
    std::fs::write(&cases, less.join("[[case]]")).unwrap();
    let command = ["rules", "test", "--run", "T2/*", "--coverage"];
    let shown = app.ok(&command);
    assert!(shown.contains("Branches prises : 5 sur 6 (83,3\u{202f}%)\n"), "{shown}");
    let branches = &app.json(&command)["coverage"]["untaken"];
    assert_eq!(
        *branches,
        serde_json::json!([{
            "rule": "T2", "file": "portfolio/T2.rhai", "line": 26, "column": 9, "kind": "then",
        }])
    );
}

#[test]
fn a_threshold_that_is_missed_fails_after_every_case_was_run() {
    let mut app = TestApp::new();
    let rules = app.own_rules();
    std::fs::write(rules.join("cases/T2.toml"), "").unwrap();
    let run = |threshold: &str| app.run(&["rules", "test", "--threshold", threshold]);
    let missed = run("100");
    assert_eq!(missed.code, Some(1));
    assert!(missed.stdout.contains(" cas, 0 en échec\n"), "{}", missed.stdout);
    assert!(missed.stdout.contains("Moins que les 100\u{202f}% demandés."), "{}", missed.stdout);
    assert_eq!(run("50").code, Some(0));
    for outside in ["101", "-1", "many"] {
        let refused = app.run(&["rules", "test", &format!("--threshold={outside}")]);
        assert_eq!(refused.code, Some(2), "{outside}");
    }
}

#[test]
fn a_failed_case_is_a_failure_in_junit() {
    let mut app = TestApp::new();
    let rules = app.own_rules();
    let case = "[[case]]\nname = \"À 35 %\"\nas_of = 2020-11-01\n\
                fields = { global_drift = 0.35, drift_known_count = 5 }\nexpect = \"clear\"\n";
    std::fs::write(rules.join("cases/T2.toml"), case).unwrap();
    let answer = app.run(&["rules", "test", "--run", "T2/*", "--junit", "cases.xml"]);
    assert_eq!(answer.code, Some(1));
    assert_eq!(
        std::fs::read_to_string(app.path("cases.xml")).unwrap(),
        r#"<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="vigie rules test" tests="1" failures="1">
  <testsuite name="cases/T2.toml" tests="1" failures="1">
    <testcase classname="T2" name="À 35 %">
      <failure message="expected clear, found high"/>
    </testcase>
  </testsuite>
</testsuites>
"#
    );
}

#[test]
fn a_case_that_refers_to_a_threshold_follows_it() {
    let mut app = TestApp::new();
    let rules = app.own_rules();
    let cases = rules.join("cases/T5.toml");
    let mut text = std::fs::read_to_string(&cases).unwrap();
    for (side, expected) in [("just_above", "high"), ("at", "clear"), ("just_below", "clear")] {
        let case = format!(
            "\n[[case]]\nname = \"essai {side}\"\nas_of = 2020-11-01\n\
             fields = {{ failing_vendors_count = \"{side}(failing_vendors_max)\" }}\nexpect = \"{expected}\"\n"
        );
        text.push_str(&case);
    }
    std::fs::write(&cases, &text).unwrap();
    let run = || app.ok(&["rules", "test", "--run", "T5/essai*"]);
    assert!(run().starts_with("3 cas, 0 en échec"), "{}", run());
    let thresholds = rules.join("thresholds.toml");
    let moved = std::fs::read_to_string(&thresholds).unwrap();
    let (before, after) = moved.split_once("[failing_vendors_max]").unwrap();
    let after = after.replacen("value = ", "value = 1", 1);
    std::fs::write(&thresholds, format!("{before}[failing_vendors_max]{after}")).unwrap();
    assert!(run().starts_with("3 cas, 0 en échec"), "{}", run());
    std::fs::write(&cases, text.replace("at(failing_vendors_max)", "at(failing_vendor_max)"))
        .unwrap();
    let refused = app.run(&["rules", "test", "--run", "T5/essai*"]);
    assert!(refused.stdout.contains("failing_vendors_max"), "{}", refused.stdout);
}
