//! The audit trail: who decided what, when and why, in a chain that shows any later hand.

mod chain_verifier;
mod name_proof;

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use thiserror::Error;
use utoipa::openapi::{ObjectBuilder, RefOr, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

use crate::support::fingerprint::Fingerprint;
use crate::support::visible_text;
use name_proof::{UNPROVED_MARK, resembles_mark};

pub use chain_verifier::{ChainVerifier, Flaw};
pub use name_proof::NameProof;

/// What the first entry has for the hash of the one before it.
const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// The way in which an entry is hashed: it is part of the hash, so that later ways differ.
const ENCODING: &str = "vigie-audit-1";

/// Of an entry that also says how its actor's name was proved.
const ENCODING_WITH_PROOF: &str = "vigie-audit-2";

/// Vigie itself, as an actor.
const ITSELF: &str = "vigie";

const LONGEST_NAME: usize = 200;

/// A person, by name or address, or Vigie itself when it decides alone. One whose name nobody proved bears a
/// mark after it, ` (nom non prouvé)`, as a part of its text.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct Actor {
    text: String,
    /// Known while it decides, and in the audit trail; elsewhere only what the mark tells.
    proof: Option<NameProof>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ActorError {
    #[error("a decision by nobody: say who decides with `--by NAME`, or the setting `actor`")]
    Nobody,
    #[error(
        "found `vigie`, or what cannot be told from it, as the name of a person: it stands for what Vigie decides \
         by itself"
    )]
    Itself,
    #[error(
        "the name of a person: expected one line of at most {LONGEST_NAME} characters, all of which can be seen"
    )]
    Unprintable,
    #[error("the name of a person: found the words by which a name that nobody proved is marked")]
    Marked,
}

impl Actor {
    pub fn vigie() -> Self {
        Self::from_stored(ITSELF.to_owned())
    }

    pub fn person(name: &str) -> Result<Self, ActorError> {
        let name = name.trim();
        if name.is_empty() {
            return Err(ActorError::Nobody);
        }
        if visible_text::skeleton(name) == ITSELF {
            return Err(ActorError::Itself);
        }
        if name.chars().count() > LONGEST_NAME || name.contains(visible_text::is_invisible) {
            return Err(ActorError::Unprintable);
        }
        if resembles_mark(name) {
            return Err(ActorError::Marked);
        }
        Ok(Self::from_stored(name.to_owned()))
    }

    /// A person by the name typed on the local command line; Vigie itself when none was typed. Nobody proved it, and it is
    /// marked so. `Err` when it is no name.
    pub fn local(name: &str) -> Result<Self, ActorError> {
        match Self::person(name) {
            Err(ActorError::Nobody) => Ok(Self::local_vigie()),
            named => Ok(named?.proved_by(NameProof::Local)),
        }
    }

    /// Vigie itself, as a command run next to the database has it act.
    pub fn local_vigie() -> Self {
        Self::vigie().proved_by(NameProof::Local)
    }

    #[must_use]
    pub fn proved_by(self, proof: NameProof) -> Self {
        let bare = self.name();
        let is_marked = proof == NameProof::Local && self.is_person();
        let mark = if is_marked { UNPROVED_MARK } else { "" };
        Self { text: format!("{bare}{mark}"), proof: Some(proof) }
    }

    /// How its name was proved, as far as that is known.
    pub fn proof(&self) -> Option<NameProof> {
        self.proof
    }

    /// An actor read back from the database.
    pub fn from_stored(text: String) -> Self {
        let proof = text.ends_with(UNPROVED_MARK).then_some(NameProof::Local);
        Self { text, proof }
    }

    /// As it is stored and shown, with the mark of a name that nobody proved.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Without the mark: to be compared with another name, never to be shown.
    pub fn name(&self) -> &str {
        self.text.strip_suffix(UNPROVED_MARK).unwrap_or(&self.text)
    }

