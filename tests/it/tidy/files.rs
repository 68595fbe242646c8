//! Files: compiled, short, introduced by a sentence, free of reminders and of crowded imports.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::path::PathBuf;

use super::assert_none;
use super::code_lines;
use super::files_under;
use super::leading_word;
use super::read;
use super::root;
use super::rust_files;

/// The files that cargo compiles by itself; every other one must be named by a `mod`.
const ROOTS: &[&str] = &[
    "src/lib.rs",
    "src/main.rs",
    "tests/it/main.rs",
    "benches/pipeline.rs",
    "benches/peers/src/main.rs",
];

/// A file that passes this has two subjects.
const LONGEST: usize = 400;

#[test]
fn every_file_is_compiled() {
    let mut compiled = BTreeSet::new();
    let mut waiting: Vec<PathBuf> = ROOTS.iter().map(PathBuf::from).collect();
    let mut faults = BTreeSet::new();
    while let Some(file) = waiting.pop() {
        for name in declared_modules(&read(&file)) {
            let folder = folder_of_children(&file);
            let candidates = [folder.join(format!("{name}.rs")), folder.join(&name).join("mod.rs")];
            match candidates.into_iter().find(|candidate| root().join(candidate).is_file()) {
                Some(child) => waiting.push(child),
                None => {
                    faults.insert(format!("{}: `mod {name}` has no file", file.display()));
                }
            }
        }
        compiled.insert(file);
    }
    for file in rust_files() {
        if !compiled.contains(&file) {
            faults.insert(format!("{}: no `mod` names it", file.display()));
        }
    }
    assert_none(&faults);
}

#[test]
fn files_are_short_and_introduce_themselves() {
    let mut faults = BTreeSet::new();
    for file in rust_files() {
        let text = read(&file);
        let lines = text.lines().count();
        if lines > LONGEST {
            faults.insert(format!("{}: {lines} lines, {LONGEST} at most", file.display()));
        }
        if !text.starts_with("//! ") {
            faults.insert(format!("{}: begin with one `//!` sentence", file.display()));
        }
    }
    assert_none(&faults);
}

#[test]
fn imports_of_ours_stand_one_to_a_line() {
    let mut faults = BTreeSet::new();
    for file in rust_files() {
        for (line, code) in code_lines(&read(&file)) {
            if crowds(code) {
                faults.insert(format!("{}:{line}: one path per `use`: {code}", file.display()));
            }
        }
    }
    assert_none(&faults);
}

#[test]
fn nothing_is_left_as_a_reminder() {
    let reminders = [["TO", "DO"], ["FIX", "ME"], ["X", "XX"]].map(|halves| halves.concat());
    let mut faults = BTreeSet::new();
    for file in files_under("").into_iter().filter(|file| is_written_by_us(file)) {
        for (index, line) in read(&file).lines().enumerate() {
            let mut words = line.split(|c: char| !c.is_alphanumeric());
            if words.any(|word| reminders.iter().any(|reminder| reminder == word)) {
                let at = format!("{}:{}", file.display(), index + 1);
                faults.insert(format!("{at}: open an issue, or write the test: {}", line.trim()));
            }
        }
    }
    assert_none(&faults);
}

#[test]
fn what_ci_runs_can_be_run() {
    let mode = std::fs::metadata(root().join(".ci/run")).unwrap().permissions().mode();
    assert!(mode & 0o111 != 0, ".ci/run is not executable: {mode:o}");
}

/// The names in `mod name;`, whatever their visibility.
fn declared_modules(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    for (_, line) in code_lines(text) {
        let Some(declaration) = line.strip_suffix(';') else { continue };
        let mut words = declaration.split_whitespace().skip_while(|word| word.starts_with("pub"));
        if let (Some("mod"), Some(name), None) = (words.next(), words.next(), words.next()) {
            names.push(name.to_owned());
        }
    }
    names
}

fn folder_of_children(file: &Path) -> PathBuf {
    let holds_its_folder =
        file.ends_with("mod.rs") || ROOTS.iter().any(|name| file.ends_with(name));
    if holds_its_folder { file.parent().unwrap().to_owned() } else { file.with_extension("") }
}

/// Braces or a star in a `use` of ours; `super::*` is for tests. Clippy sees to stars elsewhere.
fn crowds(line: &str) -> bool {
    let Some((_, path)) = line.split_once("use ").filter(|(before, _)| {
        before.is_empty() || before.trim_end().ends_with(')') || before.trim_end() == "pub"
    }) else {
        return false;
    };
    let ours = matches!(leading_word(path), "crate" | "self" | "super" | "vigie");
    ours && path != "super::*;" && path.contains(['{', '*'])
}

/// Data says what it says, and the lock file is cargo's.
fn is_written_by_us(file: &Path) -> bool {
    let ours = ["Dockerfile", "Makefile", "run"].iter().any(|name| file.ends_with(name))
        || file.extension().is_some_and(|extension| {
            ["md", "rhai", "rs", "sql", "toml", "yml"].iter().any(|ours| extension == *ours)
        });
    ours && !file.starts_with("fixtures")
}
