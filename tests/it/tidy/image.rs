//! The container image: it holds what it needs, is built by our compiler, and does not run as root.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use super::{assert_none, code_lines, read, root, rust_files};

#[test]
fn the_image_copies_what_exists_and_nothing_is_let_in_for_nothing() {
    let copied = copied();
    let let_in: BTreeSet<String> = read(".dockerignore")
        .lines()
        .filter_map(|line| line.strip_prefix('!').map(str::to_owned))
        .collect();
    assert_eq!(copied, let_in, "what the Dockerfile copies, what .dockerignore lets in");
    let faults = copied
        .into_iter()
        .filter(|path| !root().join(path).exists())
        .map(|path| format!("Dockerfile: copies {path}, which does not exist"))
        .collect();
    assert_none(&faults);
}

#[test]
fn the_image_is_built_with_every_file_that_the_code_takes_in() {
    let copied = copied();
    let mut faults = BTreeSet::new();
    for file in rust_files().into_iter().filter(|file| file.starts_with("src")) {
        for taken in taken_in(&file, &read(&file)) {
            let top = taken.components().next().map(|top| top.as_os_str().to_string_lossy());
            if !top.is_some_and(|top| copied.contains(top.as_ref())) {
                let file = file.display();
                faults.insert(format!("Dockerfile: {file} takes in {}", taken.display()));
            }
        }
    }
    assert_none(&faults);
}

#[test]
fn the_image_is_built_by_the_compiler_of_the_house() {
    let toolchain: toml::Table = read("rust-toolchain.toml").parse().unwrap();
    let channel = toolchain.get("toolchain").and_then(|table| table.get("channel")).unwrap();
    let expected = format!("rust:{}-slim-bookworm", channel.as_str().unwrap());
    let bases: Vec<String> = instructions("FROM").collect();
    assert_eq!(bases, [format!("{expected} AS build"), "debian:bookworm-slim".to_owned()]);
}

#[test]
fn the_container_is_not_root_and_says_whether_it_is_well() {
    let user = instructions("USER").last().unwrap_or_default();
    assert!(!user.is_empty() && user != "root" && !user.starts_with('0'), "USER {user}");
    let health = instructions("HEALTHCHECK").last().unwrap_or_default();
    assert!(health.ends_with(r#"CMD ["vigie", "healthcheck"]"#), "HEALTHCHECK {health}");
}

#[test]
fn files_taken_in_by_macros_are_found_from_the_root() {
    let text = "const A: &str = include_str!(\"../../../profiles/a.toml\");\n\
                const B: &str = include_str!(\"b.txt\");\n\
                static M: Migrator = sqlx::migrate!();";
    let found = taken_in(Path::new("src/intake/profiles/profile.rs"), text);
    assert_eq!(
        found,
        ["profiles/a.toml", "src/intake/profiles/b.txt", "migrations"].map(PathBuf::from)
    );
}

/// What the Dockerfile copies from the folder it is built in.
fn copied() -> BTreeSet<String> {
    let mut sources = BTreeSet::new();
    for arguments in instructions("COPY").filter(|arguments| !arguments.starts_with("--from")) {
        let mut paths: Vec<&str> = arguments.split_whitespace().collect();
        paths.pop();
        sources.extend(paths.into_iter().map(str::to_owned));
    }
    sources
}

/// The arguments of each instruction of a kind, in order.
fn instructions(kind: &str) -> impl Iterator<Item = String> {
    let text = read("Dockerfile");
    let lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let prefix = format!("{kind} ");
    lines.into_iter().filter_map(move |line| line.strip_prefix(&prefix).map(str::to_owned))
}

/// Files that the code takes in when it is compiled, by their path from the root.
fn taken_in(file: &Path, text: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for (_, line) in code_lines(text) {
        for name in ["include_str!(", "include_bytes!(", "include!("] {
            for rest in line.split(name).skip(1) {
                let path = rest.split('"').nth(1).unwrap_or_default();
                found.push(from_root(file, path));
            }
        }
        for rest in line.split("migrate!(").skip(1) {
            let path = rest.split('"').nth(1).unwrap_or("migrations");
            found.push(PathBuf::from(path.trim_start_matches("./")));
        }
    }
    found
}

fn from_root(file: &Path, path: &str) -> PathBuf {
    let mut place = file.parent().unwrap().to_owned();
    for component in Path::new(path).components() {
        match component {
            Component::ParentDir => {
                place.pop();
            }
            Component::Normal(name) => place.push(name),
            Component::CurDir | Component::RootDir | Component::Prefix(_) => {}
        }
    }
    place
}
