//! What happens is told to programs: the notices of it, for the transaction that decides it.

use super::CycleError;
use super::Parts;
use super::catalogue::catalogue;
use crate::domain::alert::Alert;
use crate::domain::audit::Act;
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
