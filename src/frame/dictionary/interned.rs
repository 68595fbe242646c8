//! Definitions of added fields, each interned: there once for as long as the process runs. Frames, rules and verdicts name fields
//! at every turn: with names that never go away they need neither count nor copy them.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use super::field::Field;

/// Most definitions that a process interns: 150 megabytes of the longest. A catalogue has some tens; each text of one that
/// is tried or saved adds one.
const MOST: usize = 50_000;

static INTERNED: LazyLock<Mutex<HashMap<String, &'static Field>>> = LazyLock::new(Mutex::default);

/// The one copy of a definition, by the text that says all of it; `make` gives it the first time. `None` when the
/// process has as many as it may.
pub(super) fn interned(definition: String, make: impl FnOnce() -> Field) -> Option<&'static Field> {
    let mut known = INTERNED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(field) = known.get(&definition) {
        return Some(field);
    }
    if known.len() >= MOST {
        return None;
    }
    let field: &'static Field = Box::leak(Box::new(make()));
    known.insert(definition, field);
    Some(field)
}

/// A text that never goes away; only for what `interned` makes.
pub(super) fn leaked(text: &str) -> &'static str {
    Box::leak(text.to_owned().into_boxed_str())
}
