//! Runs one cycle: reads, measures, judges, decides, commits.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::resume_unwind;
use std::thread;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use tracing::{info, warn};
use utoipa::ToSchema;

use super::announce::outgoing;
use super::circumstances;
use super::progress::{CycleProgress, Stopwatch};
use crate::application::publishing::catalogue;
use crate::application::queries::coverage::FieldCost;
use crate::application::queries::{coverage, table_rows, view};
use crate::application::{ApplicationError, Services};
use crate::decisions::missions::{PLAYBOOK_FILE, Playbook};
use crate::decisions::{alerts, missions};
use crate::domain::alerts::alert::{Alert, AlertChange};
use crate::domain::alerts::silence::SilenceChange;
use crate::domain::ids::{CycleNumber, RuleId};
use crate::domain::messages::notice::Outgoing;
use crate::domain::missions::mission::{Mission, MissionChange};
use crate::domain::operation::cycle::{
    CycleCounts, CycleInputs, CyclePhase, CycleRecord, CycleSummary,
};
use crate::domain::portfolio::published::Portfolio;
use crate::domain::portfolio::subject::Subject;
use crate::domain::rules::batch::{JudgementRef, Verdicts};
use crate::domain::rules::verdict::Judgement;
use crate::frame;
use crate::rules::{Catalogue, RuleFault};
use crate::store::{KnownUpTo, MissionFilter};
use crate::support::fingerprint::Fingerprint;

/// What a cycle found and changed.
#[derive(Clone, Debug, Serialize)]
pub struct CycleReport {
    pub cycle: CycleNumber,
    pub outcome: CycleOutcome,
    #[serde(flatten)]
    pub inputs: CycleInputs,
    pub counts: CycleCounts,
    /// The five fields whose absence costs the most verdicts.
    pub missing_most: Vec<FieldCost>,
    pub alert_changes: Vec<AlertChange>,
    pub mission_changes: Vec<MissionChange>,
    /// Silences that end soon or have ended, and those to review.
    pub silence_changes: Vec<SilenceChange>,
    /// What was written to the outbox.
    #[serde(skip)]
    pub outgoing: Outgoing,
    /// Rules left out because they do not compile.
    pub rule_faults: Vec<RuleFault>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = CycleOutcome)]
pub enum CycleOutcome {
    Committed,
    /// Nothing was written: the last cycle had the same date, data and catalogue.
    Unchanged,
    /// Nothing was written: the report says what the cycle would do.
    DryRun,
}

/// The options of a cycle.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CycleRequest {
    /// By default today in Paris.
    pub as_of: Option<NaiveDate>,
    /// Writes nothing.
    pub dry_run: bool,
    /// Sends receivers that have just been set up everything that is open.
    pub announce: bool,
}

/// Runs a cycle. `as_of` defaults to today in Paris.
pub async fn run(
    parts: &Services,
    as_of: Option<NaiveDate>,
    dry_run: bool,
) -> Result<CycleReport, ApplicationError> {
    let request = CycleRequest { as_of, dry_run, announce: false };
    run_followed(parts, request, &CycleProgress::followed().0).await
}

/// Runs a cycle, and sends receivers that have just been set up everything that is open.
pub async fn announce(
    parts: &Services,
    as_of: Option<NaiveDate>,
    dry_run: bool,
) -> Result<CycleReport, ApplicationError> {
    let request = CycleRequest { as_of, dry_run, announce: true };
    run_followed(parts, request, &CycleProgress::followed().0).await
}

/// Checks what can be known before a cycle: whether alerts may be updated as of that date.
pub async fn may_run(parts: &Services, request: CycleRequest) -> Result<(), ApplicationError> {
    parts.store.check_whole("a cycle")?;
    let as_of = request.as_of.unwrap_or_else(|| view::today(parts.clock.now()));
    let last = parts.store.last_cycle().await?;
    let today = view::today(parts.clock.now());
    if request.dry_run { Ok(()) } else { stays_in_order(as_of, last.as_ref(), today) }
}

