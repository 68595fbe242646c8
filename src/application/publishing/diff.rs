//! Compares two catalogues on the same data. Writes nothing.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::catalogue::CatalogueTexts;
use super::consequences::{Consequences, MissionDifference};
use super::trial::Trial;
use super::verdict_diff::{Outcome, Standing, VerdictDifference};
use super::{catalogue, companion_files};
use crate::application::cache::known_data;
use crate::application::queries::{table_rows, view};
use crate::application::{ApplicationError, Services};
use crate::decisions::missions::{PLAYBOOK_FILE, Playbook, PlaybookError};
use crate::domain::ids::{DraftNumber, MinistryCode, ProjectId, RuleId};
use crate::domain::portfolio::edition::EditionId;
use crate::domain::portfolio::subject::Subject;
use crate::domain::rules::overlay::RulePath;
use crate::domain::rules::rule::RuleStatus;
use crate::domain::rules::verdict::Judgement;
use crate::frame::Frames;
use crate::rules::{Budget, Catalogue, RuleFault, ScriptLimits, Thresholds};
use crate::support::clock::today;
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

/// What would change in the messages to a ministry's secretary-general.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MinistryNews {
    pub ministry: String,
    pub alerts_opened: u64,
    /// Alerts that would have another level.
    pub alerts_moved: u64,
    pub alerts_closed: u64,
    pub missions_gained: u64,
    pub missions_lost: u64,
    pub projects: BTreeSet<String>,
}

/// What publishing a draft would change.
pub async fn diff_draft(
    services: &Services,
    trial: &Trial,
    number: DraftNumber,
    as_of: Option<NaiveDate>,
) -> Result<CatalogueDiff, ApplicationError> {
    let (_, after) = catalogue::with_draft(services, number).await?;
    diff(services, trial, (in_force(services).await?, after), as_of).await
}

/// What these files would change if they were in force.
pub async fn diff_files(
    services: &Services,
    trial: &Trial,
    files: BTreeMap<RulePath, String>,
    as_of: Option<NaiveDate>,
) -> Result<CatalogueDiff, ApplicationError> {
    let after = catalogue::with_files(services, files).await?;
    diff(services, trial, (in_force(services).await?, after), as_of).await
}

async fn in_force(services: &Services) -> Result<CatalogueTexts, ApplicationError> {
    let source = catalogue::source_of(services).await?;
    Ok(CatalogueTexts { name: IN_FORCE.to_owned(), ..source.in_force() })
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
        Ok((compiled(before), compiled(after)))
    };
    let compiled = trial.run(compile).await?;
    diff_compiled(services, trial, compiled, as_of).await
}

/// What a catalogue that is compiled would change if it were in force.
pub(super) async fn diff_to(
    services: &Services,
    trial: &Trial,
    after: CompiledTexts,
) -> Result<CatalogueDiff, ApplicationError> {
    let source = in_force(services).await?;
    let limits = services.limits;
    let compile = move |budget: &Budget| Ok(CompiledTexts::of(source, &limits, budget));
    let before = trial.run(compile).await?;
    diff_compiled(services, trial, (before, after), None).await
}

async fn diff_compiled(
    services: &Services,
    trial: &Trial,
    (before, after): (CompiledTexts, CompiledTexts),
    as_of: Option<NaiveDate>,
) -> Result<CatalogueDiff, ApplicationError> {
    let as_of = as_of.unwrap_or_else(|| today(services.clock.now()));
    let upto = services.store.latest_known().await?;
    let portfolio = view::known_portfolio(services, &upto, as_of).await?;
    let sees_all = services.store.check_whole("the portfolio").is_ok();
    let found = trial.run(move |budget| {
        let edition = frame::editions_in_force(&portfolio, as_of)?.current;
        let mut built: Option<(Option<f64>, BTreeMap<String, String>, Frames)> = None;
        let mut judge = |one: CompiledTexts| -> Result<Judged, ApplicationError> {
            let CompiledTexts { source, catalogue, faults } = one;
            let CatalogueTexts { name, texts, file_names } = source;
            let playbook = texts.get(PLAYBOOK_FILE).ok_or(ApplicationError::NoPlaybook)?;
            let playbook = Playbook::parse(playbook, PLAYBOOK_FILE)?;
            let faults = faults.into_iter().map(|fault| file_names.placed(fault)).collect();
            let target = known_data::target(catalogue.thresholds(), as_of);
            let fields = texts_of_fields(&texts);
            // The same fields and the same target make the same frames.
            let same = built.take().filter(|(to, of, _)| *to == target && *of == fields);
            let frames = match same {
                Some((_, _, frames)) => frames,
                None => frame::build(&portfolio, catalogue.dictionary(), as_of, target)?,
            };
            built = Some((target, fields, frames.clone()));
            let judgements = catalogue.judge(&frames, as_of);
            budget.check()?;
            let consequences = Consequences::of(
                &judgements,
                &catalogue.terms(),
                (&playbook, catalogue.dictionary()),
                as_of,
            );
            Ok(Judged { name, catalogue, faults, frames, judgements, consequences })
        };
        let before = judge(before)?;
        let after = judge(after).map_err(as_trial_fault)?;
        Judged::differences(before, after, as_of, edition)
    });
    let mut diff = found.await?;
    diff.verdicts.retain(|one| sees_all || one.subject != Subject::Portfolio);
    diff.missions.retain(|one| sees_all || one.subject != Subject::Portfolio);
    Ok(diff)
}

