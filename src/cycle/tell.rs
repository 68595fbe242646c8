//! Notices for webhooks about what happens, to be written in the transaction that decides it.

use serde_json::json;

use super::CycleError;
use super::Parts;
use super::catalogue::read_rules;
use crate::clock::ClockJump;
use crate::domain::alert::Alert;
use crate::domain::audit::Act;
use crate::domain::audit::Actor;
use crate::domain::audit::Deed;
use crate::domain::notice::Notice;
use crate::notify;
use crate::notify::Directory;
use crate::notify::Occurrence;
use crate::notify::World;
use crate::rules;

/// Records that a person has seen an alert in its current state.
pub async fn acknowledge(parts: &Parts, alert: &Alert, act: &Act) -> Result<(), CycleError> {
    let notices = notices_of(parts, Occurrence::Acknowledged { alert, act }).await?;
    Ok(parts.store.acknowledge(&alert.id, act, &notices).await?)
}

/// Records a jump of the clock in the audit trail, and notifies the risk team and webhooks.
pub async fn record_clock_jump(parts: &Parts, jump: ClockJump) -> Result<(), CycleError> {
    let mut notices = notices_of(parts, Occurrence::ClockJumped(jump)).await?;
    notices.extend(notify::clock_letter(jump, &parts.notify)?);
    let deed = Deed::by(&Actor::vigie(), "clock_jumped", "clock")
        .was(&json!({ "expected": jump.expected }))
        .became(&json!({ "found": jump.found }));
    Ok(parts.store.note_occurrence(&deed, &notices, jump.found).await?)
}

/// The notices of an occurrence, to be written with it. None when no webhook is set up. Rules are not
/// compiled: the title of a rule is read from its front matter.
pub async fn notices_of(
    parts: &Parts,
    occurrence: Occurrence<'_>,
) -> Result<Vec<Notice>, CycleError> {
    if parts.notify.webhooks.is_empty() {
        return Ok(vec![]);
    }
    let directory = match occurrence {
        Occurrence::Acknowledged { .. } => {
            let titles = rules::titles(&read_rules(parts).await?);
            Directory::of_known(parts.store.known_projects().await?, titles)
        }
        Occurrence::Committed(_)
        | Occurrence::Voided { .. }
        | Occurrence::ClockJumped(_)
        | Occurrence::RunFailed { .. }
        | Occurrence::Rejected { .. }
        | Occurrence::RulePublished(_)
        | Occurrence::RuleRolledBack(_) => Directory::default(),
    };
    let lanes = parts.store.lanes().await?;
    let now = parts.clock.now();
    let world = World { now, directory: &directory, settings: &parts.notify, lanes: &lanes };
    Ok(notify::happened(occurrence, world))
}
