//! The house's own rules, held by the tests because one package gives the compiler no say in them.

mod actors;
mod circles;
mod classes;
mod dependencies;
mod documents;
mod features;
mod files;
mod image;
mod layers;
mod module_tree;
mod names;
mod rules;
mod scope;
mod streams;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Never looked into: what is built, what git keeps, what a demonstration wrote.
const NOT_OURS: &[&str] = &[".git", "data", "node_modules", "target"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The text of a file, by its path from the root.
#[track_caller]
fn read(path: impl AsRef<Path>) -> String {
    let path = path.as_ref();
    let text = std::fs::read_to_string(root().join(path));
    text.map_err(|error| format!("{}: {error}", path.display())).unwrap()
}

/// Every file under a folder of the root, by its path from the root, in order. A folder that is
/// not there holds none.
fn files_under(folder: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(next) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(next) else { continue };
        for entry in entries {
            let path = entry.unwrap().path();
            if NOT_OURS.iter().any(|name| path.ends_with(name)) {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(path.strip_prefix(root()).unwrap().to_owned());
            }
        }
    }
    found.sort();
    found
}

fn with_extension(files: Vec<PathBuf>, extension: &str) -> Vec<PathBuf> {
    files.into_iter().filter(|file| file.extension().is_some_and(|e| e == extension)).collect()
}

fn rust_files() -> Vec<PathBuf> {
    ["src", "tests", "benches"]
        .into_iter()
        .flat_map(|folder| with_extension(files_under(folder), "rs"))
        .collect()
}

/// Lines that the compiler reads, with their numbers from 1: comments are left out.
fn code_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line.trim()))
        .filter(|(_, line)| !line.starts_with("//"))
}

/// The identifier that a text begins with; empty when it begins with something else.
fn leading_word(text: &str) -> &str {
    let end = text.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(text.len());
    text.get(..end).unwrap_or_default()
}

#[track_caller]
fn assert_none(faults: &BTreeSet<String>) {
    let lines: Vec<&str> = faults.iter().map(String::as_str).collect();
    assert!(lines.is_empty(), "\n{}\n", lines.join("\n"));
}
