//! Why a questionnaire is not made, or a campaign not planned.

use chrono::NaiveDate;
use thiserror::Error;

use crate::domain::portfolio::edition::EditionId;

#[derive(Debug, Error)]
pub enum QuestionnaireRefusal {
    #[error(
        "no project of ministry {ministry} is under way in edition {edition}: there is nothing to ask"
    )]
    NothingToAsk { ministry: String, edition: EditionId },
    #[error(
        "`{project}` is not a project of ministry {ministry} that is under way in edition {edition}"
    )]
    NotAsked { project: String, ministry: String, edition: EditionId },
    #[error(
        "a questionnaire with {found} {what}: expected at most {most}; name some of the projects"
    )]
    TooMuchToAsk { found: usize, what: &'static str, most: usize },
    #[error(
        "a campaign from {opens_on} to {closes_on} for edition {edition}: expected a first day, a last day at most {most} \
         days later, and both within a year of the edition"
    )]
    CampaignDates { edition: EditionId, opens_on: NaiveDate, closes_on: NaiveDate, most: i64 },
    #[error(
        "a campaign from {opens_on} to {closes_on}: found the one of edition {other} on some of these days, expected one \
         campaign at a time"
    )]
    CampaignsMeet { opens_on: NaiveDate, closes_on: NaiveDate, other: EditionId },
    #[error(
        "the campaign of edition {edition} opened on {opened}: found {opens_on} as its first day, expected the same; its \
         last day may change"
    )]
    CampaignOpened { edition: EditionId, opened: NaiveDate, opens_on: NaiveDate },
}