pub async fn run_followed(
    parts: &Services,
    request: CycleRequest,
    progress: &CycleProgress,
) -> Result<CycleReport, ApplicationError> {
    let CycleRequest { as_of, dry_run, .. } = request;
    parts.store.check_whole("a cycle")?;
    let mut watch = Stopwatch::start(progress);
    let now = parts.clock.now();
    let as_of = as_of.unwrap_or_else(|| view::today(now));
    let last = parts.store.last_cycle().await?;
    if !dry_run {
        stays_in_order(as_of, last.as_ref(), view::today(now))?;
    }
    let texts = catalogue::read_rules(parts).await?;
    let upto = parts.store.latest_known().await?;
    let portfolio = view::known_portfolio(parts, &upto, as_of).await?;
    watch.lap(CyclePhase::Load);
    let judged = judge(parts, texts, portfolio, upto, as_of).await?;
    watch.lap(CyclePhase::Judge);
    if let Some(last) = last.as_ref().filter(|last| !dry_run && judged.repeats(&last.inputs)) {
        info!(cycle.number = %last.number, "Nothing has changed since cycle {}", last.number);
        return Ok(CycleReport {
            cycle: last.number,
            outcome: CycleOutcome::Unchanged,
            inputs: last.inputs.clone(),
            counts: CycleCounts::of(&judged.verdicts),
            missing_most: coverage::costliest(&judged.verdicts),
            alert_changes: vec![],
            mission_changes: vec![],
            silence_changes: vec![],
            outgoing: Outgoing::default(),
            rule_faults: judged.faults,
        });
    }
    decide(parts, judged, last, (now, request, watch)).await
}

/// Alerts are updated in chronological order: an older date cannot follow, and a future one would
/// block all others.
fn stays_in_order(
    as_of: NaiveDate,
    last: Option<&CycleSummary>,
    today: NaiveDate,
) -> Result<(), ApplicationError> {
    if as_of > today {
        return Err(ApplicationError::AfterToday { requested: as_of, today });
    }
    match last.map(|last| last.inputs.as_of) {
        Some(last) if as_of < last => Err(ApplicationError::BackInTime { requested: as_of, last }),
        Some(_) | None => Ok(()),
    }
}

