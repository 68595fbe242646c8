//! Layouts that no shipped profile reads, and the profiles that make them readable.

mod ditto;
mod faults;
mod keep;
mod page;
mod places;
mod propose;
mod sent;
mod turned;
mod uk;
mod us;

use serde_json::Value;

use crate::support::TestApp;
use vigie::frame::dictionary::built_in;
use vigie::intake::ProfileTerms;
use vigie::rules::RowFormulas;

/// What the profiles of these tests may name.
fn terms() -> ProfileTerms<'static> {
    ProfileTerms { dictionary: built_in(), language: &RowFormulas }
}

/// An application with one more profile, in the folder of its settings.
fn app_with(profile: &str) -> TestApp {
    let app = TestApp::new();
    std::fs::create_dir(app.path("profils")).unwrap();
    std::fs::write(app.path("profils/essai.toml"), profile).unwrap();
    std::fs::write(app.path("vigie.toml"), "profiles = \"profils\"\n").unwrap();
    app
}

/// The report of importing a file with the profile.
#[track_caller]
fn imported(profile: &str, file: &str, bytes: impl AsRef<[u8]>) -> (TestApp, Value) {
    let app = app_with(profile);
    std::fs::write(app.path(file), bytes).unwrap();
    let report = app.json(&["import", file]);
    (app, report["files"][0].clone())
}

/// Why the file, or the profile, is refused.
#[track_caller]
fn refused(profile: &str, file: &str, bytes: impl AsRef<[u8]>) -> String {
    let app = app_with(profile);
    std::fs::write(app.path(file), bytes).unwrap();
    let answer = app.run(&["import", file]);
    assert_eq!(answer.code, Some(1), "{}", answer.stdout);
    answer.stderr
}

/// Fields of a project as a rule reads them.
#[track_caller]
fn project(app: &TestApp, name: &str, as_of: &str) -> Value {
    app.json(&["project", name, "--as-of", as_of])
}

/// CSV has as many cells on each line.
fn even<'a>(rows: &[Vec<&'a str>]) -> Vec<Vec<&'a str>> {
    let width = rows.iter().map(Vec::len).max().unwrap_or_default();
    let padded = |row: &Vec<&'a str>| {
        row.iter().copied().chain(std::iter::repeat("")).take(width).collect::<Vec<_>>()
    };
    rows.iter().map(padded).collect()
}