/// The files that make the dictionary what it is.
fn texts_of_fields(texts: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let of_fields = texts.iter().filter(|(path, _)| path.starts_with("fields/"));
    of_fields.map(|(path, text)| (path.clone(), text.clone())).collect()
}

/// Faults of a text on trial are returned to its author.
fn as_trial_fault(error: ApplicationError) -> ApplicationError {
    let ApplicationError::Playbook(PlaybookError { faults }) = error else { return error };
    ApplicationError::Faulty {
        faults: faults.into_iter().map(companion_files::to_rule_fault).collect(),
    }
}

/// One catalogue, with its verdicts and their consequences.
struct Judged {
    name: String,
    catalogue: Catalogue,
    faults: Vec<RuleFault>,
    frames: Frames,
    judgements: Vec<Judgement>,
    consequences: Consequences,
}

impl Judged {
    fn differences(
        before: Self,
        after: Self,
        as_of: NaiveDate,
        edition: EditionId,
    ) -> Result<CatalogueDiff, ApplicationError> {
        let known = names(&after.frames)?;
        let verdicts = verdicts(&before, &after, &known);
        let missions = Consequences::differences(&before.consequences, &after.consequences);
        let ministries = ministry_news(&verdicts, &missions, &known);
        Ok(CatalogueDiff {
            as_of,
            edition,
            rules: rules_that_differ(&before.catalogue, &after.catalogue),
            thresholds: thresholds_that_differ(
                before.catalogue.thresholds(),
                after.catalogue.thresholds(),
                as_of,
            ),
            verdicts,
            missions,
            ministries,
            before: before.side(),
            after: after.side(),
        })
    }

    fn side(self) -> Side {
        Side {
            name: self.name,
            fingerprint: self.catalogue.fingerprint().clone(),
            rules: self.catalogue.rules().count(),
            faults: self.faults,
        }
    }

    fn outcome<'a>(
        &self,
        (rule, subject): (&RuleId, &Subject),
        judgement: Option<&'a Judgement>,
    ) -> Outcome<'a> {
        Outcome {
            standing: Standing::of(judgement),
            alert: self.consequences.alert(rule, subject),
            explanation: judgement.and_then(|judgement| judgement.explanation.as_deref()),
        }
    }

    fn standings(&self) -> BTreeMap<(&RuleId, &Subject), &Judgement> {
        self.judgements.iter().map(|one| ((&one.rule, &one.subject), one)).collect()
    }
}

type Names = BTreeMap<ProjectId, (String, MinistryCode)>;

/// The name and ministry of each project.
fn names(frames: &Frames) -> Result<Names, ApplicationError> {
    let rows = table_rows::rows(&frames.projects)?;
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

fn ministry_of(subject: &Subject, known: &Names) -> Option<MinistryCode> {
    match subject {
        Subject::Project(project) => known.get(project).map(|(_, ministry)| ministry.clone()),
        Subject::Ministry(ministry) => Some(ministry.clone()),
        Subject::Portfolio => None,
    }
}

fn verdicts(before: &Judged, after: &Judged, known: &Names) -> Vec<VerdictDifference> {
    let (was, is) = (before.standings(), after.standings());
    let keys: BTreeSet<_> = was.keys().chain(is.keys()).copied().collect();
    let mut differences = Vec::new();
    for key in keys {
        let (rule, subject) = key;
        let from = before.outcome(key, was.get(&key).copied());
        let to = after.outcome(key, is.get(&key).copied());
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

/// The ministries whose alerts or missions would not be the same.
fn ministry_news(
    verdicts: &[VerdictDifference],
    missions: &[MissionDifference],
    known: &Names,
) -> Vec<MinistryNews> {
    let mut by_ministry: BTreeMap<MinistryCode, MinistryNews> = BTreeMap::new();
    for difference in verdicts.iter().filter(|one| one.alert_from != one.alert_to) {
        let Some(ministry) = &difference.ministry else { continue };
        let news = by_ministry.entry(ministry.clone()).or_default();
        match (difference.alert_from, difference.alert_to) {
            (None, _) => news.alerts_opened += 1,
            (_, None) => news.alerts_closed += 1,
            (Some(_), Some(_)) => news.alerts_moved += 1,
        }
        news.projects.extend(difference.name.clone());
    }
    for difference in missions {
        let Some(ministry) = ministry_of(&difference.subject, known) else { continue };
        let news = by_ministry.entry(ministry).or_default();
        if difference.kind.is_gain() {
            news.missions_gained += 1;
        } else {
            news.missions_lost += 1;
        }
        let name = difference.subject.project().and_then(|project| known.get(project));
        news.projects.extend(name.map(|(name, _)| name.clone()));
    }
    by_ministry
        .into_iter()
        .map(|(ministry, news)| MinistryNews { ministry: ministry.to_string(), ..news })
        .collect()
}
