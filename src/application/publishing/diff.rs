//! Compares two catalogues on the same data. Writes nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::catalogue::CatalogueTexts;
use super::consequences::{
    Consequences, MinistryNews, MissionDifference, Names, ministry_news, ministry_of,
};
use super::trial::Trial;
use super::verdict_diff::{Outcome, Standing, VerdictDifference};
use super::{catalogue, companion_files};
use crate::application::cache::catalogue_in_force::CatalogueInForce;
use crate::application::cache::judged_portfolio::JudgedPortfolio;
use crate::application::cache::known_data;
use crate::application::cache::known_data::KnownData;
use crate::application::cache::rules_in_force::RulesInForce;
use crate::application::queries::{table_rows, view};
use crate::application::{ApplicationError, Services};
use crate::decisions::missions::{PLAYBOOK_FILE, Playbook, PlaybookError};
use crate::domain::ids::{DraftNumber, MinistryCode, ProjectId, RuleId};
use crate::domain::portfolio::edition::EditionId;
use crate::domain::portfolio::subject::Subject;
use crate::domain::rules::batch::JudgementRef;
use crate::domain::rules::overlay::RulePath;
use crate::domain::rules::rule::RuleStatus;
use crate::frame::Frames;
use crate::rules::{Budget, Catalogue, FileNames, RuleFault, ScriptLimits, Thresholds};
use crate::support::fingerprint::Fingerprint;
use crate::{frame, rules};

