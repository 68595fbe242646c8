//! How each project stands: its open alerts, and the verdicts that its data did not allow.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::application::{ApplicationError, Services};
use crate::domain::alerts::alert::AlertState;
use crate::domain::ids::ProjectId;
use crate::domain::level::Level;
use crate::domain::portfolio::subject::Subject;

/// What is found of a project now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ProjectStanding {
    /// The most serious level of its open alerts; `None` if it has none.
    pub level: Option<Level>,
    /// Number of its open alerts.
    pub alerts: usize,
    /// Verdicts of the last cycle that ended as unknown or failed: no alert is no good news of these.
    pub unjudged: usize,
}

/// The standing of each project that has an open alert or a verdict that could not be given.
///
/// # Errors
/// When alerts or verdicts cannot be read.
pub async fn project_standings(
    services: &Services,
) -> Result<BTreeMap<ProjectId, ProjectStanding>, ApplicationError> {
    let mut standings: BTreeMap<ProjectId, ProjectStanding> = BTreeMap::new();
    for alert in services.store.standing_alerts().await? {
        let open = alert.subject.project().filter(|_| alert.state == AlertState::Open);
        let Some(project) = open else { continue };
        let standing = standings.entry(project.clone()).or_default();
        standing.level = standing.level.max(Some(alert.level));
        standing.alerts += 1;
    }
    let Some(cycle) = services.store.last_cycle().await? else { return Ok(standings) };
    let verdicts = services.store.verdicts(cycle.number).await?;
    for judgement in verdicts.iter().filter(|one| one.verdict.level().is_none()) {
        if let Subject::Project(project) = judgement.subject {
            standings.entry(project.clone()).or_default().unjudged += 1;
        }
    }
    Ok(standings)
}
