//! The backtest against a program that shares nothing with it: a script in Python, over exported tables.

use std::path::Path;
use std::process::Command;

use super::panel;
use crate::support;
use crate::support::{TestApp, real_editions, root};

/// Judges the projects as of the end of each edition, exports what was judged and published, and lets the script count.
fn agrees(app: &TestApp, editions: &[String]) -> Option<String> {
    let mut python = support::python("csv")?;
    for edition in editions {
        let day = last_day(edition);
        app.ok(&["cycle", "--as-of", &day]);
        let verdicts = app.path(&format!("{edition}.verdicts.csv"));
        app.ok(&["export", "verdicts", "--as-of", &day, "--out", verdicts.to_str().unwrap()]);
    }
    app.ok(&["export", "history", "--out", app.path("history.csv").to_str().unwrap()]);
    for target in ["any", "cost", "duration"] {
        let found = app.ok(&["backtest", "--target", target, "--format", "json"]);
        std::fs::write(app.path(&format!("backtest-{target}.json")), found).unwrap();
    }
    Some(run(&mut python, &app.path("")))
}

fn run(python: &mut Command, folder: &Path) -> String {
    let output =
        python.arg(root().join("tests/it/support/backtest.py")).arg(folder).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    said
}

/// `2018-07` has `2018-07-31` as its last day.
fn last_day(edition: &str) -> String {
    let first: chrono::NaiveDate = format!("{edition}-01").parse().unwrap();
    let next = first.checked_add_months(chrono::Months::new(1)).unwrap();
    next.pred_opt().unwrap().to_string()
}

#[test]
fn a_script_over_exported_tables_finds_the_same_figures_for_a_small_panel() {
    let app = panel::imported();
    let editions = panel::EDITIONS.map(str::to_owned);
    let Some(said) = agrees(&app, &editions) else { return };
    insta::assert_snapshot!(said);
}

#[test]
fn a_script_over_exported_tables_finds_the_same_figures_for_the_published_editions() {
    let Some(folder) = real_editions() else { return };
    let app = TestApp::new();
    let mut files: Vec<String> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path().to_str().unwrap().to_owned())
        .filter(|path| path.contains(".dashboard."))
        .collect();
    files.sort();
    let names = files.iter().map(|file| file.rsplit('/').next().unwrap());
    let editions: Vec<String> =
        names.map(|name| name.split('.').next().unwrap().to_owned()).collect();
    let arguments: Vec<&str> =
        std::iter::once("import").chain(files.iter().map(String::as_str)).collect();
    app.ok(&arguments);
    let Some(said) = agrees(&app, &editions) else { return };
    insta::assert_snapshot!(said);
}
