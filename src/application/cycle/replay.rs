//! Judges a past cycle again from the stored data, and compares the result byte for byte.

use serde::Serialize;

use super::judged;
use crate::application::{ApplicationError, Services};
use crate::domain::ids::CycleNumber;
use crate::domain::operation::cycle::CycleInputs;
use crate::domain::rules::batch::Verdicts;
use crate::store::KnownUpTo;
use crate::support::fingerprint::Fingerprint;

#[derive(Clone, Debug, Serialize)]
pub struct Replay {
    pub cycle: CycleNumber,
    pub inputs: CycleInputs,
    pub verdicts: usize,
    /// Whether the verdicts, as one JSON object per line, are the same bytes as the committed ones.
    pub identical: bool,
    /// Fingerprint of the bytes judged again.
    pub fingerprint: Fingerprint,
    /// Lines that differ: as committed, and as judged again.
    pub differences: Vec<(Option<String>, Option<String>)>,
    #[serde(skip)]
    pub lines: Vec<String>,
}

pub async fn replay(services: &Services, number: CycleNumber) -> Result<Replay, ApplicationError> {
    services.store.check_whole("a replay")?;
    let cycle = services.store.cycle(number).await?.ok_or(ApplicationError::NoSuchCycle(number))?;
    let texts = services.store.catalogue_texts(&cycle.inputs.catalogue).await?;
    let upto = KnownUpTo {
        last_import: cycle.inputs.last_import,
        last_link: cycle.inputs.last_link,
        last_review: cycle.inputs.last_review,
        last_confirmation: cycle.inputs.last_confirmation,
    };
    let portfolio = services.store.portfolio(&upto, cycle.inputs.as_of).await?;
    let judged = judged::judge(services, texts, portfolio, upto, cycle.inputs.as_of).await?;
    let committed = lines(&services.store.verdicts(number).await?)?;
    let again = lines(&judged.verdicts)?;
    let length = committed.len().max(again.len());
    let differences: Vec<_> = (0..length)
        .map(|index| (committed.get(index).cloned(), again.get(index).cloned()))
        .filter(|(before, now)| before != now)
        .collect();
    Ok(Replay {
        cycle: number,
        verdicts: again.len(),
        identical: differences.is_empty() && judged.inputs == cycle.inputs,
        inputs: judged.inputs,
        fingerprint: Fingerprint::of(again.join("\n").as_bytes()),
        differences,
        lines: again,
    })
}

fn lines(verdicts: &Verdicts) -> Result<Vec<String>, ApplicationError> {
    verdicts
        .iter()
        .map(|judgement| serde_json::to_string(&judgement).map_err(ApplicationError::Record))
        .collect()
}
