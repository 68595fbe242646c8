//! Why frames cannot be built.

use chrono::NaiveDate;
use polars::error::PolarsError;
use thiserror::Error;

use crate::domain::portfolio::edition::EditionId;

#[derive(Debug, Error)]
pub enum FrameError {
    #[error("no edition of the panorama is known as of {as_of}: the first one is {first}")]
    BeforeFirstEdition { as_of: NaiveDate, first: EditionId },
    #[error("no edition of the panorama is known: import one first")]
    NoEdition,
    #[error("build the {what} frame")]
    Plan { what: &'static str, source: PolarsError },
}
