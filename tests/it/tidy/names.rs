//! Names: one public type name, one type.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::{assert_none, code_lines, leading_word, read, rust_files};

#[test]
fn no_public_type_name_stands_for_two_types() {
    let mut types: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
    for file in rust_files().into_iter().filter(|file| file.starts_with("src")) {
        for (_, code) in code_lines(&read(&file)) {
            if let Some(name) = public_type(code) {
                types.entry(name.to_owned()).or_default().push(file.clone());
            }
        }
    }
    let faults: BTreeSet<String> = types
        .into_iter()
        .filter(|(_, files)| files.len() > 1)
        .map(|(name, files)| {
            let files: Vec<String> = files.iter().map(|file| file.display().to_string()).collect();
            format!("`{name}` is defined in {}", files.join(" and "))
        })
        .collect();
    assert_none(&faults);
}

#[test]
fn public_types_are_found_whatever_their_visibility() {
    assert_eq!(public_type("pub struct Page<T> {"), Some("Page"));
    assert_eq!(public_type("pub(super) enum Step {"), Some("Step"));
    assert_eq!(public_type("pub(in crate::api) type Rows = Vec<u8>;"), Some("Rows"));
    assert_eq!(public_type("struct Private;"), None);
    assert_eq!(public_type("pub fn page() {"), None);
}

fn public_type(code: &str) -> Option<&str> {
    let rest = code.strip_prefix("pub")?;
    let rest = if rest.starts_with('(') { rest.split_once(')')?.1 } else { rest };
    let rest = rest.strip_prefix(' ')?;
    let kinds = ["struct ", "enum ", "trait ", "type "];
    let name = kinds.iter().find_map(|kind| rest.strip_prefix(kind))?;
    Some(leading_word(name)).filter(|name| !name.is_empty())
}
