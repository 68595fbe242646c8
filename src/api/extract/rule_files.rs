//! Files of rules in a request, by path.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserializer, Error, MapAccess, Visitor};

use crate::domain::rules::overlay::RulePath;

/// Reads texts by path. Two names of one file are refused: only one of both texts could be meant.
///
/// # Errors
/// When a name is no path of the catalogue, or a file is named twice.
pub(crate) fn each_once<'de, D: Deserializer<'de>>(
    body: D,
) -> Result<BTreeMap<RulePath, String>, D::Error> {
    body.deserialize_map(Files)
}

struct Files;

impl<'de> Visitor<'de> for Files {
    type Value = BTreeMap<RulePath, String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("texts by path")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut body: A) -> Result<Self::Value, A::Error> {
        let mut files = BTreeMap::new();
        while let Some((path, text)) = body.next_entry::<RulePath, String>()? {
            if files.contains_key(&path) {
                return Err(A::Error::custom(format!("found `{path}` twice, expected once")));
            }
            files.insert(path, text);
        }
        Ok(files)
    }
}
