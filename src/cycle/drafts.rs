//! Drafts of rules: saved, reviewed, proved and put in force; and what was put in force, rolled back.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use serde::Serialize;
use tracing::info;

use super::CycleError;
use super::Parts;
use super::catalogue;
use super::proof;
use super::proof::Proof;
use crate::domain::alert::AlertState;
use crate::domain::audit::Act;
use crate::domain::audit::Actor;
use crate::domain::draft::Draft;
use crate::domain::draft::DraftRefusal;
use crate::domain::draft::DraftState;
use crate::domain::draft::DraftStep;
use crate::domain::draft::LONGEST_WORDS;
use crate::domain::draft::MOST_FILES;
use crate::domain::draft::StepTaken;
use crate::domain::ids::DraftNumber;
use crate::domain::overlay::Publication;
use crate::domain::overlay::PublishedFile;
use crate::domain::overlay::RulePath;
use crate::rules;
use crate::store::DraftSave;
use crate::store::DraftText;
use crate::store::StoreError;

const THRESHOLDS: &str = "thresholds.toml";

/// A draft as it stands, with its texts.
#[derive(Clone, Debug, Serialize)]
pub struct DraftView {
    pub number: DraftNumber,
    pub revision: i64,
    pub state: DraftState,
    pub comment: String,
    pub authors: Vec<Actor>,
    pub steps: Vec<StepTaken>,
    pub files: BTreeMap<RulePath, String>,
}

impl DraftView {
    /// Without its texts.
    pub fn outline(draft: &Draft) -> Self {
        let files = draft.files().iter().map(|file| (file.path.clone(), String::new()));
        Self::of(draft, files.collect())
    }

    fn of(draft: &Draft, files: BTreeMap<RulePath, String>) -> Self {
        Self {
            number: draft.number,
            revision: draft.revision(),
            state: draft.state(),
            comment: draft.comment().to_owned(),
            authors: draft.authors(),
            steps: draft.steps.iter().map(StepTaken::from).collect(),
            files,
        }
    }
}

pub async fn draft(parts: &Parts, number: DraftNumber) -> Result<DraftView, CycleError> {
    let draft = parts.store.draft(number).await?;
    let files = catalogue::texts_of(parts, &draft).await?;
    Ok(DraftView::of(&draft, files))
}

/// The files that a draft would hold after some changes. Thresholds are named, each with its new value.
pub async fn amended(
    parts: &Parts,
    over: Option<DraftNumber>,
    put: BTreeMap<RulePath, String>,
    dropped: &BTreeSet<RulePath>,
    thresholds: &[(String, String)],
) -> Result<BTreeMap<RulePath, String>, CycleError> {
    let mut files = match over {
        Some(number) => draft(parts, number).await?.files,
        None => BTreeMap::new(),
    };
    files.extend(put);
    files.retain(|path, _| !dropped.contains(path));
    if thresholds.is_empty() {
        return Ok(files);
    }
    let path = RulePath::parse(THRESHOLDS)?;
    let in_force = catalogue::read_rules(parts).await?.remove(THRESHOLDS).unwrap_or_default();
    let mut text = files.remove(&path).unwrap_or(in_force);
    for (name, value) in thresholds {
        text = rules::with_threshold(&text, name, value).map_err(CycleError::Threshold)?;
    }
    files.insert(path, text);
    Ok(files)
}

/// The draft holds these files from now on. `over` is the draft and the revision of it that was looked
/// at; `None` opens one. The act's reason is the draft's comment.
pub async fn save_draft(
    parts: &Parts,
    over: Option<(DraftNumber, i64)>,
    files: BTreeMap<RulePath, String>,
    act: &Act,
) -> Result<Draft, CycleError> {
    says_why(act)?;
    if files.is_empty() || files.len() > MOST_FILES {
        return Err(refusal(DraftRefusal::HowMany { found: files.len() }));
    }
    let most = parts.limits.text_size;
    if let Some((path, text)) = files.iter().find(|(_, text)| text.len() > most) {
        let (path, bytes) = (path.clone(), text.len());
        return Err(refusal(DraftRefusal::TooLong { path, bytes, most }));
    }
    let source = catalogue::source_of(parts).await?;
    let texts = files.into_iter().map(|(path, text)| {
        let shipped = source.shipped(&path).cloned();
        DraftText { path, text, shipped }
    });
    let save = DraftSave { over, texts: texts.collect() };
    Ok(parts.store.save_draft(&save, act).await?)
}

/// Submits, returns or withdraws. `seen` is the revision that was looked at.
pub async fn step_draft(
    parts: &Parts,
    (number, seen): (DraftNumber, Option<i64>),
    step: DraftStep,
    act: &Act,
) -> Result<Draft, CycleError> {
    if step != DraftStep::Submitted {
        says_why(act)?;
    }
    Ok(parts.store.step_draft(number, seen, step, act).await?)
}

/// What the cases say of a draft laid over what is in force.
pub async fn prove_draft(parts: &Parts, number: DraftNumber) -> Result<Proof, CycleError> {
    let (_, with) = catalogue::with_draft(parts, number).await?;
    proved(parts, with.texts).await
}

/// Puts a draft in force, if the act's person has no part in it and all cases pass. A refusal is noted
/// in the trail.
pub async fn publish(
    parts: &Parts,
    (number, seen): (DraftNumber, Option<i64>),
    act: &Act,
) -> Result<Publication, CycleError> {
    says_why(act)?;
    let draft = parts.store.draft(number).await?;
    let published = match draft.allows(DraftStep::Published, &act.actor) {
        Ok(()) => publish_proved(parts, &draft, seen, act).await,
        Err(refusal) => Err(StoreError::from(refusal).into()),
    };
    let subject = format!("draft/{number}");
    noted(parts, ("rule_publication_refused", &subject), act, published).await
}

