//! Why a backtest was refused.

use thiserror::Error;

use crate::domain::portfolio::edition::EditionId;

#[derive(Debug, Error)]
pub enum BacktestRefusal {
    #[error(
        "rule {requested} is not compared with past editions: it judges no project that an edition lists"
    )]
    NotTested { requested: String },
    #[error("editions from {from} to {to}: found none, expected the first before the last")]
    Reversed { from: EditionId, to: EditionId },
}