/// The name of the catalogue in force.
const IN_FORCE: &str = "in force";

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CatalogueDiff {
    pub as_of: NaiveDate,
    pub edition: EditionId,
    pub before: Side,
    pub after: Side,
    pub rules: Vec<RuleDifference>,
    pub thresholds: Vec<ThresholdDifference>,
    /// Sorted by rule, then subject.
    pub verdicts: Vec<VerdictDifference>,
    pub missions: Vec<MissionDifference>,
    pub ministries: Vec<MinistryNews>,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Side {
    /// A folder, `in force`, or a draft.
    pub name: String,
    pub fingerprint: Fingerprint,
    pub rules: usize,
    /// Rules with a fault are left out of the comparison.
    pub faults: Vec<RuleFault>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RuleDifference {
    pub rule: RuleId,
    pub kind: RuleDifferenceKind,
    /// Its status in the later catalogue; `null` if it has no such rule.
    #[serde(default)]
    #[schema(required = true)]
    pub status: Option<RuleStatus>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RuleDifferenceKind {
    Added,
    Removed,
    Rewritten,
}

/// A threshold that differs. Values are in French, as of the date; `None` when not in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ThresholdDifference {
    pub name: String,
    pub label: String,
    pub before: Option<String>,
    pub after: Option<String>,
}

/// What publishing a draft would change.
pub async fn diff_draft(
    services: &Services,
    trial: &Trial,
    number: DraftNumber,
    as_of: Option<NaiveDate>,
) -> Result<CatalogueDiff, ApplicationError> {
    let (_, after) = catalogue::with_draft(services, number).await?;
    diff_from_in_force(services, trial, after, as_of).await
}

/// What these files would change if they were in force.
pub async fn diff_files(
    services: &Services,
    trial: &Trial,
    files: BTreeMap<RulePath, String>,
    as_of: Option<NaiveDate>,
) -> Result<CatalogueDiff, ApplicationError> {
    let after = catalogue::with_files(services, files).await?;
    diff_from_in_force(services, trial, after, as_of).await
}

async fn diff_from_in_force(
    services: &Services,
    trial: &Trial,
    texts: CatalogueTexts,
    as_of: Option<NaiveDate>,
) -> Result<CatalogueDiff, ApplicationError> {
    let limits = services.limits;
    let compile = move |budget: &Budget| Ok(CompiledTexts::of(texts, &limits, budget));
    let after = trial.run(compile).await?;
    compare(services, trial, (Before::in_force(services).await?, after), as_of).await
}

/// A catalogue that is compiled.
pub(super) struct CompiledTexts {
    pub(super) source: CatalogueTexts,
    pub(super) catalogue: Catalogue,
    pub(super) faults: Vec<RuleFault>,
}

impl CompiledTexts {
    pub(super) fn of(source: CatalogueTexts, limits: &ScriptLimits, budget: &Budget) -> Self {
        let (catalogue, faults) = rules::compile_within(&source.texts, limits, budget);
        Self { source, catalogue, faults }
    }

    fn placed_faults(&self) -> Vec<RuleFault> {
        let placed = |fault: &RuleFault| self.source.file_names.placed(fault.clone());
        self.faults.iter().map(placed).collect()
    }
}

/// What a catalogue is compared with.
enum Before {
    /// What was worked out of the rules in force, and of what they find, serves again.
    InForce {
        rules: Arc<RulesInForce>,
        compiled: Arc<CatalogueInForce>,
        file_names: FileNames,
    },
    Texts(Box<CompiledTexts>),
}

impl Before {
    async fn in_force(services: &Services) -> Result<Self, ApplicationError> {
        let (read, rules) = catalogue::read_in_force(services).await?;
        let (of, limits) = (Arc::clone(&rules), services.limits);
        let compiled = tokio::task::spawn_blocking(move || of.compiled(&limits)).await?;
        let file_names = read.folder.names.clone().without(&read.overlay.overrides);
        Ok(Self::InForce { rules, compiled, file_names })
    }

    fn catalogue(&self) -> &Catalogue {
        match self {
            Self::InForce { compiled, .. } => &compiled.catalogue,
            Self::Texts(texts) => &texts.catalogue,
        }
    }

    fn texts(&self) -> &BTreeMap<String, String> {
        match self {
            Self::InForce { compiled, .. } => &compiled.texts,
            Self::Texts(texts) => &texts.source.texts,
        }
    }

    fn side(&self) -> Side {
        let (name, faults) = match self {
            Self::InForce { compiled, file_names, .. } => {
                let placed = |fault: &RuleFault| file_names.placed(fault.clone());
                (IN_FORCE.to_owned(), compiled.rule_faults().map(placed).collect())
            }
            Self::Texts(texts) => (texts.source.name.clone(), texts.placed_faults()),
        };
        side(name, self.catalogue(), faults)
    }

    fn frames(&self, known: &KnownData) -> Result<Frames, ApplicationError> {
        Ok(match self {
            Self::InForce { rules, .. } => known.frames(rules)?,
            Self::Texts(texts) => frames_by(&texts.catalogue, known)?,
        })
    }

    fn judged(
        &self,
        known: &KnownData,
        frames: &Frames,
    ) -> Result<Arc<JudgedPortfolio>, ApplicationError> {
        let judge = || judged((self.catalogue(), self.texts()), frames, known.as_of);
        match self {
            Self::InForce { rules, .. } => known.judged(rules, judge),
            Self::Texts(_) => judge().map(Arc::new),
        }
    }
}

/// Judges the same data with two catalogues. Callers who do not see the whole State get nothing on
/// the portfolio: it would be computed only on what they see.
pub async fn diff(
    services: &Services,
    trial: &Trial,
    (before, after): (CatalogueTexts, CatalogueTexts),
    as_of: Option<NaiveDate>,
) -> Result<CatalogueDiff, ApplicationError> {
    let limits = services.limits;
    let compile = move |budget: &Budget| {
        let compiled = |source| CompiledTexts::of(source, &limits, budget);
        Ok((Before::Texts(Box::new(compiled(before))), compiled(after)))
    };
    let compiled = trial.run(compile).await?;
    compare(services, trial, compiled, as_of).await
}

/// What a catalogue that is compiled would change if it were in force.
pub(super) async fn diff_to(
    services: &Services,
    trial: &Trial,
    after: CompiledTexts,
) -> Result<CatalogueDiff, ApplicationError> {
    compare(services, trial, (Before::in_force(services).await?, after), None).await
}

async fn compare(
    services: &Services,
    trial: &Trial,
    (before, after): (Before, CompiledTexts),
    as_of: Option<NaiveDate>,
) -> Result<CatalogueDiff, ApplicationError> {
    let known = view::known_data(services, as_of).await?;
    let sees_all = services.store.check_whole("the portfolio").is_ok();
    let found = trial.run(move |budget| {
        let edition = frame::editions_in_force(&known.portfolio, known.as_of)?.current;
        let frames = before.frames(&known)?;
        let was = Judged {
            side: before.side(),
            catalogue: before.catalogue(),
            found: before.judged(&known, &frames)?,
        };
        budget.check()?;
        let frames = if makes_same_frames(&before, &after, known.as_of) {
            frames
        } else {
            frames_by(&after.catalogue, &known)?
        };
        let found = judged((&after.catalogue, &after.source.texts), &frames, known.as_of);
        let found = Arc::new(found.map_err(as_trial_fault)?);
        budget.check()?;
        let after_side = side(after.source.name.clone(), &after.catalogue, after.placed_faults());
        let is = Judged { side: after_side, catalogue: &after.catalogue, found };
        Ok(Judged::differences(was, is, &names(&frames)?, (known.as_of, edition)))
    });
    let mut diff = found.await?;
    diff.verdicts.retain(|one| sees_all || one.subject != Subject::Portfolio);
    diff.missions.retain(|one| sees_all || one.subject != Subject::Portfolio);
    Ok(diff)
}

fn side(name: String, catalogue: &Catalogue, faults: Vec<RuleFault>) -> Side {
    let fingerprint = catalogue.fingerprint().clone();
    Side { name, fingerprint, rules: catalogue.rules().count(), faults }
}

/// What the rules of a catalogue find, and what follows.
fn judged(
    (catalogue, texts): (&Catalogue, &BTreeMap<String, String>),
    frames: &Frames,
    as_of: NaiveDate,
) -> Result<JudgedPortfolio, ApplicationError> {
    let playbook = texts.get(PLAYBOOK_FILE).ok_or(ApplicationError::NoPlaybook)?;
    let playbook = Playbook::parse(playbook, PLAYBOOK_FILE)?;
    let verdicts = catalogue.verdicts(frames, as_of);
    let consequences = Consequences::of(
        &verdicts.to_judgements(),
        &catalogue.terms(),
        (&playbook, catalogue.dictionary()),
        as_of,
    );
    Ok(JudgedPortfolio { verdicts: verdicts.without_evidence(), consequences })
}

fn frames_by(catalogue: &Catalogue, known: &KnownData) -> Result<Frames, ApplicationError> {
    let target = known_data::target(catalogue.thresholds(), known.as_of);
    Ok(frame::build(&known.portfolio, catalogue.dictionary(), known.as_of, target)?)
}

/// The same fields and the same target make the same frames.
fn makes_same_frames(before: &Before, after: &CompiledTexts, as_of: NaiveDate) -> bool {
    let target = |catalogue: &Catalogue| known_data::target(catalogue.thresholds(), as_of);
    target(before.catalogue()) == target(&after.catalogue)
        && texts_of_fields(before.texts()).eq(texts_of_fields(&after.source.texts))
}

/// The files that make the dictionary what it is.
fn texts_of_fields(texts: &BTreeMap<String, String>) -> impl Iterator<Item = (&String, &String)> {
    texts.iter().filter(|(path, _)| path.starts_with("fields/"))
}

/// Faults of a text on trial are returned to its author.
fn as_trial_fault(error: ApplicationError) -> ApplicationError {
    let ApplicationError::Playbook(PlaybookError { faults }) = error else { return error };
    ApplicationError::Faulty {
        faults: faults.into_iter().map(companion_files::to_rule_fault).collect(),
    }
}

/// One catalogue, and what it finds.
struct Judged<'c> {
    side: Side,
    catalogue: &'c Catalogue,
    found: Arc<JudgedPortfolio>,
}

impl Judged<'_> {
    fn differences(
        before: Self,
        after: Self,
        known: &Names,
        (as_of, edition): (NaiveDate, EditionId),
    ) -> CatalogueDiff {
        let verdicts = verdicts(&before.found, &after.found, known);
        let (was, is) = (&before.found.consequences, &after.found.consequences);
        let missions = Consequences::differences(was, is, known);
        let ministries = ministry_news(&verdicts, &missions, known);
        CatalogueDiff {
            as_of,
            edition,
            rules: rules_that_differ(before.catalogue, after.catalogue),
            thresholds: thresholds_that_differ(
                before.catalogue.thresholds(),
                after.catalogue.thresholds(),
                as_of,
            ),
            verdicts,
            missions,
            ministries,
            before: before.side,
            after: after.side,
        }
    }
}

