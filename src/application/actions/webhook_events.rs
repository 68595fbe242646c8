//! Notices for webhooks about what happens, to be written in the transaction that decides it.

use serde_json::json;

use crate::application::queries::names;
use crate::application::{ApplicationError, Services};
use crate::domain::accounts::audit::{ActionContext, Actor, AuditRecord};
use crate::domain::alerts::alert::Alert;
use crate::domain::alerts::handling::SeenAlert;
use crate::domain::messages::notice::Notice;
use crate::notify;
use crate::notify::{DeliveryContext, Directory, DomainEvent};
use crate::support::clock::ClockJump;

/// Records that a person has seen an alert in its current state.
pub async fn acknowledge(
    services: &Services,
    alert: &Alert,
    act: &ActionContext,
) -> Result<(), ApplicationError> {
    acknowledge_as_read(services, alert, None, act).await
}

/// Records that a person has seen an alert, unless it has changed since they read it: `revision` is that of what they read.
///
/// # Errors
/// When the alert has changed, or there is no such alert.
pub(in crate::application) async fn acknowledge_as_read(
    services: &Services,
    alert: &Alert,
    revision: Option<&str>,
    act: &ActionContext,
) -> Result<(), ApplicationError> {
    let notices = notices_of(services, DomainEvent::Acknowledged { alert, act }).await?;
    let seen = SeenAlert { id: &alert.id, revision };
    Ok(services.store.acknowledge(seen, act, &notices).await?)
}

/// Records a jump of the clock in the audit trail, and notifies the risk team and webhooks.
pub async fn record_clock_jump(
    services: &Services,
    jump: ClockJump,
) -> Result<(), ApplicationError> {
    let mut notices = notices_of(services, DomainEvent::ClockJumped(jump)).await?;
    notices.extend(notify::clock_letter(jump, &services.notify)?);
    let deed = AuditRecord::by(&Actor::vigie(), "clock_jumped", "clock")
        .was(&json!({ "expected": jump.expected }))
        .became(&json!({ "found": jump.found }));
    Ok(services.store.note_occurrence(&deed, &notices, jump.found).await?)
}

/// The names by which people know projects and rules. Rules are not compiled.
pub async fn directory(services: &Services) -> Result<Directory, ApplicationError> {
    names::directory(services).await
}

/// The notices of an occurrence, to be written with it. None when no webhook is set up. Rules are not
/// compiled: the title of a rule is read from its front matter.
pub async fn notices_of(
    services: &Services,
    occurrence: DomainEvent<'_>,
) -> Result<Vec<Notice>, ApplicationError> {
    if services.notify.webhooks.is_empty() {
        return Ok(vec![]);
    }
    let directory = match occurrence {
        DomainEvent::Acknowledged { .. } => directory(services).await?,
        DomainEvent::Committed(_)
        | DomainEvent::Voided { .. }
        | DomainEvent::ClockJumped(_)
        | DomainEvent::RunFailed { .. }
        | DomainEvent::Rejected { .. }
        | DomainEvent::RulePublished(_)
        | DomainEvent::RuleRolledBack(_) => Directory::default(),
    };
    let lanes = services.store.lanes().await?;
    let now = services.clock.now();
    let context =
        DeliveryContext { now, directory: &directory, settings: &services.notify, lanes: &lanes };
    Ok(notify::notices_for(occurrence, context))
}
