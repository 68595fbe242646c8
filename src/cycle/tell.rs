//! What happens is told to programs: the notices of it, for the transaction that decides it.

use serde_json::json;

use super::CycleError;
use super::Parts;
use super::catalogue::catalogue;
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

/// A person says that they have seen an alert as it is.
pub async fn acknowledge(parts: &Parts, alert: &Alert, act: &Act) -> Result<(), CycleError> {
    let notices = notices_of(parts, Occurrence::Acknowledged { alert, act }).await?;
    Ok(parts.store.acknowledge(&alert.id, act, &notices).await?)
}

/// The clock jumped: in the trail, to the risk team and to programs.
pub async fn tell_clock_jump(parts: &Parts, jump: ClockJump) -> Result<(), CycleError> {
    let mut notices = notices_of(parts, Occurrence::ClockJumped(jump)).await?;
    notices.extend(notify::clock_letter(jump, &parts.notify)?);
    let deed = Deed::by(&Actor::vigie(), "clock_jumped", "clock")
        .was(&json!({ "expected": jump.expected }))
        .became(&json!({ "found": jump.found }));
    Ok(parts.store.note_occurrence(&deed, &notices, jump.found).await?)
}

/// To be written with what it tells. None when no webhook is set up, and then nothing is read.
pub async fn notices_of(
    parts: &Parts,
    occurrence: Occurrence<'_>,
) -> Result<Vec<Notice>, CycleError> {
    if parts.notify.webhooks.is_empty() {
        return Ok(vec![]);
    }
    let directory = match occurrence {
        Occurrence::Acknowledged { .. } => {
            let terms = catalogue(parts).await?.catalogue.terms();
            Directory::of_known(parts.store.known_projects().await?, &terms)
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