fn outcome<'a>(
    found: &JudgedPortfolio,
    (rule, subject): (&RuleId, &Subject),
    judgement: Option<JudgementRef<'a>>,
) -> Outcome<'a> {
    Outcome {
        standing: Standing::of(judgement.map(|judgement| judgement.verdict)),
        alert: found.consequences.alert(rule, subject),
        explanation: judgement.and_then(|judgement| judgement.explanation),
    }
}

fn by_rule_and_subject(found: &JudgedPortfolio) -> BTreeMap<(&RuleId, &Subject), JudgementRef<'_>> {
    found.verdicts.iter().map(|one| ((one.rule, one.subject), one)).collect()
}

/// The name and ministry of each project.
fn names(frames: &Frames) -> Result<Names, ApplicationError> {
    let named = frames.projects.select(["project_id", "name", "ministry"]);
    let rows = table_rows::rows(&named.map_err(ApplicationError::Table)?)?;
    let text = |row: &table_rows::TableRow, field: &str| {
        row.get(field).and_then(serde_json::Value::as_str).unwrap_or_default().to_owned()
    };
    Ok(rows
        .iter()
        .map(|row| {
            let ministry = MinistryCode::new(text(row, "ministry"));
            (ProjectId::new(text(row, "project_id")), (text(row, "name"), ministry))
        })
        .collect())
}

