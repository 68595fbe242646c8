//! Why there is no forecast.

use thiserror::Error;

use crate::domain::portfolio::edition::EditionId;

#[derive(Debug, Error)]
pub enum ForecastRefusal {
    #[error("`{project}` is not listed by edition {edition}, which the forecast starts from")]
    NotListed { project: String, edition: EditionId },
    #[error(
        "no forecast at edition {edition}: it needs two editions that follow each other within nine months, and none do"
    )]
    NoPastStep { edition: EditionId },
}
