//! Rules: each has cases that prove it, one that fires and one that stays clear at least.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

use super::{assert_none, files_under, read, root, with_extension};

/// Cases that belong to no rule: a healthy portfolio, where nothing may fire.
const BASELINE: &str = "baseline";

#[test]
fn every_rule_has_a_case_that_fires_and_one_that_stays_clear() {
    let mut faults = BTreeSet::new();
    for rule in rules() {
        let cases = Path::new("rules/cases").join(format!("{}.toml", id(&rule)));
        if !root().join(&cases).is_file() {
            faults.insert(format!("{}: no cases in {}", rule.display(), cases.display()));
            continue;
        }
        let levels = levels(&read(&cases));
        if !levels.contains("clear") {
            faults.insert(format!("{}: no case stays clear", cases.display()));
        }
        if levels.iter().all(|level| level == "clear") {
            faults.insert(format!("{}: no case fires", cases.display()));
        }
    }
    assert_none(&faults);
}

#[test]
fn every_case_file_is_of_a_rule_and_every_rule_is_named_by_its_id() {
    let mut faults = BTreeSet::new();
    let mut ids = BTreeSet::from([BASELINE.to_owned()]);
    for rule in rules() {
        let id = id(&rule);
        let declares = format!("id = \"{id}\"");
        if !read(&rule).lines().any(|line| line.trim() == declares) {
            faults.insert(format!("{}: does not say `{declares}`", rule.display()));
        }
        if !ids.insert(id) {
            faults.insert(format!("{}: another rule has this name", rule.display()));
        }
    }
    for cases in with_extension(files_under("rules/cases"), "toml") {
        let id = cases.file_stem().unwrap().to_string_lossy().into_owned();
        if !ids.contains(&id) {
            faults.insert(format!("{}: no rule {id}", cases.display()));
        }
    }
    assert_none(&faults);
}

#[test]
fn only_what_a_case_expects_counts_as_its_level() {
    let text = "[[case]]\nname = 'critical'\nexpect = 'high'\n\
                [[case]]\nfields = { worst = 'watch' }\nexpect = 'clear'\n\
                [[case]]\nunknown = ['cost_current']";
    assert_eq!(levels(text).into_iter().collect::<Vec<_>>().join(" "), "clear high");
}

fn rules() -> Vec<PathBuf> {
    with_extension(files_under("rules"), "rhai")
}

/// What the name of a file begins with.
fn id(rule: &Path) -> String {
    let stem = rule.file_stem().unwrap().to_string_lossy().into_owned();
    stem.split_once('_').map_or(stem.clone(), |(id, _)| id.to_owned())
}

/// The levels that the cases of a file expect.
fn levels(text: &str) -> BTreeSet<String> {
    let file: Table = text.parse().unwrap();
    let cases = file.get("case").and_then(Value::as_array).into_iter().flatten();
    let expected = cases.filter_map(|case| case.get("expect").and_then(Value::as_str));
    expected.map(str::to_owned).collect()
}
