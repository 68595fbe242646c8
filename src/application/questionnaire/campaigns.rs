//! Planning the campaigns of the questionnaire.

use chrono::NaiveDate;

use super::refusal::QuestionnaireRefusal;
use crate::application::{ApplicationError, Services};
use crate::domain::accounts::audit::ActionContext;
use crate::domain::portfolio::campaign::{Campaign, CampaignEntry};
use crate::domain::portfolio::edition::EditionId;
use crate::support::clock::today;

/// Longest campaign, in days.
const LONGEST: i64 = 180;

/// How far the days of a campaign may be from the edition that it serves.
const FARTHEST_FROM_EDITION: i64 = 366;

/// Plans the campaign of an edition, or gives it other dates.
///
/// # Errors
///
/// The dates make no campaign, another campaign is open on one of them, or the campaign has opened on another day.
pub async fn plan_campaign(
    services: &Services,
    campaign: Campaign,
    act: &ActionContext,
) -> Result<CampaignEntry, ApplicationError> {
    let Campaign { edition, opens_on, closes_on } = campaign;
    let from_edition = |day: NaiveDate| (day - edition.as_of()).num_days().abs();
    let days = (closes_on - opens_on).num_days();
    let is_near =
        [opens_on, closes_on].into_iter().all(|day| from_edition(day) <= FARTHEST_FROM_EDITION);
    if !(0..=LONGEST).contains(&days) || !is_near {
        let most = LONGEST;
        return Err(
            QuestionnaireRefusal::CampaignDates { edition, opens_on, closes_on, most }.into()
        );
    }
    let others = campaigns(services).await?;
    let own = others.iter().find(|one| one.edition == edition);
    if let Some(opened) = own.map(|one| one.opens_on)
        && opened <= today(act.at)
        && opened != opens_on
    {
        // Whoever answered since then did answer the campaign.
        return Err(QuestionnaireRefusal::CampaignOpened { edition, opened, opens_on }.into());
    }
    let meets = |one: &&Campaign| {
        one.edition != edition && one.opens_on <= closes_on && opens_on <= one.closes_on
    };
    if let Some(other) = others.iter().find(meets) {
        let other = other.edition;
        return Err(QuestionnaireRefusal::CampaignsMeet { opens_on, closes_on, other }.into());
    }
    record(services, (edition, Some((opens_on, closes_on))), act).await
}

/// Calls off the campaign of an edition: what was answered stays, and nothing more is asked.
///
/// # Errors
///
/// The edition has none.
pub async fn cancel_campaign(
    services: &Services,
    edition: EditionId,
    act: &ActionContext,
) -> Result<CampaignEntry, ApplicationError> {
    record(services, (edition, None), act).await
}

/// The campaigns that stand, by edition.
pub async fn campaigns(services: &Services) -> Result<Vec<Campaign>, ApplicationError> {
    Ok(services.store.campaigns().await?)
}

async fn record(
    services: &Services,
    (edition, dates): (EditionId, Option<(NaiveDate, NaiveDate)>),
    act: &ActionContext,
) -> Result<CampaignEntry, ApplicationError> {
    let number = services.store.plan_campaign(edition, dates, act).await?;
    let (opens_on, closes_on) = dates.unzip();
    let (reason, by, at) = (act.reason.clone(), act.actor.clone(), act.at);
    Ok(CampaignEntry { number, edition, opens_on, closes_on, reason, by, at })
}
