//! Each malformed fixture: its exact message, exit code 1, and a database left as it was.

use std::fmt::Write as _;
use std::path::Path;

use crate::support::{TestApp, fixtures};

#[test]
fn each_malformed_file_is_refused_whole_with_what_was_found_and_what_was_expected() {
    let app = TestApp::with_fixtures();
    let imports = app.json(&["imports"]);
    let before = app.fingerprint();
    let folder = fixtures().join("malformed");
    let mut names: Vec<String> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| Path::new(name).extension().is_some_and(|extension| extension != "md"))
        .collect();
    names.sort();
    assert!(names.len() >= 20, "{names:?}");
    let mut messages = String::new();
    for name in names {
        let file = folder.join(&name);
        let answer = app.run(&["import", file.to_str().unwrap()]);
        assert_eq!(answer.code, Some(1), "{name}: {}", answer.stdout);
        assert_eq!(answer.stdout, "", "{name}");
        let shown = answer.stderr.replace(&format!("{}/", folder.display()), "");
        writeln!(messages, "== {name}\n{}", shown.trim_end()).unwrap();
        assert_eq!(app.json(&["imports"]), imports, "{name}");
    }
    assert_eq!(app.fingerprint(), before);
    insta::assert_snapshot!(messages);
}
