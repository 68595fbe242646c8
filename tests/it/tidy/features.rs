//! The feature `pdf` adds crates and changes none that Polars is made of, so that builds with and without it share Polars.

use std::collections::BTreeSet;
use std::process::Command;

use super::{assert_none, root};

#[test]
fn polars_is_compiled_once_with_the_feature_pdf_and_without() {
    let of_polars = lines(&["--package", "polars", "--format", "{p}"]);
    let without = lines(&["--format", "{p} {f}"]);
    let with = lines(&["--format", "{p} {f}", "--features", "pdf"]);
    assert!(with.len() > without.len() + 100, "{} of {}", with.len(), without.len());
    let is_of_polars = |line: &&String| of_polars.iter().any(|one| line.starts_with(one.as_str()));
    let faults = without.difference(&with).filter(is_of_polars);
    let words =
        |line: &String| format!("{line}: other features with `pdf`, which Cargo.toml gives always");
    assert_none(&faults.map(words).collect());
}

/// What `cargo tree` says, a line for each crate.
fn lines(arguments: &[&str]) -> BTreeSet<String> {
    let printed = Command::new(env!("CARGO"))
        .args(["tree", "--locked", "--offline", "--prefix", "none"])
        .args(["--edges", "normal,build,no-proc-macro"])
        .args(arguments)
        .current_dir(root())
        .output()
        .unwrap();
    assert!(printed.status.success(), "{}", String::from_utf8_lossy(&printed.stderr));
    let text = String::from_utf8(printed.stdout).unwrap();
    text.lines().map(|line| line.trim_end_matches(" (*)").trim().to_owned()).collect()
}
