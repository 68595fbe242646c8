//! The cycle that follows an upgrade of the engine: the last cycle's own data and rules, judged by the
//! engine of today. What it changes in alerts is the engine's work and no news of any project: histories
//! say so, the risk team gets one message, and nobody else gets any.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use tracing::{info, warn};

use super::judge_past;
use crate::application::cycle::announce::{Telling, outgoing};
use crate::application::cycle::deliberation::deliberate;
use crate::application::{ApplicationError, Services};
use crate::domain::operation::cycle::{CycleRecord, CycleSummary, ENGINE};

/// Commits that cycle when an earlier engine judged `last`, and returns it; else returns `last`. Missions
/// are left to the cycle that follows.
///
/// When the last cycle cannot be judged again, for instance because its playbook is no longer read, the
/// upgrade is logged and left out: a cycle must still run.
pub(in crate::application) async fn after_upgrade(
    services: &Services,
    last: Option<CycleSummary>,
    now: DateTime<Utc>,
) -> Result<Option<CycleSummary>, ApplicationError> {
    let Some(former) = last else { return Ok(None) };
    if former.inputs.engine >= ENGINE {
        return Ok(Some(former));
    }
    match record(services, &former, now).await {
        Ok(record) => {
            services.store.commit_cycle(&record).await?;
            info!(
                cycle.number = %record.number,
                "Cycle {} judged again what cycle {} had judged, by engine {ENGINE}",
                record.number, former.number
            );
            services.store.last_cycle().await.map_err(ApplicationError::from)
        }
        Err(error) => {
            let cause: &dyn std::error::Error = &error;
            warn!(error = cause, "Cycle {} was not judged again by engine {ENGINE}", former.number);
            Ok(Some(former))
        }
    }
}

async fn record(
    services: &Services,
    former: &CycleSummary,
    now: DateTime<Utc>,
) -> Result<CycleRecord, ApplicationError> {
    let judged = judge_past(services, &former.inputs).await?;
    let mut deliberation = deliberate(services, &judged, Some(former), now).await?;
    deliberation.mission_changes.clear();
    deliberation.silence_changes.clear();
    let outgoing = outgoing(services, &judged, &deliberation, (now, Telling::Untold)).await?;
    Ok(CycleRecord {
        number: deliberation.number,
        follows: deliberation.follows,
        inputs: judged.inputs,
        started_at: now,
        catalogue_texts: judged.texts,
        figures: judged.figures,
        verdicts: judged.verdicts,
        alert_changes: deliberation.alert_changes,
        mission_changes: vec![],
        silence_changes: vec![],
        outgoing,
        times: BTreeMap::new(),
    })
}