async fn decide(
    parts: &Services,
    judged: Judged,
    last: Option<CycleSummary>,
    (now, request, mut watch): (DateTime<Utc>, CycleRequest, Stopwatch<'_>),
) -> Result<CycleReport, ApplicationError> {
    let CycleRequest { dry_run, announce, .. } = request;
    let deliberation = deliberate(parts, &judged, last.as_ref(), now).await?;
    warn_of_automatic_rules_out_of_force(&judged);
    let outgoing = outgoing(parts, &judged, &deliberation, (now, announce)).await?;
    watch.lap(CyclePhase::Decide);
    let number = deliberation.number;
    let record = CycleRecord {
        number,
        follows: deliberation.follows,
        inputs: judged.inputs,
        started_at: now,
        catalogue_texts: judged.texts,
        figures: judged.figures,
        verdicts: judged.verdicts,
        alert_changes: deliberation.alert_changes,
        mission_changes: deliberation.mission_changes,
        silence_changes: deliberation.silence_changes,
        outgoing,
        times: watch.times(),
    };
    let counts = CycleCounts::of(&record.verdicts);
    if !dry_run {
        parts.store.commit_cycle(&record).await?;
        info!(
            cycle.number = %number,
            verdicts.fired = counts.fired,
            verdicts.unknown = counts.unknown,
            verdicts.failed = counts.failed,
            "Cycle {number} judged {} subjects and rules", counts.judged
        );
    }
    Ok(CycleReport {
        cycle: number,
        outcome: if dry_run { CycleOutcome::DryRun } else { CycleOutcome::Committed },
        inputs: record.inputs,
        counts,
        missing_most: coverage::costliest(&record.verdicts),
        alert_changes: record.alert_changes,
        mission_changes: record.mission_changes,
        silence_changes: record.silence_changes,
        outgoing: record.outgoing,
        rule_faults: judged.faults,
    })
}

/// The alerts and missions before the cycle, and what it changes in them.
#[derive(Debug)]
pub(in crate::application) struct Deliberation {
    pub(in crate::application) number: CycleNumber,
    /// The cycle whose alerts this one continues.
    follows: Option<CycleNumber>,
    pub(in crate::application) standing: Vec<Alert>,
    pub(in crate::application) known_missions: Vec<Mission>,
    pub(in crate::application) alert_changes: Vec<AlertChange>,
    pub(in crate::application) mission_changes: Vec<MissionChange>,
    pub(in crate::application) silence_changes: Vec<SilenceChange>,
}

pub(in crate::application) async fn deliberate(
    parts: &Services,
    judged: &Judged,
    last: Option<&CycleSummary>,
    now: DateTime<Utc>,
) -> Result<Deliberation, ApplicationError> {
    let number = parts.store.next_cycle_number().await?;
    let standing = parts.store.standing_alerts().await?;
    let known_missions = parts.store.missions(&MissionFilter::default()).await?;
    let terms = judged.catalogue.terms();
    let circumstances = circumstances::gather(parts, judged, last).await?;
    let standing = alerts::follow(standing, &circumstances, now);
    let alert_changes = alerts::reconcile(
        &standing,
        &relevant_verdicts(&judged.verdicts, &standing.alerts),
        alerts::EvaluationContext {
            cycle: number,
            as_of: judged.inputs.as_of,
            now,
            terms: &terms,
            circumstances: &circumstances,
        },
    );
    let moment = missions::PlanningContext {
        cycle: number,
        as_of: judged.inputs.as_of,
        terms: &terms,
        playbook: &judged.playbook,
    };
    let mission_changes = missions::plan(&known_missions, &alert_changes, moment);
    let silence_changes = alerts::review(
        &parts.store.silences().await?,
        alerts::SilenceReview {
            today: view::today(now),
            now,
            revisions: &judged.catalogue.revisions(),
            circumstances: &circumstances,
        },
    );
    Ok(Deliberation {
        number,
        follows: last.map(|last| last.number),
        standing: standing.alerts,
        known_missions,
        alert_changes,
        mission_changes,
        silence_changes,
    })
}

/// The verdicts that may change an alert: those that fired, and those on subjects of known alerts.
fn relevant_verdicts(verdicts: &Verdicts, known: &[Alert]) -> Vec<Judgement> {
    let mut subjects: BTreeMap<&RuleId, Vec<&Subject>> = BTreeMap::new();
    for alert in known {
        subjects.entry(&alert.rule).or_default().push(&alert.subject);
    }
    let mut relevant_verdicts = Vec::new();
    for rule in verdicts.rules() {
        let alerts = subjects.get(rule.rule()).into_iter().flatten();
        let alerts = alerts.filter_map(|subject| rule.place(subject));
        let fired = rule.codes().iter().enumerate();
        let fired = fired.filter(|(_, code)| code.has_fired()).map(|(place, _)| place);
        let places: BTreeSet<usize> = alerts.chain(fired).collect();
        let judgements = places.into_iter().filter_map(|place| rule.at(place));
        relevant_verdicts.extend(judgements.map(JudgementRef::to_judgement));
    }
    relevant_verdicts
}

fn warn_of_automatic_rules_out_of_force(judged: &Judged) {
    for rule in judged.playbook.automatic_rules() {
        if judged.catalogue.rule(rule).is_none() {
            warn!(rule.id = %rule, "The playbook makes {rule} automatic, which is not a rule in force");
        }
    }
}

/// The result of measuring and judging, which depends on the data and the catalogue alone.
#[derive(Debug)]
pub(in crate::application) struct Judged {
    pub(in crate::application) inputs: CycleInputs,
    pub(in crate::application) verdicts: Verdicts,
    figures: BTreeMap<String, f64>,
    pub(in crate::application) portfolio: Portfolio,
    pub(in crate::application) catalogue: Catalogue,
    playbook: Playbook,
    pub(in crate::application) faults: Vec<RuleFault>,
    pub(in crate::application) texts: BTreeMap<String, String>,
}

impl Judged {
    /// An import that left the data unchanged does not count.
    fn repeats(&self, last: &CycleInputs) -> bool {
        self.inputs.as_of == last.as_of
            && self.inputs.data == last.data
            && self.inputs.catalogue == last.catalogue
    }
}

/// Measures and judges on a blocking thread, so that no async worker waits for it.
pub(in crate::application) async fn judge(
    parts: &Services,
    texts: BTreeMap<String, String>,
    portfolio: Portfolio,
    upto: KnownUpTo,
    as_of: NaiveDate,
) -> Result<Judged, ApplicationError> {
    let limits = parts.limits;
    tokio::task::spawn_blocking(move || {
        let playbook = texts.get(PLAYBOOK_FILE).ok_or(ApplicationError::NoPlaybook)?;
        let playbook = Playbook::parse(playbook, PLAYBOOK_FILE)?;
        let (catalogue, faults) = crate::rules::compile_catalogue(&texts, &limits);
        let editions = frame::editions_in_force(&portfolio, as_of)?;
        let ((frames, verdicts), data) = thread::scope(|scope| {
            let data = scope.spawn(|| Fingerprint::of_json(&portfolio));
            let frames =
                frame::build(&portfolio, as_of, view::target(catalogue.thresholds(), as_of))?;
            let verdicts = catalogue.verdicts(&frames, as_of);
            let data = data.join().unwrap_or_else(|panic| resume_unwind(panic));
            Ok::<_, ApplicationError>(((frames, verdicts), data.map_err(ApplicationError::Record)?))
        })?;
        let inputs = CycleInputs {
            as_of,
            edition: editions.current,
            last_import: upto.last_import,
            last_link: upto.last_link,
            data,
            last_review: upto.last_review,
            catalogue: catalogue.fingerprint().clone(),
        };
        let figures = table_rows::rows(&frames.portfolio)?.first().map(figures).unwrap_or_default();
        Ok(Judged { inputs, verdicts, figures, portfolio, catalogue, playbook, faults, texts })
    })
    .await?
}

fn figures(row: &table_rows::TableRow) -> BTreeMap<String, f64> {
    row.iter().filter_map(|(name, value)| Some((name.clone(), value.as_f64()?))).collect()
}
