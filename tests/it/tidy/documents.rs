//! Documents: what they point to exists, what they tell to type works, no setting is left out.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use toml::Table;

use super::{assert_none, files_under, leading_word, read, root, with_extension};

#[test]
fn links_lead_to_files_that_exist() {
    let mut faults = BTreeSet::new();
    for document in documents() {
        for (line, target) in links(&read(&document)) {
            let path = target.split('#').next().unwrap_or_default();
            let elsewhere = path.is_empty() || path.contains("://") || path.starts_with("mailto:");
            if !elsewhere && !root().join(document.parent().unwrap()).join(path).exists() {
                faults.insert(format!("{}:{line}: no file {path}", document.display()));
            }
        }
    }
    assert_none(&faults);
}

#[test]
fn links_lead_to_headings_that_exist() {
    let mut faults = BTreeSet::new();
    for document in documents() {
        for (line, target) in links(&read(&document)) {
            let Some((path, heading)) = target.split_once('#') else { continue };
            let place = match path {
                "" => document.clone(),
                path => document.parent().unwrap().join(path),
            };
            let is_document = place.extension().is_some_and(|extension| extension == "md");
            if is_document && !path.contains("://") && !anchors(&read(&place)).contains(heading) {
                faults.insert(format!("{}:{line}: no heading {target}", document.display()));
            }
        }
    }
    assert_none(&faults);
}

#[test]
fn the_makefile_knows_every_command_that_documents_name() {
    let targets = make_targets();
    let mut faults = BTreeSet::new();
    for command in ["run", "test", "lint", "bench", "bench-peers", "image"] {
        if !targets.contains(command) {
            faults.insert(format!("Makefile: no target `{command}`"));
        }
    }
    for document in documents() {
        for (index, line) in read(&document).lines().enumerate() {
            for (at, _) in line.match_indices("make ") {
                let before = line.get(..at).and_then(|head| head.chars().next_back());
                let typed = matches!(before, None | Some('`'));
                let target = leading_word(line.get(at + 5..).unwrap_or_default());
                if typed && !targets.contains(target) {
                    let place = format!("{}:{}", document.display(), index + 1);
                    faults.insert(format!("{place}: no `make {target}`"));
                }
            }
        }
    }
    assert_none(&faults);
}

/// Each command is asked for its help, so nothing runs, yet a wrong word or option is refused.
#[test]
fn the_commands_of_the_readme_and_of_the_manual_of_operation_are_understood() {
    let program = Path::new(env!("CARGO_BIN_EXE_vigie"));
    let elsewhere = tempfile::tempdir().unwrap();
    let mut faults = BTreeSet::new();
    for document in ["README.md", "docs/OPERATIONS.md"] {
        for command in typed_commands(&read(document)) {
            let told = Command::new("/bin/sh")
                .args(["-c", &format!("{command} --help")])
                .env("PATH", program.parent().unwrap())
                .current_dir(elsewhere.path())
                .output()
                .unwrap();
            if !told.status.success() {
                let answer = String::from_utf8_lossy(&told.stderr);
                faults.insert(format!("{document}: {command}: {}", answer.trim()));
            }
        }
    }
    assert_none(&faults);
}

#[test]
fn every_setting_is_explained_with_its_variable() {
    let file = read("vigie.toml");
    let expected = settings("VIGIE_", &file.parse::<Table>().unwrap());
    for (place, text) in [("vigie.toml", file), ("README.md", read("README.md"))] {
        assert_eq!(variables(&text), expected, "{place}");
    }
}

#[test]
fn what_a_reader_types_is_found_among_what_he_reads() {
    let text = "```sh\nvigie import a.csv  # twice\nmake run\n\nvigie alerts \\\n  --level high\n```\n\
                vigie is prose\nSee [this](a.md#b), [that](b.md).";
    assert_eq!(typed_commands(text), ["vigie import a.csv", "vigie alerts --level high"]);
    assert_eq!(links(text), [(9, "a.md#b".to_owned()), (9, "b.md".to_owned())]);
    let headings = anchors("# The `first` hour, and\n## Pages in the State's design\nno # heading");
    let names = ["pages-in-the-states-design", "the-first-hour-and"].map(str::to_owned);
    assert_eq!(headings, BTreeSet::from(names));
    let expected = BTreeSet::from(["VIGIE_LISTEN".to_owned(), "VIGIE_SCHEDULE__CYCLE".to_owned()]);
    let table = "listen = 'x'\n[schedule]\ncycle = ''".parse::<Table>().unwrap();
    assert_eq!(settings("VIGIE_", &table), expected);
    assert_eq!(variables("`VIGIE_LISTEN` VIGIE_SCHEDULE__CYCLE= VIGIE_…"), expected);
}

fn documents() -> Vec<PathBuf> {
    with_extension(files_under(""), "md")
}

fn make_targets() -> BTreeSet<String> {
    let makefile = read("Makefile");
    let named = makefile.lines().filter_map(|line| line.split_once(':'));
    named.map(|(target, _)| target.to_owned()).collect()
}

/// Targets of `[text](target)`, with their lines.
fn links(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let targets = line.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
        found.extend(targets.map(|(target, _)| (index + 1, target.to_owned())));
    }
    found
}

/// The names by which links lead to headings: in small letters, without punctuation, dashes for blanks.
fn anchors(text: &str) -> BTreeSet<String> {
    let headings = text.lines().filter(|line| line.starts_with('#'));
    let is_kept = |c: &char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_');
    let name = |line: &str| line.trim_start_matches('#').trim().to_lowercase();
    headings
        .map(|line| name(line).chars().filter(is_kept).collect::<String>().replace(' ', "-"))
        .collect()
}

/// The `vigie …` lines of code blocks, comments left out and continued lines joined.
fn typed_commands(text: &str) -> Vec<String> {
    let blocks = text.split("```").skip(1).step_by(2);
    let joined = blocks.map(|block| block.replace("\\\n", "")).collect::<Vec<_>>().join("\n");
    joined
        .lines()
        .map(|line| line.split(" #").next().unwrap_or_default())
        .filter(|line| line.starts_with("vigie "))
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect()
}

/// The variable of each key: sections are parted by two underscores.
fn settings(prefix: &str, table: &Table) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (key, value) in table {
        let name = format!("{prefix}{}", key.to_uppercase());
        match value.as_table() {
            Some(section) => names.extend(settings(&format!("{name}__"), section)),
            None => {
                names.insert(name);
            }
        }
    }
    names
}

fn variables(text: &str) -> BTreeSet<String> {
    let rests = text.split("VIGIE_").skip(1);
    let names = rests.map(leading_word).filter(|name| !name.is_empty());
    names.map(|name| format!("VIGIE_{name}")).collect()
}
