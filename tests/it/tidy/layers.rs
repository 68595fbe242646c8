//! Layers: data flows down the page of `lib.rs`, imports point up, heavy crates stay at home.

use std::collections::BTreeSet;
use std::path::Path;

use super::module_tree::imports;
use super::{assert_none, code_lines, leading_word, read, rust_files};

/// A module of the library, its layer, and the first layer that it may no longer import.
struct Place {
    module: &'static str,
    layer: u8,
    below: u8,
}

const fn place(module: &'static str, layer: u8, below: u8) -> Place {
    Place { module, layer, below }
}

/// Nothing imports sideways or down. Decisions and the store see words only, so that neither a
/// frame nor a script can leak into what is decided or kept.
const HOUSE: &[Place] = &[
    place("support", 0, 0),
    place("domain", 1, 1),
    place("charts", 1, 1),
    place("frame", 2, 2),
    place("intake", 3, 3),
    place("rules", 3, 3),
    place("decisions", 4, 2),
    place("foresight", 4, 2),
    place("auth", 5, 2),
    place("client", 5, 2),
    place("documents", 5, 2),
    place("notify", 5, 2),
    place("store", 5, 2),
    place("application", 6, 6),
    place("delivery", 6, 6),
    place("api", 7, 7),
    place("schedule", 7, 7),
    place("web", 8, 8),
    place("server", 9, 9),
];

/// Crates that are spoken to from their home and nowhere else. `cli` and `main` are the binary.
const HOMES: &[(&str, &[&str])] = &[
    ("actix_web", &["api", "server", "web"]),
    ("atom_syndication", &["api"]),
    ("calamine", &["intake"]),
    ("clap", &["cli", "main"]),
    ("comfy_table", &["cli"]),
    ("cron", &["schedule"]),
    ("encoding_rs", &["intake"]),
    ("figment", &["server"]),
    ("icalendar", &["decisions"]),
    ("indicatif", &["cli"]),
    ("lettre", &["notify", "support"]),
    ("minijinja", &["documents", "notify", "web"]),
    ("openidconnect", &["auth"]),
    ("prometheus_client", &["api"]),
    ("quick_xml", &["intake"]),
    ("polars", &["frame", "rules", "application"]),
    ("reqwest", &["support", "notify", "auth", "client", "schedule", "server", "cli"]),
    ("rand_pcg", &["foresight"]),
    ("rhai", &["rules"]),
    ("rust_xlsxwriter", &["application"]),
    ("sqlx", &["store"]),
    ("tempfile", &["api", "store", "web"]),
    ("tracing_actix_web", &["api", "server"]),
    ("tracing_subscriber", &["server"]),
    ("typst", &["documents"]),
    ("typst_layout", &["documents"]),
    ("typst_pdf", &["documents"]),
    ("utoipa_swagger_ui", &["api"]),
    ("zip", &["documents", "intake"]),
];

#[test]
fn imports_point_up_the_layers_only() {
    let mut faults = BTreeSet::new();
    for file in rust_files() {
        let Some(importer) = module(&file).filter(|module| !is_binary(module)) else { continue };
        let Some(from) = place_of(&importer) else { continue };
        for (line, imported) in imported_rooms(&read(&file)) {
            let allowed = imported == importer
                || place_of(imported.as_str()).is_some_and(|to| to.layer < from.below);
            if !allowed {
                let at = format!("{}:{line}", file.display());
                faults.insert(format!("{at}: `{importer}` may not import `{imported}`"));
            }
        }
    }
    assert_none(&faults);
}

#[test]
fn every_module_has_its_place_in_the_layers() {
    let modules = rust_files().into_iter().filter_map(|file| module(&file));
    let faults = modules
        .filter(|module| !is_binary(module) && place_of(module).is_none())
        .map(|module| format!("src/{module}: say in tests/it/tidy/layers.rs where it stands"))
        .collect();
    assert_none(&faults);
}

#[test]
fn heavy_crates_stay_at_home() {
    let mut faults = BTreeSet::new();
    for file in rust_files() {
        let Some(module) = module(&file) else { continue };
        let text = read(&file);
        for (name, homes) in HOMES {
            if homes.contains(&module.as_str()) {
                continue;
            }
            for (line, _) in code_lines(&text).filter(|(_, line)| speaks_to(line, name)) {
                let at = format!("{}:{line}", file.display());
                faults.insert(format!("{at}: `{name}` is for {} only", homes.join(", ")));
            }
        }
    }
    assert_none(&faults);
}

#[test]
fn the_ways_around_the_layers_are_seen() {
    let text = [
        "use crate::domain::ids::RuleId;",
        "// use crate::api::routes;",
        "let x = crate::store::open(super::super::decisions::plan());",
        "use crate::{intake, application as cycle};",
        "use super::*;",
    ]
    .join("\n");
    let seen: Vec<String> =
        imported_rooms(&text).into_iter().map(|(line, room)| format!("{line} {room}")).collect();
    assert_eq!(seen.join(", "), "1 domain, 3 decisions, 3 store, 4 application, 4 intake");
    assert!(speaks_to("use polars::prelude::col;", "polars"));
    assert!(speaks_to("#[derive(sqlx::FromRow)]", "sqlx"));
    assert!(speaks_to("use clap;", "clap"));
    assert!(!speaks_to("crate::rules::rhai::run();", "rhai"));
    assert!(!speaks_to("let cron = not_cron::parse();", "cron"));
}

fn place_of(module: &str) -> Option<&'static Place> {
    HOUSE.iter().find(|place| place.module == module)
}

/// `alerts` for `src/decisions/alerts/plan.rs`, `clock` for `src/support/clock.rs`; none outside `src` and for the
/// crate's own root.
fn module(file: &Path) -> Option<String> {
    let inside = file.strip_prefix("src").ok()?;
    let first = Path::new(inside.components().next()?.as_os_str());
    let name = first.file_stem()?.to_string_lossy().into_owned();
    (name != "lib").then_some(name)
}

fn is_binary(module: &str) -> bool {
    matches!(module, "cli" | "main")
}

/// The rooms that a file names: after `crate::`, whether in a `use` or on the way, and those that are reached through
/// `super::`.
fn imported_rooms(text: &str) -> BTreeSet<(usize, String)> {
    let mut found = BTreeSet::new();
    for import in imports(text) {
        if let [first, room, ..] = import.path.as_slice()
            && first == "crate"
        {
            found.insert((import.line, room.clone()));
        }
    }
    for (number, line) in code_lines(text) {
        let inline = line.split("crate::").skip(1).map(leading_word);
        found.extend(inline.filter(|word| !word.is_empty()).map(|word| (number, word.to_owned())));
        for rest in line.split("super::").skip(1) {
            let word = leading_word(rest);
            if place_of(word).is_some() && line.contains("super::super::") {
                found.insert((number, word.to_owned()));
            }
        }
    }
    found
}

/// Whether a line names something of a crate, or the crate itself.
fn speaks_to(line: &str, name: &str) -> bool {
    let imported = line.strip_prefix("use ").is_some_and(|rest| rest == format!("{name};"));
    let path = format!("{name}::");
    imported
        || line.match_indices(&path).any(|(at, _)| {
            let before = line.get(..at).and_then(|head| head.chars().next_back());
            !before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':')
        })
}
