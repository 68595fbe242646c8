//! Bounds of a draft: how many files, how long, and that a step has a reason.

use std::collections::BTreeMap;

use crate::application::{ApplicationError, Services};
use crate::domain::accounts::audit::ActionContext;
use crate::domain::rules::draft_refusal::{DraftRefusal, LONGEST_WORDS, MOST_FILES};
use crate::domain::rules::overlay::RulePath;
use crate::store::StoreError;

pub(in crate::application) fn within_bounds(
    services: &Services,
    files: &BTreeMap<RulePath, String>,
) -> Result<(), ApplicationError> {
    if files.is_empty() || files.len() > MOST_FILES {
        return Err(refusal(DraftRefusal::HowMany { found: files.len() }));
    }
    let most = services.limits.text_size;
    let too_long = files.iter().find(|(_, text)| text.len() > most);
    too_long.map_or(Ok(()), |(path, text)| {
        let (path, bytes) = (path.clone(), text.len());
        Err(refusal(DraftRefusal::TooLong { path, bytes, most }))
    })
}

pub(in crate::application) fn require_reason(act: &ActionContext) -> Result<(), ApplicationError> {
    let found = act.reason.trim().chars().count();
    if (1..=LONGEST_WORDS).contains(&found) {
        return Ok(());
    }
    Err(refusal(DraftRefusal::Words { found }))
}

pub(in crate::application) fn refusal(refusal: DraftRefusal) -> ApplicationError {
    StoreError::Draft(refusal).into()
}
