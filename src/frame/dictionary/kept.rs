//! Definitions of added fields, each kept once for as long as the process runs. Frames, rules and verdicts name fields
//! at every turn: with names that never go away they need neither count nor copy them.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use super::field::Field;

/// Most definitions that a process keeps: 150 megabytes of the longest. A catalogue has some tens; each text of one that
/// is tried or saved adds one.
const MOST: usize = 50_000;

static KEPT: LazyLock<Mutex<HashMap<String, &'static Field>>> = LazyLock::new(Mutex::default);

/// The one copy of a definition, by the text that says all of it; `make` gives it the first time. `None` when the
/// process keeps as many as it may.
pub(super) fn kept(definition: String, make: impl FnOnce() -> Field) -> Option<&'static Field> {
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(field) = kept.get(&definition) {
        return Some(field);
    }
    if kept.len() >= MOST {
        return None;
    }
    let field: &'static Field = Box::leak(Box::new(make()));
    kept.insert(definition, field);
    Some(field)
}

/// A text that never goes away; only for what `kept` makes.
pub(super) fn lasting(text: &str) -> &'static str {
    Box::leak(text.to_owned().into_boxed_str())
}
