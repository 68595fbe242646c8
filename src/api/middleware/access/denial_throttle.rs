//! Limits how fast refusals are recorded in the audit trail: the first of a kind is recorded at once, those that follow
//! within a minute are counted and recorded as one entry. A flood adds two entries a minute for each kind.
//!
//! Responses do not wait for this: entries are queued here and written by a background task.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use tokio::sync::Notify;

use crate::domain::accounts::audit::{Actor, AuditRecord};

/// Time from the first refusal of a kind to the entry that counts those that followed.
const WINDOW: TimeDelta = TimeDelta::minutes(1);

/// Maximum number of kinds (caller, route, reason) counted separately within a window. Others are counted together.
const MOST_KINDS: usize = 256;

/// Maximum number of entries that wait to be written. Further ones are counted with the refusals that follow.
const MOST_WAITING: usize = 2 * MOST_KINDS;

/// The refusals of the last minute, in bounded memory.
#[derive(Debug, Default)]
pub(in crate::api) struct DenialThrottle {
    kinds: Mutex<BTreeMap<AuditRecord, Tally>>,
    waiting: Mutex<Vec<PendingRefusals>>,
    noted: Notify,
}

/// An entry, and its time in the audit trail.
pub(in crate::api) type PendingRefusals = (DateTime<Utc>, RefusalEntry);

/// The refusals of one kind that are not recorded yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Tally {
    /// Start of the window.
    opened: DateTime<Utc>,
    /// Time of the first and last refusals counted.
    since: DateTime<Utc>,
    until: DateTime<Utc>,
    /// Number of refusals that no entry records yet.
    times: u64,
}

/// An entry to be written to the audit trail.
#[derive(Debug)]
pub(in crate::api) struct RefusalEntry {
    kind: AuditRecord,
    tally: Tally,
}

impl DenialThrottle {
    /// Counts a refusal and queues its entry, if it is the first of its kind. Does not wait.
    pub(in crate::api) fn note(&self, record: AuditRecord, now: DateTime<Utc>) {
        let mut entries = self.add(record, now);
        if !entries.is_empty() {
            let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            let room = MOST_WAITING.saturating_sub(waiting.len()).min(entries.len());
            let beyond = entries.split_off(room);
            waiting.extend(entries.into_iter().map(|entry| (now, entry)));
            drop(waiting);
            self.give_back(beyond, now);
            self.noted.notify_one();
        }
    }

    /// Waits until there are entries to write.
    pub(in crate::api) async fn noted(&self) {
        self.noted.notified().await;
    }

