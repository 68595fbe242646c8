//! What people do about alerts, one or several at a time. Each alert is acted on as it was read, or left alone with the
//! reason: of thirty, twenty-eight may be acknowledged and two not.

use chrono::NaiveDate;

use super::alert_actions::{SilenceRequest, contest, find_alert, silence};
use super::webhook_events::acknowledge_as_read;
use crate::application::{ApplicationError, Services};
use crate::domain::accounts::audit::ActionContext;
use crate::domain::action_bodies::Contestation;
use crate::domain::alerts::alert::Alert;
use crate::domain::alerts::handling::SeenAlert;
use crate::domain::alerts::silence::{SilenceScope, SilenceTerms};
use crate::domain::bounded_text::SingleLine;
use crate::store::StoreError;

/// An alert as somebody read it before acting on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadAlert {
    /// Its id, or a beginning of it that no other has.
    pub id: String,
    /// As `Handling::revision` gave it then; `None` to act on the alert whatever became of it.
    pub revision: Option<String>,
}

/// What is done about an alert. Its words are the reason of the act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AlertHandling {
    Acknowledge,
    Assign(SingleLine),
    Comment,
    /// Until a day, on its rule and subject.
    Silence(NaiveDate),
    Contest(Contestation),
}

/// Acts on an alert as it was read.
///
/// # Errors
/// When the act is refused, or the alert has changed since it was read. A comment and a dispute take nothing from what
/// others did, and are recorded all the same.
pub async fn handle_alert(
    services: &Services,
    read: &ReadAlert,
    what: &AlertHandling,
    (act, terms): (&ActionContext, SilenceTerms),
) -> Result<(), ApplicationError> {
    let alert = find_alert(services, &read.id).await?;
    let revision = read.revision.as_deref();
    match what {
        AlertHandling::Acknowledge => acknowledge_as_read(services, &alert, revision, act).await,
        AlertHandling::Assign(whom) => {
            let seen = SeenAlert { id: &alert.id, revision };
            Ok(services.store.assign(seen, whom.as_str(), act).await?)
        }
        AlertHandling::Comment => Ok(services.store.comment(&alert.id, act).await?),
        AlertHandling::Silence(last_day) => {
            refuse_what_changed(services, &alert, revision).await?;
            let request = SilenceRequest { scope: scope_of(&alert), last_day: *last_day };
            silence(services, request, terms, act).await?;
            Ok(())
        }
        AlertHandling::Contest(contested) => {
            contest(services, &alert, contested, act).await?;
            Ok(())
        }
    }
}

/// The scope of a silence on one alert: its rule, on its subject.
fn scope_of(alert: &Alert) -> SilenceScope {
    SilenceScope {
        rule: Some(alert.rule.clone()),
        project: alert.subject.project().cloned(),
        ministry: alert.subject.ministry().cloned(),
    }
}

async fn refuse_what_changed(
    services: &Services,
    alert: &Alert,
    revision: Option<&str>,
) -> Result<(), ApplicationError> {
    let Some(revision) = revision else { return Ok(()) };
    let handling = services.store.handlings().await?.remove(&alert.id).unwrap_or_default();
    if handling.revision(alert) == revision {
        return Ok(());
    }
    Err(StoreError::Changed { what: "alert", id: alert.id.to_string() }.into())
}
