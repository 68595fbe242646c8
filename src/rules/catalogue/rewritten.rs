//! Rules that a release rewrote without changing what they judge: each goes on under the revision of its former text, so
//! that silences and histories announce no changed rule.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::support::fingerprint::Fingerprint;

/// Written by the test that compares the verdicts of both texts.
const LIST: &str = include_str!("rewritten.toml");

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    #[serde(default)]
    rule: Vec<Rewritten>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rewritten {
    /// For readers.
    #[serde(rename = "id")]
    _id: String,
    former: Fingerprint,
    text: Fingerprint,
}

/// By the fingerprint of the text of today, that of the former one. A list that cannot be read is empty: rules would be
/// announced as changed.
static FORMER: LazyLock<BTreeMap<Fingerprint, Fingerprint>> = LazyLock::new(|| {
    let list = toml::from_str(LIST).unwrap_or(List { rule: vec![] });
    list.rule.into_iter().map(|one| (one.text, one.former)).collect()
});

/// The revision of a rule's text.
pub(super) fn revision(text: &str) -> Fingerprint {
    let own = Fingerprint::of(text.as_bytes());
    FORMER.get(&own).cloned().unwrap_or(own)
}
