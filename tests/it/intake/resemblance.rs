//! Renamings are proposed by names, and by start, ministry and cost.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::support::{TestApp, real_editions, root};
use vigie::intake::{Aliases, name_key};

/// The ministries of the alias table, and none of its projects.
fn without_projects() -> String {
    let table = std::fs::read_to_string(root().join("aliases.toml")).unwrap();
    let (ministries, _) = table.split_once("[[project]]").unwrap();
    ministries.to_owned()
}

#[test]
fn nine_in_ten_real_renamings_are_proposed_without_the_alias_table_and_few_that_are_none() {
    let Some(folder) = real_editions() else { return };
    let truth = Aliases::shipped().unwrap();
    let app = TestApp::new();
    let table = app.path("aliases.toml");
    std::fs::write(&table, without_projects()).unwrap();
    let entries = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<String> = entries
        .map(|path| path.to_str().unwrap().to_owned())
        .filter(|path| path.contains(".dashboard."))
        .collect();
    files.sort();
    let output = app
        .command(&["import", "--format", "json"])
        .args(&files)
        .env("VIGIE_ALIASES", &table)
        .output()
        .unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();

    let mut seen: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let (mut renamed, mut found, mut wrong) = (0, 0, vec![]);
    for file in report["files"].as_array().unwrap() {
        let sightings = file["sightings"].as_array().unwrap();
        let one =
            |name: &str| truth.project(name).map_or_else(|| name_key(name), |id| id.to_string());
        for sighting in sightings {
            let name = sighting["name"].as_str().unwrap();
            let before = seen.get(&one(name)).cloned().unwrap_or_default();
            let is_renamed = !before.is_empty() && !before.contains(&name_key(name));
            renamed += usize::from(is_renamed);
            let near: &Value = &sighting["kind"]["resembles"]["name"];
            let Some(near) = near.as_str() else { continue };
            if one(near) == one(name) {
                found += usize::from(is_renamed);
            } else {
                wrong
                    .push(format!("{name} / {near} {}", sighting["kind"]["resembles"]["likeness"]));
            }
        }
        for sighting in sightings {
            let name = sighting["name"].as_str().unwrap();
            seen.entry(one(name)).or_default().insert(name_key(name));
        }
    }
    assert_eq!(renamed, 33);
    assert!(found * 10 >= renamed * 9, "{found} of {renamed}");
    assert!(wrong.len() <= 4, "{wrong:#?}");
}

#[test]
fn a_name_of_the_alias_table_is_proposed_too_when_its_project_is_not_known_yet() {
    let app = TestApp::new();
    let header = "project,ministry,phase,start_on,duration_months,cost_meur,inter_ministerial,functional_zone,programme,withheld_reason";
    for (file, name) in
        [("2016-09.csv", "SI Paie des EPLE"), ("2016-11.csv", "SI Paie des EPLE (OPERA)")]
    {
        let row =
            format!("{name},Ministère de l’Éducation nationale,build,2015-02,40,10,false,a,b,");
        std::fs::write(app.path(file), format!("{header}\n{row}\n")).unwrap();
    }
    let report = app.json(&["import", "2016-09.csv", "2016-11.csv"]);
    let near = &report["files"][1]["sightings"][0]["kind"]["resembles"];
    assert_eq!(near["project"], "si-paie-des-eple", "{report}");
}

/// Editions of one ministry, a line of `name start duration cost` for each project; `-` is no figure.
fn editions(app: &TestApp, all: &[(&str, &[&str])]) -> Vec<Value> {
    let header = "project,ministry,phase,start_on,duration_months,cost_meur,inter_ministerial,functional_zone,programme,withheld_reason";
    let mut files = vec!["import".to_owned()];
    for (edition, lines) in all {
        let row = |line: &&str| {
            let words: Vec<&str> = line.split(' ').map(|word| word.trim_matches('-')).collect();
            let [name, start, duration, cost] = <[&str; 4]>::try_from(words).unwrap();
            let phase = if name == "FINI" { "completed" } else { "build" };
            let start = start.replace('/', "-");
            format!("{name},MJ,{phase},{start},{duration},{cost},false,a,b,")
        };
        let rows: Vec<String> = lines.iter().map(row).collect();
        let file = format!("{edition}.csv");
        std::fs::write(app.path(&file), format!("{header}\n{}\n", rows.join("\n"))).unwrap();
        files.push(file);
    }
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    app.json(&files)["files"].as_array().unwrap().clone()
}

fn proposed(file: &Value, name: &str) -> Value {
    let sightings = file["sightings"].as_array().unwrap().iter();
    let mut of = sightings.filter(|one| one["name"] == name);
    of.next().unwrap()["kind"]["resembles"]["project"].clone()
}

#[test]
fn the_last_figures_of_a_project_count_whichever_edition_gave_them() {
    let app = TestApp::new();
    let files = editions(
        &app,
        &[
            ("2019-03", &["ORCHIS 2016/02 40 21", "TUF 2014/05 60 33", "FINI 2012/01 50 12"]),
            ("2019-11", &["ORCHIS - - -", "TUF 2014/05 60 33", "FINI 2012/01 50 12"]),
            ("2020-06", &["QUARTZ 2016/02 42 22", "TUF 2014/05 60 33"]),
            // TUF is away for one edition; FINI had ended.
            ("2020-11", &["QUARTZ 2016/02 42 22"]),
            ("2021-06", &["QUARTZ 2016/02 42 22", "BASALTE 2014/05 60 34", "ZINC 2012/01 50 12"]),
        ],
    );
    assert_eq!(proposed(&files[2], "QUARTZ"), "orchis");
    assert_eq!(proposed(&files[4], "BASALTE"), "tuf");
    assert_eq!(proposed(&files[4], "ZINC"), Value::Null);
}