    pub(in crate::api) fn take_waiting(&self) -> Vec<PendingRefusals> {
        std::mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Counts a refusal. Returns the entries to write now: those of windows that have ended, and that of this refusal if it
    /// opens one.
    fn add(&self, record: AuditRecord, now: DateTime<Utc>) -> Vec<RefusalEntry> {
        let mut kinds = self.kinds();
        let mut entries = take(&mut kinds, |tally| tally.is_over(now));
        let kind = counted_as(&kinds, record);
        let opening = Tally { opened: now, since: now, until: now, times: 0 };
        if let Some(tally) = kinds.get_mut(&kind) {
            tally.count(Tally { times: 1, ..opening });
        } else {
            entries.push(RefusalEntry { kind: kind.clone(), tally: opening });
            kinds.insert(kind, opening);
        }
        entries
    }

    /// Takes the entries of windows that have ended.
    pub(in crate::api) fn due(&self, now: DateTime<Utc>) -> Vec<RefusalEntry> {
        take(&mut self.kinds(), |tally| tally.is_over(now))
    }

    /// Takes the entries of all windows.
    pub(in crate::api) fn rest(&self) -> Vec<RefusalEntry> {
        take(&mut self.kinds(), |_| true)
    }

    /// Takes back entries that could not be written: they are counted with the refusals that follow, in a new window.
    pub(in crate::api) fn give_back(&self, entries: Vec<RefusalEntry>, now: DateTime<Utc>) {
        let mut kinds = self.kinds();
        for RefusalEntry { kind, tally } in entries {
            let kind = counted_as(&kinds, kind);
            let counted = Tally { times: tally.times.max(1), ..tally };
            let nothing = Tally { opened: now, times: 0, ..tally };
            kinds.entry(kind).or_insert(nothing).count(counted);
        }
    }

    fn kinds(&self) -> MutexGuard<'_, BTreeMap<AuditRecord, Tally>> {
        self.kinds.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tally {
    fn count(&mut self, more: Self) {
        // A window that has counted nothing yet has no times of its own.
        self.since = if self.times == 0 { more.since } else { self.since.min(more.since) };
        self.until = self.until.max(more.until);
        self.times = self.times.saturating_add(more.times);
    }

    /// Whether the window has ended. A clock that was set back ends it too.
    fn is_over(&self, now: DateTime<Utc>) -> bool {
        now < self.opened || now - self.opened >= WINDOW
    }
}

impl RefusalEntry {
    pub(in crate::api) fn record(&self) -> AuditRecord {
        let Tally { since, until, times, .. } = self.tally;
        if times == 0 {
            return self.kind.clone();
        }
        let counted = json!({ "times": times, "since": since, "until": until });
        AuditRecord { action: "more_requests_refused".to_owned(), ..self.kind.clone() }
            .became(&counted)
    }
}

fn take(
    kinds: &mut BTreeMap<AuditRecord, Tally>,
    ends: impl Fn(&Tally) -> bool,
) -> Vec<RefusalEntry> {
    let ended = kinds.extract_if(.., |_, tally| ends(tally));
    let entries = ended.map(|(kind, tally)| RefusalEntry { kind, tally });
    entries.filter(|entry| entry.tally.times > 0).collect()
}

fn counted_as(kinds: &BTreeMap<AuditRecord, Tally>, record: AuditRecord) -> AuditRecord {
    if kinds.contains_key(&record) || kinds.len() < MOST_KINDS {
        return record;
    }
    let reason = "more kinds of refusals within a minute than are counted separately";
    AuditRecord::by(&Actor::vigie(), &record.action, "route").because(reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_600_000_000 + second, 0).unwrap()
    }

    fn refused(who: &str) -> AuditRecord {
        let who = Actor::person(who).unwrap();
        AuditRecord::by(&who, "request_refused", "route/GET /api/v1/jobs").because("not allowed")
    }

    fn written(entries: &[RefusalEntry]) -> String {
        let line = |entry: &RefusalEntry| {
            let record = entry.record();
            let more = record.became.as_deref().unwrap_or("first");
            format!("{} {} {more}\n", record.actor, record.action)
        };
        entries.iter().map(line).collect()
    }

    #[test]
    fn a_flood_is_two_entries_a_minute_and_every_refusal_is_counted() {
        let refusals = DenialThrottle::default();
        let mut entries = Vec::new();
        for second in 0..90 {
            entries.extend(refusals.add(refused("Ada"), at(second)));
            entries.extend(refusals.add(refused("Ada"), at(second)));
        }
        entries.extend(refusals.add(refused("Bo"), at(90)));
        assert!(refusals.due(at(119)).is_empty());
        entries.extend(refusals.due(at(120)));
        entries.extend(refusals.add(refused("Bo"), at(121)));
        entries.extend(refusals.add(refused("Ada"), at(121)));
        entries.extend(refusals.rest());
        assert!(refusals.rest().is_empty());
        insta::assert_snapshot!(written(&entries), @r#"
        Ada request_refused first
        Ada more_requests_refused {"since":"2020-09-13T12:26:40Z","times":119,"until":"2020-09-13T12:27:39Z"}
        Ada request_refused first
        Bo request_refused first
        Ada more_requests_refused {"since":"2020-09-13T12:27:40Z","times":59,"until":"2020-09-13T12:28:09Z"}
        Ada request_refused first
        Bo more_requests_refused {"since":"2020-09-13T12:28:41Z","times":1,"until":"2020-09-13T12:28:41Z"}
        "#);
    }

    #[test]
    fn kinds_beyond_the_bound_are_counted_as_one() {
        let refusals = DenialThrottle::default();
        let entries: Vec<RefusalEntry> = (0..100_000)
            .flat_map(|number| refusals.add(refused(&format!("caller {number}")), at(0)))
            .collect();
        assert_eq!((entries.len(), refusals.kinds().len()), (MOST_KINDS + 1, MOST_KINDS + 1));
        insta::assert_snapshot!(written(&refusals.rest()), @r#"
        vigie more_requests_refused {"since":"2020-09-13T12:26:40Z","times":99743,"until":"2020-09-13T12:26:40Z"}
        "#);
    }

    #[test]
    fn entries_that_could_not_be_written_are_counted_with_those_that_follow() {
        let refusals = DenialThrottle::default();
        for second in [0, 1, 2] {
            let entries = refusals.add(refused("Ada"), at(second));
            refusals.give_back(entries, at(second));
        }
        let over = refusals.due(at(60));
        assert_eq!(over.len(), 1);
        refusals.give_back(over, at(60));
        refusals.add(refused("Ada"), at(61));
        assert!(refusals.due(at(119)).is_empty());
        insta::assert_snapshot!(written(&refusals.due(at(120))), @r#"
        Ada more_requests_refused {"since":"2020-09-13T12:26:40Z","times":4,"until":"2020-09-13T12:27:41Z"}
        "#);
    }
}
