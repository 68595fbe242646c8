//! What would change the level of an alert.

use super::of_verdicts;
use crate::application::queries::view;
use crate::application::{ApplicationError, Services};
use crate::domain::alerts::alert::{Alert, AlertState};
use crate::domain::rules::distance::VerdictDistance;

/// The distance of the verdict that an alert rests on, as of the last cycle. `None` for an alert that is over, before the first
/// cycle, and where the rule would give another level now.
///
/// # Errors
/// When the data or the rules cannot be read.
pub async fn alert_distance(
    services: &Services,
    alert: &Alert,
) -> Result<Option<VerdictDistance>, ApplicationError> {
    if !matches!(alert.state, AlertState::Pending | AlertState::Open) {
        return Ok(None);
    }
    let Some(cycle) = services.store.last_cycle().await? else { return Ok(None) };
    let (known, rules) = view::measurable(services, Some(cycle.inputs.as_of)).await?;
    let (limits, level) = (services.limits, alert.level);
    let (rule, subject) = (alert.rule.clone(), alert.subject.clone());
    tokio::task::spawn_blocking(move || {
        of_verdicts::distance_of((&known, &rules), &limits, (&rule, &subject), level)
    })
    .await?
}
