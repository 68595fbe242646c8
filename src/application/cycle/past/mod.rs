//! Past cycles judged again by the engine of today: to compare, and after an upgrade of the engine.

pub(in crate::application) mod replay;
pub(in crate::application) mod upgrade;

use super::judged::{Judged, judge};
use crate::application::{ApplicationError, Services};
use crate::domain::operation::cycle::CycleInputs;
use crate::store::KnownUpTo;

/// Loads the data and the catalogue that a cycle recorded, and judges them.
async fn judge_past(services: &Services, inputs: &CycleInputs) -> Result<Judged, ApplicationError> {
    let texts = services.store.catalogue_texts(&inputs.catalogue).await?;
    let upto = KnownUpTo {
        last_import: inputs.last_import,
        last_link: inputs.last_link,
        last_review: inputs.last_review,
        last_confirmation: inputs.last_confirmation,
        last_exit: inputs.last_exit,
        last_succession: inputs.last_succession,
        last_campaign: inputs.last_campaign,
    };
    let portfolio = services.store.portfolio(&upto, inputs.as_of).await?;
    judge(services, texts, portfolio, upto, inputs.as_of).await
}
