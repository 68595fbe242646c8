//! Why a questionnaire is not made.

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
}