    pub fn is_person(&self) -> bool {
        self.text != ITSELF
    }
}

impl From<String> for Actor {
    fn from(text: String) -> Self {
        Self::from_stored(text)
    }
}

impl From<Actor> for String {
    fn from(actor: Actor) -> Self {
        actor.text
    }
}

/// Actors are equal when their stored texts are, mark included.
impl PartialEq for Actor {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Actor {}

impl PartialOrd for Actor {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Actor {
    fn cmp(&self, other: &Self) -> Ordering {
        self.text.cmp(&other.text)
    }
}

impl Hash for Actor {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

impl PartialSchema for Actor {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some(
                "A person, by name or address, or Vigie itself when it decides alone. A name that was \
                 typed on the local command line, which nobody proved, ends in \
                 ` (nom non prouvé)`.",
            ))
            .into()
    }
}

impl ToSchema for Actor {}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// What everything that people do has in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActionContext {
    pub actor: Actor,
    pub at: DateTime<Utc>,
    pub reason: String,
}

impl ActionContext {
    /// A deed with this actor and this reason.
    pub fn deed(&self, action: &'static str, subject: impl fmt::Display) -> AuditRecord {
        AuditRecord::by(&self.actor, action, subject).because(&self.reason)
    }
}

/// One decision, before it takes its place in the trail.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AuditRecord {
    pub actor: Actor,
    /// In snake case: `alert_raised`.
    pub action: String,
    /// `alert/…`, `mission/…`, `import/12`, `silence/3`, `cycle/7`, `notice/…`.
    pub subject: String,
    /// JSON, as far as it matters to the decision.
    pub was: Option<String>,
    pub became: Option<String>,
    pub reason: Option<String>,
}

impl AuditRecord {
    pub fn by(actor: &Actor, action: impl Into<String>, subject: impl fmt::Display) -> Self {
        Self {
            actor: actor.clone(),
            action: action.into(),
            subject: subject.to_string(),
            was: None,
            became: None,
            reason: None,
        }
    }

    #[must_use]
    pub fn was(self, before: &Json) -> Self {
        Self { was: Some(before.to_string()), ..self }
    }

    #[must_use]
    pub fn became(self, after: &Json) -> Self {
        Self { became: Some(after.to_string()), ..self }
    }

    /// An empty reason is none.
    #[must_use]
    pub fn because(self, reason: &str) -> Self {
        Self { reason: (!reason.is_empty()).then(|| reason.to_owned()), ..self }
    }
}

/// One decision in its place. Texts are as they are stored, since that is what the hash is of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditEntry {
    /// From 1, without a gap.
    pub number: i64,
    /// RFC 3339 in UTC, with nine decimals.
    pub at: String,
    pub actor: Actor,
    /// How the actor's name was proved; null when Vigie decided alone, and before that was recorded.
    #[serde(default)]
    pub proved_by: Option<NameProof>,
    pub action: String,
    pub subject: String,
    pub was: Option<String>,
    pub became: Option<String>,
    pub reason: Option<String>,
    /// The hash of the entry before.
    pub previous: Fingerprint,
    pub hash: Fingerprint,
}

impl AuditEntry {
    /// The entry that a deed makes after `head`.
    pub fn after(head: &TrailHead, at: String, deed: AuditRecord) -> Self {
        let AuditRecord { actor, action, subject, was, became, reason } = deed;
        let mut entry = Self {
            number: head.number.saturating_add(1),
            at,
            proved_by: actor.proof(),
            actor,
            action,
            subject,
            was,
            became,
            reason,
            previous: head.hash.clone(),
            hash: Fingerprint::from_stored(String::new()),
        };
        entry.hash = entry.digest();
        entry
    }

