//! Runs one cycle: reads, measures, judges, decides, commits.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use tracing::{info, warn};
use utoipa::ToSchema;

use super::announce::{Telling, outgoing};
use super::deliberation::deliberate;
use super::enclosures::{await_documents, enclose_documents};
use super::judged::{Judged, judge};
use super::past::upgrade::after_upgrade;
use super::progress::{CycleProgress, Stopwatch};
use crate::application::publishing::catalogue;
use crate::application::queries::coverage::FieldCost;
use crate::application::queries::{coverage, view};
use crate::application::{ApplicationError, Services};
use crate::domain::alerts::alert::AlertChange;
use crate::domain::alerts::silence::SilenceChange;
use crate::domain::ids::CycleNumber;
use crate::domain::messages::notice::Outgoing;
use crate::domain::missions::mission::MissionChange;
use crate::domain::operation::cycle::{
    CycleCounts, CycleInputs, CyclePhase, CycleRecord, CycleSummary,
};
use crate::domain::portfolio::import::HeldImport;
use crate::rules::RuleFault;
use crate::support::clock::today;

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
    /// Imports that wait for a person, which the cycle did not use.
    pub on_hold: Vec<HeldImport>,
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
    services: &Services,
    as_of: Option<NaiveDate>,
    dry_run: bool,
) -> Result<CycleReport, ApplicationError> {
    let request = CycleRequest { as_of, dry_run, announce: false };
    run_followed(services, request, &CycleProgress::followed().0).await
}

/// Runs a cycle, and sends receivers that have just been set up everything that is open.
pub async fn announce(
    services: &Services,
    as_of: Option<NaiveDate>,
    dry_run: bool,
) -> Result<CycleReport, ApplicationError> {
    let request = CycleRequest { as_of, dry_run, announce: true };
    run_followed(services, request, &CycleProgress::followed().0).await
}

/// Checks what can be known before a cycle: whether alerts may be updated as of that date.
pub async fn may_run(services: &Services, request: CycleRequest) -> Result<(), ApplicationError> {
    services.store.check_whole("a cycle")?;
    let as_of = request.as_of.unwrap_or_else(|| today(services.clock.now()));
    let last = services.store.last_cycle().await?;
    let today = today(services.clock.now());
    if request.dry_run { Ok(()) } else { stays_in_order(as_of, last.as_ref(), today) }
}

pub async fn run_followed(
    services: &Services,
    request: CycleRequest,
    progress: &CycleProgress,
) -> Result<CycleReport, ApplicationError> {
    let CycleRequest { as_of, dry_run, .. } = request;
    services.store.check_whole("a cycle")?;
    let mut watch = Stopwatch::start(progress);
    let now = services.clock.now();
    let as_of = as_of.unwrap_or_else(|| today(now));
    let former = services.store.last_cycle().await?;
    let last = if dry_run {
        former.clone()
    } else {
        stays_in_order(as_of, former.as_ref(), today(now))?;
        after_upgrade(services, former.clone(), now).await?
    };
    // What the engine changed is committed; the missions that it calls for are not.
    let is_upgraded = last.as_ref().map(|last| last.number) != former.map(|former| former.number);
    let texts = catalogue::rules_in_force(services).await?.texts.clone();
    let upto = services.store.latest_known().await?;
    let portfolio = view::known_portfolio(services, &upto, as_of).await?;
    watch.lap(CyclePhase::Load);
    let judged = judge(services, texts, portfolio, upto, as_of).await?;
    watch.lap(CyclePhase::Judge);
    if let Some(last) =
        last.as_ref().filter(|last| !dry_run && !is_upgraded && judged.repeats(&last.inputs))
    {
        info!(cycle.number = %last.number, "Nothing has changed since cycle {}", last.number);
        return Ok(CycleReport {
            cycle: last.number,
            outcome: CycleOutcome::Unchanged,
            inputs: last.inputs.clone(),
            counts: CycleCounts::of(&judged.verdicts),
            missing_most: coverage::costliest(&judged.verdicts, judged.catalogue.dictionary()),
            alert_changes: vec![],
            mission_changes: vec![],
            silence_changes: vec![],
            outgoing: Outgoing::default(),
            rule_faults: judged.faults,
            on_hold: services.store.held_imports().await?,
        });
    }
    decide(services, judged, last, (now, request, watch)).await
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
    services: &Services,
    judged: Judged,
    last: Option<CycleSummary>,
    (now, request, mut watch): (DateTime<Utc>, CycleRequest, Stopwatch<'_>),
) -> Result<CycleReport, ApplicationError> {
    let CycleRequest { dry_run, announce, .. } = request;
    let deliberation = deliberate(services, &judged, last.as_ref(), now).await?;
    warn_of_automatic_rules_out_of_force(&judged);
    let telling = if announce { Telling::Announce } else { Telling::News };
    let mut outgoing = outgoing(services, &judged, &deliberation, (now, telling)).await?;
    let digests = if dry_run { vec![] } else { await_documents(services, &mut outgoing, now) };
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
        services.store.commit_cycle(&record).await?;
        info!(
            cycle.number = %number,
            verdicts.fired = counts.fired,
            verdicts.unknown = counts.unknown,
            verdicts.failed = counts.failed,
            "Cycle {number} judged {} subjects and rules", counts.judged
        );
        Box::pin(enclose_documents(services, digests)).await;
    }
    Ok(CycleReport {
        cycle: number,
        outcome: if dry_run { CycleOutcome::DryRun } else { CycleOutcome::Committed },
        inputs: record.inputs,
        counts,
        missing_most: coverage::costliest(&record.verdicts, judged.catalogue.dictionary()),
        alert_changes: record.alert_changes,
        mission_changes: record.mission_changes,
        silence_changes: record.silence_changes,
        outgoing: record.outgoing,
        rule_faults: judged.faults,
        on_hold: services.store.held_imports().await?,
    })
}

fn warn_of_automatic_rules_out_of_force(judged: &Judged) {
    for rule in judged.playbook.automatic_rules() {
        if judged.catalogue.rule(rule).is_none() {
            warn!(rule.id = %rule, "The playbook makes {rule} automatic, which is not a rule in force");
        }
    }
}
