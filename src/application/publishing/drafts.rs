//! Drafts of rules: saved, submitted, returned, withdrawn and tested.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::catalogue::THRESHOLDS;
use super::diff::{CatalogueDiff, CompiledTexts};
use super::draft_bounds::{require_reason, within_bounds};
use super::proof::Proof;
use super::trial::Trial;
use super::{catalogue, companion_files, diff, proof};
use crate::application::{ApplicationError, Services};
use crate::domain::accounts::audit::{ActionContext, Actor};
use crate::domain::ids::DraftNumber;
use crate::domain::rules::draft::{Draft, DraftState, DraftStep, StepTaken};
use crate::domain::rules::entries::entry;
use crate::domain::rules::overlay::RulePath;
use crate::rules;
use crate::rules::{CaseOutcome, EditedSign, FieldTemplate, RuleFault, RuleTemplate};
use crate::store::{DraftSave, DraftText};
use crate::support::fingerprint::Fingerprint;

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
    with_thresholds(files, &catalogue::rules_in_force(services).await?.texts, thresholds)
}

/// The files of a draft with new values of thresholds, a file each, unless the draft has the file of all. `in_force` are
/// the texts of the catalogue, keyed by path.
///
/// # Errors
/// When there is no such threshold, or the value is no number.
pub fn with_thresholds(
    mut files: BTreeMap<RulePath, String>,
    in_force: &BTreeMap<String, String>,
    thresholds: &[(String, String)],
) -> Result<BTreeMap<RulePath, String>, ApplicationError> {
    let whole = RulePath::parse(THRESHOLDS)?;
    for (name, value) in thresholds {
        let bare = name.split_once('@').map_or(name.as_str(), |(bare, _)| bare);
        let own = RulePath::of_threshold(bare).ok();
        let of_all =
            files.get(&whole).or_else(|| in_force.get(THRESHOLDS)).cloned().unwrap_or_default();
        let known = own.as_ref().and_then(|path| {
            let text = files.get(path).or_else(|| in_force.get(path.as_str()));
            text.cloned().or_else(|| entry(&of_all, bare))
        });
        let (path, text) = match (own, known) {
            (Some(path), Some(text)) if !files.contains_key(&whole) => (path, text),
            // Among all of them, those published alone included, the nearest name is proposed.
            (_, None) => (whole.clone(), with_those_alone(of_all, &files, in_force)),
            (_, Some(_)) => (whole.clone(), of_all),
        };
        let text =
            rules::with_threshold(&text, name, value).map_err(ApplicationError::Threshold)?;
        files.insert(path, text);
    }
    Ok(files)
}

/// The text of all thresholds with those that have a file of their own only.
fn with_those_alone(
    of_all: String,
    files: &BTreeMap<RulePath, String>,
    in_force: &BTreeMap<String, String>,
) -> String {
    let of_draft = files.iter().map(|(path, text)| (path.clone(), text));
    let others =
        in_force.iter().filter_map(|(path, text)| Some((RulePath::parse(path).ok()?, text)));
    let mut alone: BTreeMap<String, &String> = BTreeMap::new();
    for (path, text) in others.chain(of_draft) {
        if let Some(name) = path.threshold().filter(|name| entry(&of_all, name).is_none()) {
            alone.insert(name.to_owned(), text);
        }
    }
    alone.values().fold(of_all, |all, text| format!("{all}\n{text}"))
}

/// The files of a draft with those of a rule that a template writes, over the catalogue in force and these files.
///
/// # Errors
/// When the answers make no rule, or the rules cannot be read.
pub async fn with_template(
    services: &Services,
    mut files: BTreeMap<RulePath, String>,
    template: &RuleTemplate,
) -> Result<BTreeMap<RulePath, String>, ApplicationError> {
    let mut texts = catalogue::rules_in_force(services).await?.texts.clone();
    texts.extend(files.iter().map(|(path, text)| (path.as_str().to_owned(), text.clone())));
    let made = rules::from_template(template, &texts).map_err(ApplicationError::Template)?;
    for (path, text) in made {
        files.insert(RulePath::parse(&path)?, text);
    }
    Ok(files)
}

/// The files of a draft with that of a new field.
///
/// # Errors
/// When the answers make no field, or the catalogue cannot be read.
pub async fn with_field(
    services: &Services,
    mut files: BTreeMap<RulePath, String>,
    field: &FieldTemplate,
) -> Result<BTreeMap<RulePath, String>, ApplicationError> {
    let dictionary = catalogue::dictionary(services).await?;
    let (path, text) = field.written(&dictionary).map_err(ApplicationError::FieldTemplate)?;
    files.insert(RulePath::parse(&path)?, text);
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
        let shipped = source.shipped(&path);
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
    if step == DraftStep::Submitted {
        check_complete(services, number).await?;
    } else {
        require_reason(act)?;
    }
    let draft = services.store.step_draft(number, seen, step, act).await?;
    view(services, &draft).await
}