    /// Of every field, each framed by its length; an absent text differs from an empty one.
    fn digest(&self) -> Fingerprint {
        let present = |text: &Option<String>| if text.is_some() { "1" } else { "0" };
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let encoding = if self.proved_by.is_some() { ENCODING_WITH_PROOF } else { ENCODING };
        let number = self.number.to_string();
        let (was, became, reason) = (text(&self.was), text(&self.became), text(&self.reason));
        let mut parts = vec![
            encoding,
            &number,
            &self.at,
            self.actor.as_str(),
            &self.action,
            &self.subject,
            present(&self.was),
            &was,
            present(&self.became),
            &became,
            present(&self.reason),
            &reason,
            self.previous.as_str(),
        ];
        parts.extend(self.proved_by.map(NameProof::as_str));
        Fingerprint::of_parts(&parts)
    }
}

/// The last entry of the trail: noted elsewhere, its hash vouches for all that came before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TrailHead {
    pub number: i64,
    pub hash: Fingerprint,
}

impl TrailHead {
    /// Of a trail without entries.
    pub fn genesis() -> Self {
        Self { number: 0, hash: Fingerprint::from_stored(GENESIS.to_owned()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_has_a_name_of_one_line_and_is_not_vigie() {
        assert_eq!(Actor::person(" Claire Martin ").unwrap().as_str(), "Claire Martin");
        for (name, error) in [
            ("  ", ActorError::Nobody),
            ("Vigie", ActorError::Itself),
            ("vigie\u{200b}", ActorError::Itself),
            ("v\u{456}gie", ActorError::Itself),
            ("Claire\nMartin", ActorError::Unprintable),
            ("Claire\u{202e}Martin", ActorError::Unprintable),
            ("Claire Martin\u{200b}", ActorError::Unprintable),
            ("Claire\u{2028}Martin", ActorError::Unprintable),
            ("Claire\u{e0041}", ActorError::Unprintable),
        ] {
            assert_eq!(Actor::person(name), Err(error));
        }
        assert_eq!(Actor::person(&"x".repeat(201)), Err(ActorError::Unprintable));
    }

    #[test]
    fn a_name_typed_beside_the_database_bears_a_mark_that_stays_with_it() {
        let local = Actor::local("Claire Martin").unwrap();
        assert_eq!(local.as_str(), "Claire Martin (nom non prouvé)");
        assert_eq!((local.name(), local.proof()), ("Claire Martin", Some(NameProof::Local)));
        let stored: Actor = serde_json::from_str(&serde_json::to_string(&local).unwrap()).unwrap();
        assert_eq!((&stored, stored.proof()), (&local, Some(NameProof::Local)));
        assert_ne!(local, Actor::person("Claire Martin").unwrap());
        let nobody = Actor::local("").unwrap();
        assert_eq!((nobody.as_str(), nobody.proof()), ("vigie", Some(NameProof::Local)));
        for name in ["Ada (nom non prouvé)", "Ada (NON  PROUVÉ)", "Ada non prouve\u{301}"] {
            assert_eq!(Actor::person(name), Err(ActorError::Marked), "{name}");
        }
    }

    #[test]
    fn an_entry_keeps_its_hash_when_nothing_says_how_its_name_was_proved() {
        let entry = |actor: &Actor| {
            let deed = AuditRecord::by(actor, "alert_acknowledged", "alert/1");
            AuditEntry::after(
                &TrailHead::genesis(),
                "2026-01-01T00:00:00.000000000Z".to_owned(),
                deed,
            )
        };
        let plain = entry(&Actor::person("Claire Martin").unwrap());
        // As version 0.1 wrote it.
        assert_eq!(
            plain.hash.as_str(),
            "6ff1437da3057a3d4e4567168a4ef65f7387b085e56e144dd4b4c557c3976aab"
        );
        let proved = entry(&Actor::person("Claire Martin").unwrap().proved_by(NameProof::Token));
        assert_eq!(proved.hash, proved.digest());
        let stripped = AuditEntry { proved_by: None, ..proved.clone() };
        assert_ne!(stripped.digest(), proved.hash);
    }
}
