//! How each project stands: its open alerts, and the verdicts that its data did not allow.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;

use crate::application::cache::UnjudgedCounts;
use crate::application::queries::view;
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
    for alert in services.store.alerts_in_brief().await? {
        let open = alert.subject.project().filter(|_| alert.state == AlertState::Open);
        let Some(project) = open else { continue };
        let standing = standings.entry(project.clone()).or_default();
        standing.level = standing.level.max(Some(alert.level));
        standing.alerts += 1;
    }
    for (project, unjudged) in unjudged(services).await?.iter() {
        standings.entry(project.clone()).or_default().unjudged = *unjudged;
    }
    Ok(standings)
}

/// How many verdicts of the last cycle could not be given, by project. Counted once for a cycle and what its reader sees.
async fn unjudged(services: &Services) -> Result<Arc<UnjudgedCounts>, ApplicationError> {
    let Some(cycle) = services.store.last_cycle().await? else { return Ok(Arc::default()) };
    let known = view::latest_known(services).await?;
    let key = (cycle.number, known, services.store.scope().clone());
    let count = async || {
        let verdicts = services.store.verdicts(cycle.number).await?;
        let counted = tokio::task::spawn_blocking(move || {
            let mut counts = UnjudgedCounts::new();
            for judgement in verdicts.iter().filter(|one| one.verdict.level().is_none()) {
                if let Subject::Project(project) = judgement.subject {
                    *counts.entry(project.clone()).or_default() += 1;
                }
            }
            counts
        });
        Ok::<_, ApplicationError>(Arc::new(counted.await?))
    };
    services.cache.unjudged.get_or_insert_async(&key, count()).await
}
