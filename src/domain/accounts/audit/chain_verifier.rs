//! Following the audit trail: the first entry that does not fit is named.

use serde::{Deserialize, Serialize};
use thiserror::Error;
use utoipa::ToSchema;

use super::{AuditEntry, TrailHead};
use crate::support::fingerprint::Fingerprint;

/// The first thing that does not fit in a trail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Error, ToSchema)]
#[serde(rename_all = "snake_case", tag = "flaw")]
pub enum Flaw {
    #[error("entry {number} was altered: its hash is not that of what it says")]
    Altered { number: i64 },
    #[error("entry {number} is missing")]
    Missing { number: i64 },
    #[error(
        "entry {number} does not follow the one before it: one of the two was rewritten or moved"
    )]
    Unlinked { number: i64 },
    #[error("entry {number} cannot be read")]
    Unreadable { number: i64 },
    #[error("the trail ends at entry {found}, and its head says {expected}: its end was cut off")]
    CutOff { found: i64, expected: i64 },
    #[error("the head of the trail is not its last entry, {found}")]
    ForeignHead { found: i64 },
    #[error(
        "no entry has the hash {expected}: the trail was cut off or rewritten since it was noted"
    )]
    NotMet { expected: Fingerprint },
}

/// Follows a trail from its first entry, one at a time, in little memory.
#[derive(Clone, Debug)]
pub struct ChainVerifier {
    last: TrailHead,
    expected: Option<Fingerprint>,
}

impl ChainVerifier {
    /// `expected` is a hash noted earlier, which one of the entries must bear.
    pub fn new(expected: Option<Fingerprint>) -> Self {
        Self { last: TrailHead::genesis(), expected }
    }

    pub fn last(&self) -> &TrailHead {
        &self.last
    }

    pub fn step(&mut self, entry: &AuditEntry) -> Result<(), Flaw> {
        let number = self.last.number.saturating_add(1);
        if entry.number != number {
            return Err(Flaw::Missing { number });
        }
        if entry.hash != entry.digest() {
            return Err(Flaw::Altered { number });
        }
        if entry.previous != self.last.hash {
            return Err(Flaw::Unlinked { number });
        }
        if self.expected.as_ref() == Some(&entry.hash) {
            self.expected = None;
        }
        self.last = TrailHead { number, hash: entry.hash.clone() };
        Ok(())
    }

    /// Nothing follows: `head` is what was recorded apart from the entries.
    pub fn end(self, head: &TrailHead) -> Result<TrailHead, Flaw> {
        let found = self.last.number;
        if found < head.number {
            return Err(Flaw::CutOff { found, expected: head.number });
        }
        if self.last != *head {
            return Err(Flaw::ForeignHead { found });
        }
        match self.expected {
            Some(expected) => Err(Flaw::NotMet { expected }),
            None => Ok(self.last),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::accounts::audit::{Actor, AuditRecord};

    /// Entries 1 to `count`, properly chained.
    fn trail(count: i64) -> Vec<AuditEntry> {
        let mut head = TrailHead::genesis();
        let mut entries = Vec::new();
        for number in 1..=count {
            let deed = AuditRecord::by(&Actor::vigie(), "alert_raised", format!("alert/{number}"))
                .became(&serde_json::json!({ "state": "open" }))
                .because("Première constatation.");
            let entry = AuditEntry::after(&head, format!("2026-01-0{number}T06:00:00Z"), deed);
            head = TrailHead { number, hash: entry.hash.clone() };
            entries.push(entry);
        }
        entries
    }

    fn head_of(entries: &[AuditEntry]) -> TrailHead {
        let last = entries.last().unwrap();
        TrailHead { number: last.number, hash: last.hash.clone() }
    }

    fn walk(entries: &[AuditEntry], head: &TrailHead, expected: Option<&Fingerprint>) -> String {
        let mut walk = ChainVerifier::new(expected.cloned());
        for entry in entries {
            if let Err(flaw) = walk.step(entry) {
                return flaw.to_string();
            }
        }
        match walk.end(head) {
            Ok(head) => format!("sound, {} entries", head.number),
            Err(flaw) => flaw.to_string(),
        }
    }

    #[test]
    fn a_trail_as_it_was_written_is_sound() {
        let entries = trail(3);
        assert_eq!(walk(&entries, &head_of(&entries), None), "sound, 3 entries");
        assert_eq!(walk(&[], &TrailHead::genesis(), None), "sound, 0 entries");
    }

    #[test]
    fn each_field_that_is_altered_shows() {
        let head = head_of(&trail(3));
        let alterations: [fn(&mut AuditEntry); 7] = [
            |entry| entry.at = "2026-01-02T06:00:00.0Z".to_owned(),
            |entry| entry.actor = Actor::from_stored("Claire".to_owned()),
            |entry| entry.action = "alert_resolved".to_owned(),
            |entry| entry.subject = "alert/9".to_owned(),
            |entry| entry.was = Some(String::new()),
            |entry| entry.became = None,
            |entry| entry.reason = Some("Première constatation".to_owned()),
        ];
        for alter in alterations {
            let mut entries = trail(3);
            alter(&mut entries[1]);
            let found = walk(&entries, &head, None);
            assert_eq!(found, "entry 2 was altered: its hash is not that of what it says");
        }
    }

    #[test]
    fn an_entry_rewritten_with_its_hash_no_longer_leads_to_the_next() {
        let mut entries = trail(3);
        let head = head_of(&entries);
        entries[1].reason = None;
        entries[1].hash = entries[1].digest();
        let unlinked =
            "entry 3 does not follow the one before it: one of the two was rewritten or moved";
        assert_eq!(walk(&entries, &head, None), unlinked);
    }

    #[test]
    fn an_entry_taken_out_or_moved_shows() {
        let mut entries = trail(4);
        let head = head_of(&entries);
        entries.remove(1);
        assert_eq!(walk(&entries, &head, None), "entry 2 is missing");
        entries[1].number = 2;
        let found = walk(&entries, &head, None);
        assert_eq!(found, "entry 2 was altered: its hash is not that of what it says");
        let mut swapped = trail(4);
        swapped.swap(1, 2);
        assert_eq!(walk(&swapped, &head, None), "entry 2 is missing");
    }

    #[test]
    fn an_end_cut_off_shows_by_the_head_and_by_a_hash_noted_elsewhere() {
        let mut entries = trail(4);
        let noted = head_of(&entries);
        entries.pop();
        assert_eq!(
            walk(&entries, &noted, None),
            "the trail ends at entry 3, and its head says 4: its end was cut off"
        );
        // Even by a hand that set the head back too.
        let expected = format!(
            "no entry has the hash {}: the trail was cut off or rewritten since it was noted",
            noted.hash
        );
        assert_eq!(walk(&entries, &head_of(&entries), Some(&noted.hash)), expected);
        assert_eq!(walk(&trail(6), &head_of(&trail(6)), Some(&noted.hash)), "sound, 6 entries");
    }
}