fn verdicts(
    before: &JudgedPortfolio,
    after: &JudgedPortfolio,
    known: &Names,
) -> Vec<VerdictDifference> {
    let (was, is) = (by_rule_and_subject(before), by_rule_and_subject(after));
    let keys: BTreeSet<_> = was.keys().chain(is.keys()).copied().collect();
    let mut differences = Vec::new();
    for key in keys {
        let (rule, subject) = key;
        let from = outcome(before, key, was.get(&key).copied());
        let to = outcome(after, key, is.get(&key).copied());
        let Some(kind) = from.difference(to) else { continue };
        differences.push(VerdictDifference {
            rule: rule.clone(),
            subject: subject.clone(),
            name: subject.project().and_then(|id| known.get(id)).map(|(name, _)| name.clone()),
            ministry: ministry_of(subject, known),
            kind,
            from: from.standing,
            to: to.standing,
            alert_from: from.alert,
            alert_to: to.alert,
            explanation_before: from.explanation.map(str::to_owned),
            explanation: to.explanation.map(str::to_owned),
        });
    }
    differences
}

fn rules_that_differ(before: &Catalogue, after: &Catalogue) -> Vec<RuleDifference> {
    let ids: BTreeSet<&RuleId> = before.rules().chain(after.rules()).map(|rule| &rule.id).collect();
    let difference = |id: &RuleId| match (before.rule(id), after.rule(id)) {
        (None, _) => Some(RuleDifferenceKind::Added),
        (_, None) => Some(RuleDifferenceKind::Removed),
        (Some(was), Some(is)) => {
            (was.revision != is.revision).then_some(RuleDifferenceKind::Rewritten)
        }
    };
    ids.into_iter()
        .filter_map(|id| {
            let status = after.rule(id).map(|rule| rule.status);
            Some(RuleDifference { rule: id.clone(), kind: difference(id)?, status })
        })
        .collect()
}

fn thresholds_that_differ(
    was: &Thresholds,
    is: &Thresholds,
    as_of: NaiveDate,
) -> Vec<ThresholdDifference> {
    let names: BTreeSet<&str> =
        was.iter().chain(is.iter()).map(|threshold| threshold.name.as_str()).collect();
    names
        .into_iter()
        .filter_map(|name| {
            let shown = |thresholds: &Thresholds| {
                thresholds.get(name).and_then(|threshold| threshold.shown_at(as_of))
            };
            let label = is.get(name).or_else(|| was.get(name))?.label.clone();
            let difference = ThresholdDifference {
                name: name.to_owned(),
                label,
                before: shown(was),
                after: shown(is),
            };
            (difference.before != difference.after).then_some(difference)
        })
        .collect()
}
