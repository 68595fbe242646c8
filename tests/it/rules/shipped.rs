//! The rules that ship: sound, proved by their cases, silent on what is healthy.

use std::collections::BTreeMap;
use std::path::Path;

use vigie::application::run_cases;
use vigie::domain::portfolio::subject::SubjectKind;
use vigie::rules::{
    Catalogue, ScriptLimits, Subjects, compile_catalogue, missing_cases, read_folder,
};

fn shipped() -> (Catalogue, BTreeMap<String, String>) {
    let texts = read_folder(&Path::new(env!("CARGO_MANIFEST_DIR")).join("rules")).unwrap();
    let (catalogue, faults) = compile_catalogue(&texts, &ScriptLimits::default());
    let shown: Vec<String> = faults.iter().map(ToString::to_string).collect();
    assert_eq!(shown, Vec::<String>::new());
    (catalogue, texts)
}

#[test]
fn every_case_of_every_rule_passes() {
    let (catalogue, texts) = shipped();
    let outcomes = run_cases(&catalogue, &texts, &|_| true).unwrap();
    let failed: Vec<String> = outcomes
        .iter()
        .filter_map(|outcome| {
            let difference = outcome.difference.as_ref()?;
            let rule = outcome.rule.as_ref().map_or("", |rule| rule.as_str());
            Some(format!("{} {rule} « {} »: {difference}", outcome.file, outcome.name))
        })
        .collect();
    assert_eq!(failed, Vec::<String>::new());
    assert!(outcomes.len() > 60, "{} cases", outcomes.len());
}

#[test]
fn every_rule_has_a_case_for_each_level_one_clear_and_one_unknown() {
    let (catalogue, texts) = shipped();
    assert_eq!(missing_cases(&catalogue, &texts), Vec::<String>::new());
}

#[test]
fn every_threshold_is_read_by_a_rule_or_by_imports() {
    let (catalogue, texts) = shipped();
    let rules: String = texts
        .iter()
        .filter(|(path, _)| Path::new(path).extension().is_some_and(|found| found == "rhai"))
        .map(|(_, text)| text.as_str())
        .collect();
    let idle: Vec<&str> = catalogue
        .thresholds()
        .iter()
        .map(|threshold| threshold.name.as_str())
        .filter(|name| !name.starts_with("import_") && !rules.contains(&format!("t.{name}")))
        .collect();
    assert_eq!(idle, Vec::<&str>::new());
}

#[test]
fn the_catalogue_lists_its_rules_by_id() {
    let (catalogue, _) = shipped();
    let rules: Vec<&str> = catalogue.rules().map(|rule| rule.id.as_str()).collect();
    let causes = (1..=24).map(|number| format!("RC{number:02}"));
    let expected: Vec<String> = ["D1", "D10", "D2", "D3", "D4", "D5", "D6", "D7", "D8", "D9"]
        .into_iter()
        .chain(["P1", "P10", "P11", "P2", "P3", "P4", "P5", "P6", "P7", "P8", "P9"])
        .map(str::to_owned)
        .chain(causes)
        .chain(["T1", "T2", "T3", "T4", "T5"].map(str::to_owned))
        .collect();
    assert_eq!(rules, expected);
    assert_eq!(catalogue.terms().len(), rules.len());
}

/// A healthy subject of which a rule knows too little would prove nothing of that rule.
#[test]
fn a_healthy_subject_is_judged_clear_by_every_rule_of_its_scope() {
    let (catalogue, texts) = shipped();
    let healthy: toml::Table = texts["cases/baseline.toml"].parse().unwrap();
    let mut failed = Vec::new();
    for case in healthy["case"].as_array().unwrap() {
        let mut case = case.as_table().unwrap().clone();
        let scope =
            case.remove("scope").map_or(SubjectKind::Project, |scope| scope.try_into().unwrap());
        if case["fields"].get("has_left").is_some() {
            continue;
        }
        case.insert("expect".to_owned(), "clear".into());
        let cases = toml::Value::Array(vec![case.into()]);
        let text = toml::Table::from_iter([("case".to_owned(), cases)]).to_string();
        let concerned = catalogue
            .rules()
            .filter(|rule| rule.scope == scope && rule.subjects == Subjects::Present);
        for rule in concerned {
            let alone = BTreeMap::from([(format!("cases/{}.toml", rule.id), text.clone())]);
            let outcomes = run_cases(&catalogue, &alone, &|_| true).unwrap();
            failed.extend(outcomes.into_iter().filter_map(|outcome| {
                Some(format!("{} « {} »: {}", rule.id, outcome.name, outcome.difference?))
            }));
        }
    }
    assert_eq!(failed, Vec::<String>::new());
}

#[test]
fn every_shipped_rule_says_since_when_it_is_and_when_it_last_changed() {
    let (catalogue, _) = shipped();
    for rule in catalogue.rules() {
        let (Some(created), Some(modified)) = (rule.created, rule.modified) else {
            panic!("{}: no `created` or no `modified`", rule.id);
        };
        assert!(created <= modified, "{}", rule.id);
    }
}
