//! What tests share: applications and services to test, the servers that they talk to, and the tools that look at their output.

pub(crate) mod clients;
pub(crate) mod doors;
pub(crate) mod earlier;
pub(crate) mod every_route;
pub(crate) mod kept;
pub(super) mod machine;
pub(crate) mod mailed_app;
pub(crate) mod manual_clock;
pub(crate) mod ministry_data;
pub(crate) mod served;
pub(super) mod servers;
pub(crate) mod spellings;
mod test_app;
pub(crate) mod test_database;
pub(crate) mod test_server;
pub(crate) mod visitor;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use vigie::frame::dictionary::Dictionary;
use vigie::rules::{dictionary_of, read_folder};

pub(crate) use test_app::{ACTOR, Answer, Saved, TestApp, settings, token};

/// The repository: its rules, fixtures and settings are what the tests run on.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The fields of the shipped catalogue.
pub(crate) fn shipped_dictionary() -> &'static Dictionary {
    static SHIPPED: LazyLock<Dictionary> =
        LazyLock::new(|| dictionary_of(&read_folder(&root().join("rules")).unwrap()));
    &SHIPPED
}

/// Where the file is that a catalogue's folder has for this path, whatever its name says beyond the id of the rule.
pub(crate) fn rule_file(rules: &Path, path: &str) -> PathBuf {
    let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
    let begins = file.replace(".rhai", "_");
    let named = std::fs::read_dir(rules.join(folder)).unwrap().find_map(|entry| {
        let found = entry.unwrap().path();
        let is_named = found.file_name()?.to_str()?.starts_with(&begins);
        is_named.then_some(found)
    });
    named.unwrap_or_else(|| rules.join(path))
}

/// Holds a generated file of the repository to the text that it should have; with `INSTA_UPDATE=always`, as for snapshots,
/// writes it.
#[track_caller]
pub(crate) fn generated_file(path: &str, text: &str) {
    let file = root().join(path);
    let current = std::fs::read_to_string(&file).unwrap_or_default();
    #[expect(clippy::disallowed_methods, reason = "the snapshots' own variable")]
    let update = std::env::var("INSTA_UPDATE");
    if current != text && update.is_ok_and(|update| update == "always") {
        std::fs::write(&file, text).unwrap();
        return;
    }
    let line = current.lines().zip(text.lines()).take_while(|(one, other)| one == other).count();
    let (found, expected) = (current.lines().nth(line), text.lines().nth(line));
    assert!(
        current == text,
        "{path}:{}: found\n  {found:?}\nexpected\n  {expected:?}\nINSTA_UPDATE=always writes it anew",
        line + 1
    );
}

/// The folder of published editions, which are not in the repository: `PANORAMA_EDITIONS` says where they are. Without
/// it, the test says that it did not run; in CI that is a fault.
pub(crate) fn real_editions() -> Option<PathBuf> {
    let folder = std::env::var_os("PANORAMA_EDITIONS").map(PathBuf::from);
    if let Some(folder) = folder.as_ref().filter(|folder| folder.is_dir()) {
        return Some(folder.clone());
    }
    let found = folder
        .map_or_else(|| "no `PANORAMA_EDITIONS`".to_owned(), |folder| folder.display().to_string());
    assert!(!in_ci(), "the published editions are not there: {found}");
    println!("NOT RUN: the published editions are not there: {found}");
    None
}

/// A tool that `make test` installs. Absent, the test says that it did not run; in CI that is a
/// fault.
pub(crate) fn has_tool(tool: &str, package: &str) -> bool {
    let found = Command::new(tool).arg("--version").output().is_ok();
    assert!(found || !in_ci(), "{tool} is not there: install {package}");
    if !found {
        println!("NOT RUN: {tool} is not there; `make test` installs {package}");
    }
    found
}

/// A Python that knows a module: Debian's own, or the one of whoever runs the tests. Absent, the test says
/// that it did not run; in CI that is a fault.
pub(crate) fn python(module: &str) -> Option<Command> {
    let knows = |python: &&str| {
        let mut asked = Command::new(python);
        asked.args(["-c", &format!("import {module}")]).stderr(Stdio::null());
        asked.status().is_ok_and(|status| status.success())
    };
    let found = ["/usr/bin/python3", "python3"].into_iter().find(knows);
    assert!(found.is_some() || !in_ci(), "python3-{module} is not installed: run `make test`");
    if found.is_none() {
        println!("NOT RUN: python3-{module} is not installed; `make test` installs it");
    }
    found.map(Command::new)
}

/// Where a test that cannot run is a fault.
pub(crate) fn in_ci() -> bool {
    #[expect(clippy::disallowed_methods, reason = "tests ask where they run")]
    let ci = std::env::var("CI");
    ci.is_ok_and(|value| value == "true")
}

pub(crate) fn fixtures() -> PathBuf {
    root().join("fixtures")
}

pub(crate) fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
