//! Finds the projects that left the portfolio for a known reason.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use crate::domain::ids::ProjectId;
use crate::domain::portfolio::edition::EditionId;
use crate::domain::portfolio::published::Portfolio;
use crate::domain::portfolio::snapshot::Phase;
use crate::domain::value::Value;

/// The reason in French by project: the declared one, or that its last published phase was an end.
pub(in crate::application) fn explained(
    portfolio: &Portfolio,
    edition: EditionId,
    as_of: NaiveDate,
) -> BTreeMap<ProjectId, String> {
    let present: BTreeSet<&ProjectId> = portfolio
        .snapshots
        .iter()
        .filter(|snapshot| snapshot.edition == edition)
        .map(|snapshot| &snapshot.project)
        .collect();
    let mut explained = BTreeMap::new();
    // In the order of editions, so that the last phase replaces the earlier ones.
    for snapshot in portfolio.snapshots.iter().filter(|one| one.edition < edition) {
        match snapshot.phase.given() {
            Some(phase @ (Phase::Completed | Phase::Stopped)) => {
                let words = format!("phase « {} » en {}", phase.label(), snapshot.edition);
                explained.insert(snapshot.project.clone(), words);
            }
            Some(
                Phase::Scoping
                | Phase::Build
                | Phase::Trial
                | Phase::Rollout
                | Phase::UnderRevision,
            )
            | None => {
                explained.remove(&snapshot.project);
            }
        }
    }
    for fact in &portfolio.facts {
        if let ("exit_reason", Some(Value::Text(reason))) =
            (fact.field.as_str(), fact.answer.value())
            && fact.reported_on <= as_of
        {
            explained.insert(fact.project.clone(), declared(reason));
        }
    }
    explained.retain(|project, _| !present.contains(project));
    explained
}

fn declared(reason: &str) -> String {
    match reason {
        "completed" => "projet terminé".to_owned(),
        "stopped" => "projet arrêté".to_owned(),
        "merged" => "projet fusionné avec un autre".to_owned(),
        "below_threshold" => "projet passé sous le seuil de 9 M€".to_owned(),
        "renamed" => "projet poursuivi sous un autre nom".to_owned(),
        other => other.to_owned(),
    }
}
