//! What rules find on the data of a date.

use crate::application::publishing::consequences::Consequences;
use crate::domain::rules::batch::Verdicts;

#[derive(Debug)]
pub(in crate::application) struct JudgedPortfolio {
    /// Without their evidence.
    pub(in crate::application) verdicts: Verdicts,
    pub(in crate::application) consequences: Consequences,
}
