//! What becomes of silences: their end is announced, they expire, and a rule that changed flags them.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use chrono::DateTime;
use chrono::NaiveDate;
use chrono::Utc;

use super::occasion::Circumstances;
use crate::domain::audit::Actor;
use crate::domain::fingerprint::Fingerprint;
use crate::domain::french;
use crate::domain::ids::RuleId;
use crate::domain::silence::Silence;
use crate::domain::silence::SilenceChange;
use crate::domain::silence::SilenceChangeKind;
use crate::domain::silence::SilenceEnd;

/// The day on which silences are looked at, in Paris, and the rules in force by then.
#[derive(Clone, Copy, Debug)]
pub struct Watchful<'a> {
    pub today: NaiveDate,
    pub now: DateTime<Utc>,
    pub revisions: &'a BTreeMap<RuleId, Fingerprint>,
    pub circumstances: &'a Circumstances,
}

/// Each silence may change in several ways at once; one that expires does nothing else.
pub fn review(silences: &[Silence], watchful: Watchful<'_>) -> Vec<SilenceChange> {
    let mut changes = Vec::new();
    for silence in silences.iter().filter(|silence| silence.ended.is_none()) {
        let mut silence = silence.clone();
        if watchful.today > silence.last_day || silence.is_made_after(watchful.today) {
            changes.push(expires(silence, watchful.now));
            continue;
        }
        let steps = [moves, is_put_in_question, is_announced];
        for step in steps {
            if let Some(change) = step(&silence, watchful) {
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

fn moves(silence: &Silence, watchful: Watchful<'_>) -> Option<SilenceChange> {
    let project = silence.scope.project.as_ref()?;
    let renaming = watchful.circumstances.became.get(project)?;
    let reason = format!("Le projet `{project}` est connu sous `{}`.", renaming.into);
    let mut silence = silence.clone();
    silence.scope.project = Some(renaming.into.clone());
    Some(SilenceChange { silence, kind: SilenceChangeKind::Moved, reason })
}

/// A rule that is new since the silence was made is another rule too.
fn is_put_in_question(silence: &Silence, watchful: Watchful<'_>) -> Option<SilenceChange> {
    let wanted = silence.scope.rule.as_ref();
    let changed: BTreeSet<RuleId> = watchful
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

fn is_announced(silence: &Silence, watchful: Watchful<'_>) -> Option<SilenceChange> {
    if silence.announced_at.is_some() || watchful.today < silence.announce_on {
        return None;
    }
    let reason = format!("Le silence prend fin le {}.", french::date(silence.last_day));
    let silence = Silence { announced_at: Some(watchful.now), ..silence.clone() };
    Some(SilenceChange { silence, kind: SilenceChangeKind::Announced, reason })
}
