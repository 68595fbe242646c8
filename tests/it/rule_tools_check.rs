//! `vigie rules check`: what compiles and is surely not meant.

use crate::support::Workplace;

/// The remarks on the catalogue that ships once a rule's `assess` reads as given, one a line.
#[track_caller]
fn remarks(assess: &str) -> String {
    let mut workplace = Workplace::new();
    let rules = workplace.own_rules();
    let path = rules.join("drift/D1.rhai");
    let shipped = std::fs::read_to_string(&path).unwrap();
    let (front, rest) = shipped.split_once("fn assess").unwrap();
    let (_, explain) = rest.split_once("fn explain").unwrap();
    let changed = format!("{front}fn assess(p, t) {{\n{assess}\n}}\n\nfn explain{explain}");
    std::fs::write(&path, changed).unwrap();
    let found = workplace.json(&["rules", "check"]);
    let lines = found.as_array().unwrap().iter().filter(|one| one["file"] == "drift/D1.rhai");
    let lines = lines.map(|one| {
        format!(
            "{} {}:{} {}",
            one["kind"].as_str().unwrap(),
            one["line"],
            one["column"],
            one["message"].as_str().unwrap()
        )
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_catalogue_that_ships_has_no_fault_and_no_remark() {
    let workplace = Workplace::new();
    assert_eq!(workplace.json(&["rules", "check", "--lint-fatal"]), serde_json::json!([]));
}

#[test]
fn what_stands_after_a_return_is_never_reached() {
    assert_eq!(
        remarks(
            "    if p.budget_drift > t.budget_drift_high { return HIGH; CLEAR }\n    return WATCH;\n    \
             CLEAR"
        ),
        "lint 12:60 never reached: a `return` stands before it\n\
         lint 14:5 never reached: a `return` stands before it"
    );
}

#[test]
fn a_condition_that_reads_nothing_or_was_asked_before_is_remarked() {
    assert_eq!(
        remarks("    if 1 > 2 { return HIGH; }\n    if true { WATCH } else { CLEAR }"),
        "lint 12:5 the condition reads nothing: it is always the same\n\
         lint 13:5 the condition reads nothing: it is always the same"
    );
    assert_eq!(
        remarks(
            "    if p.budget_drift > t.budget_drift_high { return HIGH; }\n    \
             if p.budget_drift > t.budget_drift_high { return WATCH; }\n    CLEAR"
        ),
        "lint 13:5 never true: line 12 asks the same, and returns when it holds"
    );
}

#[test]
fn a_higher_threshold_after_a_lower_one_is_never_met() {
    assert_eq!(
        remarks(
            "    if p.budget_drift > t.budget_drift_watch { return WATCH; }\n    \
             if p.budget_drift > t.budget_drift_critical { return CRITICAL; }\n    CLEAR"
        ),
        "lint 13:5 never true: line 12 returns already from `t.budget_drift_watch` on, which is \
         not beyond"
    );
}

#[test]
fn idle_thresholds_and_rules_that_say_too_little_are_remarked_and_can_be_fatal() {
    let mut workplace = Workplace::new();
    let rules = workplace.own_rules();
    let thresholds = rules.join("thresholds.toml");
    let mut text = std::fs::read_to_string(&thresholds).unwrap();
    let line = text.lines().count() + 1;
    text.push_str(
        "[unread]\nlabel = \"Seuil que rien ne lit\"\nunit = \"ratio\"\nvalue = 0.5\n\
         source = { tag = \"expert\", text = \"Pour essai\" }\n",
    );
    std::fs::write(&thresholds, text).unwrap();
    let path = rules.join("portfolio/T2.rhai");
    let rule = std::fs::read_to_string(&path).unwrap();
    let sources = rule.lines().find(|one| one.starts_with("sources")).unwrap();
    std::fs::write(&path, rule.replace(sources, "sources = []")).unwrap();

    let answer = workplace.run(&["rules", "check", "--format", "csv"]);
    assert_eq!(answer.code, Some(0));
    assert_eq!(
        answer.stdout,
        format!(
            "kind,file,line,column,message,hint\n\
             lint,portfolio/T2.rhai,1,1,the rule has no `sources`,\
             \"say where the rule comes from: a text, a figure, an expert\"\n\
             lint,thresholds.toml,{line},1,no rule reads the threshold `unread`,\n"
        )
    );
    let fatal = workplace.run(&["rules", "check", "--lint-fatal"]);
    assert_eq!(fatal.code, Some(3));
    std::fs::write(&path, rule.replace("p.global_drift", "p.gobal_drift")).unwrap();
    assert_eq!(workplace.run(&["rules", "check", "--lint-fatal"]).code, Some(1));
}
