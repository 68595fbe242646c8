//! Ten years of real editions, through the front door.

use serde_json::Value;

use crate::support::{TestApp, real_editions};

/// The editions whose table is at hand, as they printed themselves: projects, Md€, years.
fn printed() -> Vec<(String, i64, f64, f64)> {
    let Some(folder) = real_editions() else { return vec![] };
    let mut reader = csv::Reader::from_path(folder.join("aggregates.csv")).unwrap();
    reader
        .records()
        .map(Result::unwrap)
        .filter(|record| folder.join(format!("{}.dashboard.csv", &record[0])).is_file())
        .map(|record| {
            (
                record[0].to_owned(),
                record[2].parse().unwrap(),
                record[3].parse().unwrap(),
                record[4].parse().unwrap(),
            )
        })
        .collect()
}

/// Every file whose name bears one of the words.
fn import(words: &[&str]) -> Option<(TestApp, Value)> {
    let folder = real_editions()?;
    let app = TestApp::new();
    let mut files: Vec<String> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path().to_str().unwrap().to_owned())
        .filter(|path| words.iter().any(|word| path.contains(word)))
        .collect();
    files.sort();
    let arguments: Vec<&str> =
        std::iter::once("import").chain(files.iter().map(String::as_str)).collect();
    let report = app.json(&arguments);
    Some((app, report))
}

#[test]
fn every_edition_gives_its_projects_totals_and_durations_or_the_report_says_why_not() {
    let Some((app, report)) = import(&[".dashboard."]) else { return };
    let panorama = app.json(&["panorama", "--as-of", "2021-07-31"]);
    let mut lines = vec![];
    for (edition, projects, billions, years) in printed() {
        let figures = panorama["series"]
            .as_array()
            .unwrap()
            .iter()
            .find(|row| row["edition"] == edition.as_str())
            .unwrap();
        let found = figures["project_count"].as_i64().unwrap();
        let total = figures["cost_total"].as_f64().unwrap() / 1000.0;
        let duration = figures["duration_mean"].as_f64().unwrap() / 12.0;
        let withheld: usize = report["files"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|file| file["edition"] == edition.as_str())
            .map(|file| file["withheld"].as_array().unwrap().len())
            .max()
            .unwrap();
        lines.push(format!(
            "{edition}: {found} projects (printed {projects}), {total:.2} Md€ (printed \
             {billions:.2}), {duration:.1} years (printed {years:.1}), {withheld} figures withheld"
        ));
    }
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn two_files_of_one_edition_say_the_same_or_the_report_says_what_differs() {
    let Some((_, report)) = import(&[".dashboard.", ".published."]) else { return };
    let mut lines = vec![];
    for file in report["files"].as_array().unwrap() {
        let replaced = &file["recorded"];
        if replaced["outcome"] != "replaced" {
            continue;
        }
        let name = file["file"].as_str().unwrap().rsplit('/').next().unwrap();
        let differences = replaced["differences"].as_array().unwrap();
        lines.push(format!("{name}: {} projects identical", replaced["identical"]));
        lines.extend(differences.iter().map(|difference| {
            format!(
                "  {} {}: {} -> {}",
                difference["subject"].as_str().unwrap(),
                difference["field"].as_str().unwrap(),
                difference["former"].as_str().unwrap(),
                difference["now"].as_str().unwrap()
            )
        }));
    }
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn a_project_known_under_several_names_has_one_line_per_edition() {
    let Some((app, _)) = import(&[".dashboard.", ".published."]) else { return };
    let mut text = String::new();
    for name in ["SI SAMU", "FRANCE VISAS"] {
        text.push_str(&app.ok(&["project", name, "--as-of", "2021-07-31"]));
        text.push('\n');
    }
    insta::assert_snapshot!(text);
}

#[test]
fn ten_years_of_cycles_leave_no_rule_in_default() {
    let Some((app, _)) = import(&[".dashboard.", ".published."]) else { return };
    for as_of in ["2016-11-30", "2017-06-30", "2018-07-31", "2019-03-31", "2021-07-31"] {
        let report = app.json(&["cycle", "--as-of", as_of]);
        assert_eq!(report["counts"]["failed"], 0, "{as_of}");
        assert_eq!(report["outcome"], "committed");
    }
    for cycle in ["1", "2", "3", "4", "5"] {
        assert_eq!(app.json(&["replay", cycle])["identical"], true, "{cycle}");
    }
}
