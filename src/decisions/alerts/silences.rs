//! Decides what becomes of silences: their end is announced, they expire, or a changed rule flags
//! them. Pure.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};

use super::context::Circumstances;
use crate::domain::accounts::audit::Actor;
use crate::domain::alerts::silence::{Silence, SilenceChange, SilenceChangeKind, SilenceEnd};
use crate::domain::ids::RuleId;
use crate::support::fingerprint::Fingerprint;
use crate::support::french;

/// The day in Paris on which silences are reviewed, and the rules in force.
#[derive(Clone, Copy, Debug)]
pub struct SilenceReview<'a> {
    pub today: NaiveDate,
    pub now: DateTime<Utc>,
    pub revisions: &'a BTreeMap<RuleId, Fingerprint>,
    pub circumstances: &'a Circumstances,
}

/// The changes of silences. One may have several at once, unless it expires.
pub fn review(silences: &[Silence], review_of_day: SilenceReview<'_>) -> Vec<SilenceChange> {
    let mut changes = Vec::new();
    for silence in silences.iter().filter(|silence| silence.ended.is_none()) {
        let mut silence = silence.clone();
        if review_of_day.today > silence.last_day || silence.is_made_after(review_of_day.today) {
            changes.push(expires(silence, review_of_day.now));
            continue;
        }
        let steps = [moved, flagged, announced];
        for step in steps {
            if let Some(change) = step(&silence, review_of_day) {
                silence = change.silence.clone();
                changes.push(change);
            }
        }
    }
    changes
}

fn expires(mut silence: Silence, now: DateTime<Utc>) -> SilenceChange {
    let reason = if now.date_naive() <= silence.made_at.date_naive() {
        "Le silence a été posé alors que l’horloge était en avance : il ne tient plus.".to_owned()
    } else {
        format!("Le silence tenait jusqu’au {} inclus.", french::date(silence.last_day))
    };
    silence.ended = Some(SilenceEnd { at: now, by: Actor::vigie(), reason: reason.clone() });
    SilenceChange { silence, kind: SilenceChangeKind::Expired, reason }
}

fn moved(silence: &Silence, review_of_day: SilenceReview<'_>) -> Option<SilenceChange> {
    let project = silence.scope.project.as_ref()?;
    let renaming = review_of_day.circumstances.became.get(project)?;
    let reason = format!("Le projet `{project}` est connu sous `{}`.", renaming.into);
    let mut silence = silence.clone();
    silence.scope.project = Some(renaming.into.clone());
    Some(SilenceChange { silence, kind: SilenceChangeKind::Moved, reason })
}

/// A rule added since the silence was made counts as changed.
fn flagged(silence: &Silence, review_of_day: SilenceReview<'_>) -> Option<SilenceChange> {
    let wanted = silence.scope.rule.as_ref();
    let changed: BTreeSet<RuleId> = review_of_day
        .revisions
        .iter()
        .filter(|(rule, _)| wanted.is_none_or(|wanted| wanted == *rule))
        .filter(|(rule, revision)| silence.revisions.get(*rule) != Some(*revision))
        .map(|(rule, _)| rule.clone())
        .collect();
    let found: Vec<&str> = changed.difference(&silence.to_review).map(RuleId::as_str).collect();
    if found.is_empty() {
        return None;
    }
    let reason = format!(
        "À revoir : {} n’est plus ce qu’elle était quand le silence a été posé. Ce qui est plus \
         grave qu’alors n’est plus tu.",
        found.join(", ")
    );
    let mut silence = silence.clone();
    silence.to_review.extend(changed);
    Some(SilenceChange { silence, kind: SilenceChangeKind::ToReview, reason })
}

fn announced(silence: &Silence, review_of_day: SilenceReview<'_>) -> Option<SilenceChange> {
    if silence.announced_at.is_some() || review_of_day.today < silence.announce_on {
        return None;
    }
    let reason = format!("Le silence prend fin le {}.", french::date(silence.last_day));
    let silence = Silence { announced_at: Some(review_of_day.now), ..silence.clone() };
    Some(SilenceChange { silence, kind: SilenceChangeKind::Announced, reason })
}
