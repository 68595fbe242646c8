//! The rules that ship: sound, proved by their cases, silent on what is healthy.

use std::collections::BTreeMap;
use std::path::Path;

use vigie::rules::Catalogue;
use vigie::rules::Limits;
use vigie::rules::compile;
use vigie::rules::missing_cases;
use vigie::rules::read_folder;
use vigie::rules::run_cases;

fn shipped() -> (Catalogue, BTreeMap<String, String>) {
    let texts = read_folder(&Path::new(env!("CARGO_MANIFEST_DIR")).join("rules")).unwrap();
    let (catalogue, faults) = compile(&texts, &Limits::default());
    let shown: Vec<String> = faults.iter().map(ToString::to_string).collect();
    assert_eq!(shown, Vec::<String>::new());
    (catalogue, texts)
}

#[test]
fn every_case_of_every_rule_passes() {
    let (catalogue, texts) = shipped();
    let outcomes = run_cases(&catalogue, &texts);
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
fn every_threshold_is_read_by_a_rule() {
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
        .filter(|name| !rules.contains(&format!("t.{name}")))
        .collect();
    assert_eq!(idle, Vec::<&str>::new());
}

#[test]
fn the_catalogue_lists_its_rules_by_id() {
    let (catalogue, _) = shipped();
    let rules: Vec<&str> = catalogue.rules().map(|rule| rule.id.as_str()).collect();
    assert_eq!(rules, ["D1", "D2", "D3", "D4", "D5", "D6", "P1", "P2", "T1", "T2"]);
    assert_eq!(catalogue.terms().len(), rules.len());
}
