//! Why a table cannot be judged.

use std::path::PathBuf;

use polars::error::PolarsError;
use thiserror::Error;

use crate::intake::SourceError;

#[derive(Debug, Error)]
pub enum TableError {
    #[error(transparent)]
    Source(#[from] SourceError),
    #[error("read `{}`", path.display())]
    Parquet { path: PathBuf, source: PolarsError },
    #[error("no rule of the catalogue judges a {scope}")]
    NoRule { scope: &'static str },
    #[error("lay out the frame of `{}`", path.display())]
    Frame { path: PathBuf, source: PolarsError },
    #[error("write the verdicts")]
    Output(#[from] std::io::Error),
    #[error("write the verdicts")]
    Batch(#[source] PolarsError),
}