async fn publish_proved(
    parts: &Parts,
    draft: &Draft,
    seen: Option<i64>,
    act: &Act,
) -> Result<Publication, CycleError> {
    let source = catalogue::source_of(parts).await?;
    let mut texts = source.texts();
    let of_draft = catalogue::texts_of(parts, draft).await?;
    texts.extend(of_draft.into_iter().map(|(path, text)| (path.into(), text)));
    holds(parts, texts).await?;
    let revision = seen.unwrap_or(draft.revision());
    let upto = source.overlay.upto;
    let publication = parts.store.publish_draft((draft.number, revision), upto, act).await?;
    info!(draft.number = %draft.number, "Draft {} of the rules was published", draft.number);
    Ok(publication)
}

/// What is put back in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RollBack {
    /// What was in force before the last publication, for all the files of that one.
    Former,
    /// The text that ships with this release.
    Shipped,
}

/// `name` is a rule or a file. The same proof is asked as for a publication.
pub async fn roll_back(
    parts: &Parts,
    name: &str,
    to: RollBack,
    act: &Act,
) -> Result<Publication, CycleError> {
    says_why(act)?;
    let source = catalogue::source_of(parts).await?;
    let called = source.files_called(name)?;
    let overridden: Vec<RulePath> =
        called.iter().filter(|path| source.overlay.version_of(path).is_some()).cloned().collect();
    let Some(first) = overridden.first() else {
        let path = called.into_iter().next_back();
        let path = path.unwrap_or_else(|| RulePath::from_kept(name.to_owned()));
        return Err(refusal(DraftRefusal::NotOverridden { path }));
    };
    let files = match to {
        RollBack::Shipped => source.overlay.reverting(&overridden),
        RollBack::Former => {
            // The rule's own text leads: its cases follow it.
            let lead = overridden.iter().find(|path| path.rule().is_some()).unwrap_or(first);
            let publications = parts.store.publications().await?;
            source.overlay.undoing(lead, &publications).map_err(StoreError::from)?
        }
    };
    leaves_no_alert_alone(parts, &source, &files).await?;
    let rolled_back = match holds(parts, texts_after(parts, &source, &files).await?).await {
        Ok(()) => {
            let upto = source.overlay.upto;
            parts.store.roll_back_rules(files, upto, act).await.map_err(CycleError::from)
        }
        Err(error) => Err(error),
    };
    let subject = format!("rules/{first}");
    noted(parts, ("rule_roll_back_refused", &subject), act, rolled_back).await
}

async fn texts_after(
    parts: &Parts,
    source: &catalogue::Source,
    files: &[PublishedFile],
) -> Result<BTreeMap<String, String>, CycleError> {
    let mut texts = source.texts();
    for file in files {
        let path = file.path.as_str();
        let text = match file.version {
            None => source.shipped(&file.path).cloned(),
            Some(number) => {
                let versions = parts.store.rule_versions(Some(&file.path)).await?;
                let found = versions.into_iter().find(|version| version.number == number);
                let sha256 = found.map(|version| version.sha256);
                let wanted: Vec<_> = sha256.iter().collect();
                parts.store.rule_texts(&wanted).await?.into_values().next()
            }
        };
        match text {
            Some(text) => drop(texts.insert(path.to_owned(), text)),
            None => drop(texts.remove(path)),
        }
    }
    Ok(texts)
}

/// A rule that goes away altogether would leave its alerts standing for ever.
async fn leaves_no_alert_alone(
    parts: &Parts,
    source: &catalogue::Source,
    files: &[PublishedFile],
) -> Result<(), CycleError> {
    let goes_away =
        |file: &&PublishedFile| file.version.is_none() && source.shipped(&file.path).is_none();
    for rule in files.iter().filter(goes_away).filter_map(|file| file.path.rule()) {
        let standing = parts.store.standing_alerts().await?;
        let of_rule = standing
            .iter()
            .filter(|alert| alert.rule.as_str() == rule && alert.state != AlertState::Resolved);
        let alerts = of_rule.count();
        if alerts > 0 {
            return Err(refusal(DraftRefusal::WouldOrphan { rule: rule.to_owned(), alerts }));
        }
    }
    Ok(())
}

async fn holds(parts: &Parts, texts: BTreeMap<String, String>) -> Result<(), CycleError> {
    let proof = proved(parts, texts).await?;
    if proof.holds() { Ok(()) } else { Err(CycleError::Unproved { proof: Box::new(proof) }) }
}

async fn proved(parts: &Parts, texts: BTreeMap<String, String>) -> Result<Proof, CycleError> {
    let limits = parts.limits;
    Ok(tokio::task::spawn_blocking(move || proof::prove(&texts, &limits)).await?)
}

/// A refusal is written down before it is told.
async fn noted(
    parts: &Parts,
    about: (&'static str, &str),
    act: &Act,
    outcome: Result<Publication, CycleError>,
) -> Result<Publication, CycleError> {
    if let Err(error) = &outcome
        && is_refusal(error)
    {
        parts.store.note_rule_refusal(about, act, &error.to_string()).await?;
    }
    outcome
}

fn is_refusal(error: &CycleError) -> bool {
    matches!(
        error,
        CycleError::Unproved { .. }
            | CycleError::Store(StoreError::Draft(_) | StoreError::DraftMoved(_))
    )
}

fn says_why(act: &Act) -> Result<(), CycleError> {
    let found = act.reason.trim().chars().count();
    if (1..=LONGEST_WORDS).contains(&found) {
        return Ok(());
    }
    Err(refusal(DraftRefusal::Words { found }))
}

fn refusal(refusal: DraftRefusal) -> CycleError {
    StoreError::Draft(refusal).into()
}