/// A draft in which a template still has lines for its author could never be published.
async fn check_complete(services: &Services, number: DraftNumber) -> Result<(), ApplicationError> {
    let draft = services.store.draft(number).await?;
    let files = draft.files();
    let texts: Vec<&Fingerprint> = files.iter().map(|file| &file.sha256).collect();
    let mut texts = services.store.rule_texts(&texts).await?;
    let named = files
        .iter()
        .filter_map(|file| Some((file.path.as_str().to_owned(), texts.remove(&file.sha256)?)));
    match rules::to_complete(&named.collect()) {
        faults if faults.is_empty() => Ok(()),
        faults => Err(ApplicationError::Faulty { faults }),
    }
}

/// The live draft that holds a file, if any.
///
/// # Errors
/// When the store cannot be read.
pub async fn draft_on(
    services: &Services,
    path: &RulePath,
) -> Result<Option<DraftNumber>, ApplicationError> {
    let drafts = services.store.drafts(false).await?;
    let holds = |draft: &&Draft| draft.files().iter().any(|file| file.path == *path);
    Ok(drafts.iter().find(holds).map(|draft| draft.number))
}

/// The text that a file of a draft had at a revision; `None` if the draft did not hold it then.
///
/// # Errors
/// When there is no such draft, or the store cannot be read.
pub async fn draft_text_at(
    services: &Services,
    number: DraftNumber,
    revision: i64,
    path: &RulePath,
) -> Result<Option<String>, ApplicationError> {
    let draft = services.store.draft(number).await?;
    let files = draft.at_revision(revision).map_or(&[][..], |step| &step.files);
    let Some(file) = files.iter().find(|file| file.path == *path) else { return Ok(None) };
    Ok(services.store.rule_texts(&[&file.sha256]).await?.remove(&file.sha256))
}

/// The text of a rule with other signs; `None` if its signs cannot be told apart.
pub fn edited(text: &str, signs: &[EditedSign]) -> Option<String> {
    rules::with_signs(text, signs)
}

/// What a trial of files gives: faults, cases, and the effect on the portfolio.
#[derive(Clone, Debug, Serialize)]
pub struct DraftTrial {
    pub proof: Proof,
    /// Warnings about rules that compile.
    pub remarks: Vec<RuleFault>,
    /// Of the rules that the files are about, in the order of the files of cases.
    pub outcomes: Vec<CaseOutcome>,
    /// `None` while a rule, a threshold or a companion file has faults: without what is faulty, the effect would be another.
    pub effect: Option<CatalogueDiff>,
}

/// Checks these files over the catalogue in force, runs all cases, and compares what both give on the portfolio. What is
/// still to be completed counts as a fault of the files, yet does not prevent the comparison.
///
/// # Errors
/// When the files are out of bounds, the budget is spent, or there is no data.
pub async fn try_files(
    services: &Services,
    trial: &Trial,
    files: BTreeMap<RulePath, String>,
) -> Result<DraftTrial, ApplicationError> {
    let about: Vec<String> = files.keys().map(|path| path.stem().to_owned()).collect();
    let with_files = catalogue::with_files(services, files).await?;
    let limits = services.limits;
    let tried = trial.run(move |budget| {
        let compiled = CompiledTexts::of(with_files, &limits, budget);
        let CompiledTexts { source, catalogue, faults } = &compiled;
        let of_cases = rules::case_faults(&source.texts);
        let remarks = rules::lints(catalogue, &source.texts);
        let (mut proof, mut outcomes) =
            proof::prove_compiled(catalogue, faults.clone(), &source.texts)?;
        let is_sound =
            faults.is_empty() && companion_files::faults(&source.texts, catalogue).is_empty();
        proof.faults.extend(of_cases);
        outcomes.retain(|outcome| {
            outcome.rule.as_ref().is_some_and(|rule| about.iter().any(|one| one == rule.as_str()))
        });
        Ok((is_sound.then_some(compiled), DraftTrial { proof, remarks, outcomes, effect: None }))
    });
    let (sound, mut tried) = tried.await?;
    if let Some(compiled) = sound {
        tried.effect = Some(diff::diff_to(services, trial, compiled).await?);
    }
    Ok(tried)
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
