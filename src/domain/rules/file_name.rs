//! How the files of rules are named: by the id of the rule, then for people by what it is about.

use std::borrow::Cow;

const PARTS: char = '_';

const NAMED_FOLDER: &str = "cases/";

const RULE: &str = ".rhai";

const TOML: &str = ".toml";

/// The path by which the catalogue knows a file, whatever its name says beyond the id:
/// `causes/RC06.rhai` of `causes/RC06_cout_complet_lacunaire.rhai`. Other paths are themselves.
pub fn catalogue_path(path: &str) -> Cow<'_, str> {
    let (folder, name) = path.rfind('/').map_or(("", path), |at| path.split_at(at + 1));
    let extension = [RULE, TOML].into_iter().find(|extension| name.ends_with(extension));
    let is_named = match extension {
        Some(TOML) => folder == NAMED_FOLDER,
        Some(_) => folder != NAMED_FOLDER,
        None => false,
    };
    let stem = extension.and_then(|extension| name.strip_suffix(extension)).unwrap_or(name);
    match id(stem) {
        Some(id) if is_named => Cow::Owned([folder, id, extension.unwrap_or_default()].concat()),
        Some(_) | None => Cow::Borrowed(path),
    }
}

/// The id with which a name begins: `RC06` of `RC06_cout_complet_lacunaire`. `None` when the name says nothing beyond it.
pub fn id(stem: &str) -> Option<&str> {
    let (id, words) = stem.split_once(PARTS)?;
    let is_id = id.starts_with(|letter: char| letter.is_ascii_uppercase())
        && id.chars().all(|letter| letter.is_ascii_uppercase() || letter.is_ascii_digit());
    (is_id && words.starts_with(|letter: char| letter.is_ascii_lowercase())).then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_name_says_beyond_the_id_is_not_part_of_the_path() {
        for (path, known) in [
            ("causes/RC06_cout_complet_lacunaire.rhai", "causes/RC06.rhai"),
            ("X1_hausse.rhai", "X1.rhai"),
            ("cases/RC06_cout_complet.toml", "cases/RC06.toml"),
        ] {
            assert_eq!(catalogue_path(path), known);
            assert_eq!(catalogue_path(known), known);
        }
        for path in [
            "drift/MY_RULE.rhai",
            "drift/x1_hausse.rhai",
            "drift/X1_.rhai",
            "drift/X1_2.rhai",
            "thresholds/X1_cost.toml",
            "X1_hausse.toml",
            "drift_X1/D1.rhai",
        ] {
            assert_eq!(catalogue_path(path), path);
        }
    }
}
