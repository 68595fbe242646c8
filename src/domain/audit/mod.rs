//! The audit trail: who decided what, when and why, in a chain that shows any later hand.

mod walk;

use std::fmt;

use chrono::DateTime;
use chrono::Utc;
use serde::Deserialize;
use serde::Serialize;
use serde_json::Value as Json;
use thiserror::Error;
use utoipa::ToSchema;

use crate::domain::fingerprint::Fingerprint;
use crate::domain::visible_text;

pub use walk::Flaw;
pub use walk::Walk;

/// What the first entry has for the hash of the one before it.
const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// Told apart from any later way of hashing an entry.
const ENCODING: &str = "vigie-audit-1";

/// Vigie itself, as an actor.
const ITSELF: &str = "vigie";

const LONGEST_NAME: usize = 200;

/// A person, by name or address, or Vigie itself when it decides alone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct Actor(String);

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
}

impl Actor {
    pub fn vigie() -> Self {
        Self(ITSELF.to_owned())
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
        Ok(Self(name.to_owned()))
    }

    /// An actor read back from where it was kept.
    pub fn from_kept(name: String) -> Self {
        Self(name)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn is_person(&self) -> bool {
        self.0 != ITSELF
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What everything that people do has in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Act {
    pub actor: Actor,
    pub at: DateTime<Utc>,
    pub reason: String,
}

impl Act {
    /// A deed with this actor and this reason.
    pub fn deed(&self, action: &'static str, subject: impl fmt::Display) -> Deed {
        Deed::by(&self.actor, action, subject).because(&self.reason)
    }
}

/// One decision, before it takes its place in the trail.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Deed {
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

impl Deed {
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

/// One decision in its place. Texts are as they are kept, since that is what the hash is of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditEntry {
    /// From 1, without a gap.
    pub number: i64,
    /// RFC 3339 in UTC, with nine decimals.
    pub at: String,
    pub actor: Actor,
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
    pub fn after(head: &Head, at: String, deed: Deed) -> Self {
        let Deed { actor, action, subject, was, became, reason } = deed;
        let mut entry = Self {
            number: head.number.saturating_add(1),
            at,
            actor,
            action,
            subject,
            was,
            became,
            reason,
            previous: head.hash.clone(),
            hash: Fingerprint::from_kept(String::new()),
        };
        entry.hash = entry.digest();
        entry
    }

    /// Of every field, each framed by its length; an absent text differs from an empty one.
    fn digest(&self) -> Fingerprint {
        let present = |text: &Option<String>| if text.is_some() { "1" } else { "0" };
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        Fingerprint::of_parts(&[
            ENCODING,
            &self.number.to_string(),
            &self.at,
            self.actor.as_str(),
            &self.action,
            &self.subject,
            present(&self.was),
            &text(&self.was),
            present(&self.became),
            &text(&self.became),
            present(&self.reason),
            &text(&self.reason),
            self.previous.as_str(),
        ])
    }
}

/// The last entry of the trail: noted elsewhere, its hash vouches for all that came before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Head {
    pub number: i64,
    pub hash: Fingerprint,
}

impl Head {
    /// Of a trail without entries.
    pub fn genesis() -> Self {
        Self { number: 0, hash: Fingerprint::from_kept(GENESIS.to_owned()) }
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
}
