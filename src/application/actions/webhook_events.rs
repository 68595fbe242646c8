//! Notices for webhooks about what happens, to be written in the transaction that decides it.

use serde_json::json;

use crate::application::publishing::catalogue::read_rules;
use crate::application::{ApplicationError, Services};
use crate::domain::accounts::audit::{ActionContext, Actor, AuditRecord};
use crate::domain::alerts::alert::Alert;
use crate::domain::messages::notice::Notice;
use crate::notify::{DeliveryContext, Directory, DomainEvent};
use crate::support::clock::ClockJump;
use crate::{notify, rules};

/// Records that a person has seen an alert in its current state.
pub async fn acknowledge(
    parts: &Services,
    alert: &Alert,
    act: &ActionContext,
) -> Result<(), ApplicationError> {
    let notices = notices_of(parts, DomainEvent::Acknowledged { alert, act }).await?;
    Ok(parts.store.acknowledge(&alert.id, act, &notices).await?)
}

/// Records a jump of the clock in the audit trail, and notifies the risk team and webhooks.
pub async fn record_clock_jump(parts: &Services, jump: ClockJump) -> Result<(), ApplicationError> {
    let mut notices = notices_of(parts, DomainEvent::ClockJumped(jump)).await?;
    notices.extend(notify::clock_letter(jump, &parts.notify)?);
    let deed = AuditRecord::by(&Actor::vigie(), "clock_jumped", "clock")
        .was(&json!({ "expected": jump.expected }))
        .became(&json!({ "found": jump.found }));
    Ok(parts.store.note_occurrence(&deed, &notices, jump.found).await?)
}

/// The notices of an occurrence, to be written with it. None when no webhook is set up. Rules are not
/// compiled: the title of a rule is read from its front matter.
pub async fn notices_of(
    parts: &Services,
    occurrence: DomainEvent<'_>,
) -> Result<Vec<Notice>, ApplicationError> {
    if parts.notify.webhooks.is_empty() {
        return Ok(vec![]);
    }
    let directory = match occurrence {
        DomainEvent::Acknowledged { .. } => {
            let titles = rules::titles(&read_rules(parts).await?);
            Directory::of_known(parts.store.known_projects().await?, titles)
        }
        DomainEvent::Committed(_)
        | DomainEvent::Voided { .. }
        | DomainEvent::ClockJumped(_)
        | DomainEvent::RunFailed { .. }
        | DomainEvent::Rejected { .. }
        | DomainEvent::RulePublished(_)
        | DomainEvent::RuleRolledBack(_) => Directory::default(),
    };
    let lanes = parts.store.lanes().await?;
    let now = parts.clock.now();
    let world =
        DeliveryContext { now, directory: &directory, settings: &parts.notify, lanes: &lanes };
    Ok(notify::happened(occurrence, world))
}
