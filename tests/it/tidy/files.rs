//! Files: compiled, short, introduced by a sentence, few in a folder, without reminders, their imports grouped.

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use super::module_tree::{declared_modules, folder_of_children, imports};
use super::{assert_none, files_under, read, root, rust_files};

/// The files that cargo compiles by itself; every other one must be named by a `mod`.
const ROOTS: &[&str] = &[
    "src/lib.rs",
    "src/main.rs",
    "tests/it/main.rs",
    "benches/pipeline.rs",
    "benches/peers/src/main.rs",
];

/// A file that passes this has two subjects; one resource with all its handlers stays below.
const LONGEST: usize = 500;

/// More than this in one folder are several subjects.
const MOST_FILES: usize = 15;

#[test]
fn every_file_is_compiled() {
    let mut compiled = BTreeSet::new();
    let mut waiting: Vec<PathBuf> = ROOTS.iter().map(PathBuf::from).collect();
    let mut faults = BTreeSet::new();
    while let Some(file) = waiting.pop() {
        for name in declared_modules(&read(&file)) {
            let crate_root = ROOTS.iter().find(|root| file == Path::new(root)).unwrap_or(&"");
            let folder = folder_of_children(&file, crate_root);
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
fn imports_are_grouped_by_module_and_name_what_they_bring() {
    let mut faults = BTreeSet::new();
    for file in rust_files() {
        let text = read(&file);
        let mut groups: BTreeSet<(Vec<String>, String)> = BTreeSet::new();
        let mut previous = None;
        for import in imports(&text) {
            let group = (
                import.path.split_last().map_or(vec![], |(_, p)| p.to_vec()),
                import.visibility.clone(),
            );
            let at = format!("{}:{}", file.display(), import.line);
            let is_ours =
                matches!(import.path.first().map(String::as_str), Some("crate" | "vigie"));
            if is_ours && import.name == "*" {
                faults.insert(format!("{at}: name what is imported"));
            }
            // Unit tests import for themselves, and an attribute is for one name.
            let line = |number: usize| text.lines().nth(number).unwrap_or_default();
            let attribute =
                import.line.checked_sub(2).is_some_and(|above| line(above).starts_with("#["));
            if attribute || line(import.line - 1).starts_with(' ') {
                continue;
            }
            if previous.as_ref() != Some(&(import.line, group.clone()))
                && import.path.len() > 1
                && !groups.insert(group.clone())
            {
                faults.insert(format!("{at}: one `use` for all of `{}`", group.0.join("::")));
            }
            previous = Some((import.line, group));
        }
    }
    assert_none(&faults);
}

#[test]
fn a_folder_holds_few_files() {
    let mut folders: BTreeMap<PathBuf, usize> = BTreeMap::new();
    for file in rust_files().into_iter().filter(|file| !file.starts_with("benches")) {
        *folders.entry(file.parent().unwrap().to_owned()).or_default() += 1;
    }
    let crowded = folders.into_iter().filter(|(_, files)| *files > MOST_FILES);
    let faults = crowded.map(|(folder, files)| {
        format!("{}: {files} files side by side, {MOST_FILES} at most", folder.display())
    });
    assert_none(&faults.collect());
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

/// Data says what it says, and the lock file is cargo's.
fn is_written_by_us(file: &Path) -> bool {
    let ours = ["Dockerfile", "Makefile", "run"].iter().any(|name| file.ends_with(name))
        || file.extension().is_some_and(|extension| {
            ["md", "rhai", "rs", "sql", "toml", "yml"].iter().any(|ours| extension == *ours)
        });
    ours && !file.starts_with("fixtures")
}
