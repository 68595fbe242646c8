//! What an alert stood on that is not known any more.

use crate::domain::alerts::alert::Alert;
use crate::domain::rules::verdict::{Evidence, Judgement, Reading, ReadingSource};

/// Fields that are missing once what they told of is settled: the due date of a recommendation that was closed.
const SETTLED_BY_ABSENCE: [&str; 1] = ["high_recommendation_due_on"];

/// The labels of the fields that the alert stood on, and that the new verdict would have read if they were known.
pub(super) fn lost<'a>(standing: &'a Alert, judgement: &Judgement) -> Vec<&'a str> {
    let (Some(former), Some(now)) = (&standing.evidence, &judgement.evidence) else {
        return Vec::new();
    };
    let was_lost = |held: &&Reading| {
        held.value.is_some()
            && !SETTLED_BY_ABSENCE.contains(&held.name.as_str())
            && asked_in_vain(now, &held.name)
    };
    fields(former).filter(was_lost).map(|held| held.label.as_str()).collect()
}

fn asked_in_vain(evidence: &Evidence, name: &str) -> bool {
    fields(evidence).any(|reading| reading.name == name && reading.value.is_none())
}

fn fields(evidence: &Evidence) -> impl Iterator<Item = &Reading> {
    evidence.readings.iter().filter(|reading| reading.source == ReadingSource::Field)
}
