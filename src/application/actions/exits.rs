//! Explaining why a project left the panorama.

use chrono::NaiveDate;

use crate::application::queries::view::{find_project, project};
use crate::application::{ApplicationError, Services};
use crate::domain::accounts::audit::ActionContext;
use crate::domain::portfolio::exit::{ExitEntry, ExitReason};
use crate::support::clock::today;

/// Says why a project left; the next cycle closes its dormant alerts. Without a reason, takes back what was said.
/// `known_on` is the evaluation date from which it counts, today by default.
///
/// # Errors
///
/// No project is called so, it is listed as of that date, or there is nothing to take back.
pub async fn explain_exit(
    services: &Services,
    requested: &str,
    (exit_reason, known_on): (Option<ExitReason>, Option<NaiveDate>),
    act: &ActionContext,
) -> Result<ExitEntry, ApplicationError> {
    let known_on = known_on.unwrap_or_else(|| today(act.at));
    let id = find_project(services, requested).await?.project;
    if exit_reason.is_some() {
        let row = project(services, id.as_str(), Some(known_on)).await?.project;
        let field = |name: &str| row.as_ref().and_then(|row| row.get(name)).cloned();
        if field("in_panorama").and_then(|listed| listed.as_bool()) != Some(false) {
            let edition = field("edition");
            let edition = edition.as_ref().and_then(|edition| edition.as_str()).unwrap_or_default();
            let (project, edition) = (requested.to_owned(), edition.to_owned());
            return Err(ApplicationError::StillListed { project, edition, as_of: known_on });
        }
    }
    let number = services.store.explain_exit(&id, (exit_reason, known_on), act).await?;
    let (reason, by, at) = (act.reason.clone(), act.actor.clone(), act.at);
    Ok(ExitEntry { number, project: id, exit_reason, known_on, reason, by, at })
}
