//! Drafts of rules: saved, submitted, returned, withdrawn and tested.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::draft_bounds::{require_reason, within_bounds};
use super::proof::Proof;
use super::trial::Trial;
use super::{catalogue, proof};
use crate::application::{ApplicationError, Services};
use crate::domain::accounts::audit::{ActionContext, Actor};
use crate::domain::ids::DraftNumber;
use crate::domain::rules::draft::{Draft, DraftState, DraftStep, StepTaken};
use crate::domain::rules::overlay::RulePath;
use crate::rules;
use crate::store::{DraftSave, DraftText};

const THRESHOLDS: &str = "thresholds.toml";

/// A draft in its current state, without its texts.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct DraftOutline {
    pub number: DraftNumber,
    /// Number of steps so far.
    pub revision: i64,
    pub state: DraftState,
    /// The comment of the last saved text.
    pub comment: String,
    pub authors: Vec<Actor>,
    pub files: Vec<RulePath>,
    /// Oldest first.
    pub steps: Vec<StepTaken>,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct DraftView {
    #[serde(flatten)]
    pub outline: DraftOutline,
    /// Texts of the files, by path.
    pub texts: BTreeMap<RulePath, String>,
}

impl DraftOutline {
    pub fn of(draft: &Draft) -> Self {
        Self {
            number: draft.number,
            revision: draft.revision(),
            state: draft.state(),
            comment: draft.comment().to_owned(),
            authors: draft.authors(),
            files: draft.files().iter().map(|file| file.path.clone()).collect(),
            steps: draft.steps.iter().map(StepTaken::from).collect(),
        }
    }
}

pub async fn draft(
    services: &Services,
    number: DraftNumber,
) -> Result<DraftView, ApplicationError> {
    view(services, &services.store.draft(number).await?).await
}

async fn view(services: &Services, draft: &Draft) -> Result<DraftView, ApplicationError> {
    let texts = catalogue::texts_of(services, draft).await?;
    Ok(DraftView { outline: DraftOutline::of(draft), texts })
}

/// The files of a draft with new values of thresholds, which `thresholds` gives by name.
pub async fn amended(
    services: &Services,
    files: BTreeMap<RulePath, String>,
    thresholds: &[(String, String)],
) -> Result<BTreeMap<RulePath, String>, ApplicationError> {
    if thresholds.is_empty() {
        return Ok(files);
    }
    with_thresholds(files, &catalogue::read_rules(services).await?, thresholds)
}

/// The files of a draft with new values of thresholds: in its own text of them, or else in that of the catalogue
/// `in_force`, whose texts are keyed by path.
///
/// # Errors
/// When there is no such threshold, or the value is no number.
pub fn with_thresholds(
    mut files: BTreeMap<RulePath, String>,
    in_force: &BTreeMap<String, String>,
    thresholds: &[(String, String)],
) -> Result<BTreeMap<RulePath, String>, ApplicationError> {
    if thresholds.is_empty() {
        return Ok(files);
    }
    let path = RulePath::parse(THRESHOLDS)?;
    let text = files.remove(&path).or_else(|| in_force.get(THRESHOLDS).cloned());
    let mut text = text.unwrap_or_default();
    for (name, value) in thresholds {
        text = rules::with_threshold(&text, name, value).map_err(ApplicationError::Threshold)?;
    }
    files.insert(path, text);
    Ok(files)
}

/// Replaces the files of a draft. `over` is the draft and the revision that the person saw, or
/// `None` to open a new one. The act's reason is the draft's comment.
pub async fn save_draft(
    services: &Services,
    over: Option<(DraftNumber, i64)>,
    files: BTreeMap<RulePath, String>,
    act: &ActionContext,
) -> Result<DraftView, ApplicationError> {
    require_reason(act)?;
    within_bounds(services, &files)?;
    let source = catalogue::source_of(services).await?;
    let texts = files.into_iter().map(|(path, text)| {
        let shipped = source.shipped(&path).cloned();
        DraftText { path, text, shipped }
    });
    let save = DraftSave { over, texts: texts.collect() };
    let draft = services.store.save_draft(&save, act).await?;
    view(services, &draft).await
}

/// Submits, returns or withdraws a draft. `seen` is the revision that the person saw.
pub async fn step_draft(
    services: &Services,
    (number, seen): (DraftNumber, Option<i64>),
    step: DraftStep,
    act: &ActionContext,
) -> Result<DraftView, ApplicationError> {
    if step != DraftStep::Submitted {
        require_reason(act)?;
    }
    let draft = services.store.step_draft(number, seen, step, act).await?;
    view(services, &draft).await
}

/// Runs the cases of the catalogue in force with these files.
pub async fn prove_files(
    services: &Services,
    trial: &Trial,
    files: BTreeMap<RulePath, String>,
) -> Result<Proof, ApplicationError> {
    proved(services, trial, catalogue::with_files(services, files).await?.texts).await
}

/// Runs the cases of the catalogue in force with a draft.
pub async fn prove_draft(
    services: &Services,
    trial: &Trial,
    number: DraftNumber,
) -> Result<Proof, ApplicationError> {
    let (_, with) = catalogue::with_draft(services, number).await?;
    proved(services, trial, with.texts).await
}

pub(in crate::application) async fn proved(
    services: &Services,
    trial: &Trial,
    texts: BTreeMap<String, String>,
) -> Result<Proof, ApplicationError> {
    let limits = services.limits;
    trial.run(move |budget| Ok(proof::prove(&texts, &limits, budget)?)).await
}
