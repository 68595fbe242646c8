//! Committed cycles, and what one of them judged.

use actix_web::web;
use serde::Deserialize;
use serde::Serialize;
use tokio::sync::Semaphore;
use utoipa::ToSchema;

use super::desk::Desk;
use super::error::Problem;
use super::openapi::Conflict;
use super::openapi::Unavailable;
use super::page::Listing;
use super::page::NoFilters;
use super::page::Page;
use super::query::is_wanted;
use crate::cycle;
use crate::cycle::VoidReport;
use crate::domain::acts::Reason;
use crate::domain::cycle::CycleInputs;
use crate::domain::cycle::CycleSummary;
use crate::domain::fingerprint::Fingerprint;
use crate::domain::ids::CycleNumber;
use crate::domain::ids::RuleId;
use crate::domain::level::Level;
use crate::domain::subject::Subject;
use crate::domain::verdict::Judgement;
use crate::domain::verdict::Verdict;
use crate::domain::verdicts::JudgementRef;

/// One at a time: each takes as much work as a cycle.
static REPLAYS: Semaphore = Semaphore::const_new(1);

/// Differences told at most.
const TOLD: usize = 100;

/// List committed cycles, newest first.
#[utoipa::path(
    get,
    path = "/api/v1/cycles",
    tag = "cycles",
    responses((status = 200, description = "As asked", body = Page<CycleSummary>))
)]
pub(super) async fn list_cycles(
    desk: Desk,
    asked: Listing<NoFilters>,
) -> Result<Page<CycleSummary>, Problem> {
    let before = asked.after()?.unwrap_or(CycleNumber(i64::MAX));
    let cycles = desk.store.cycles_before(before, asked.room()).await?;
    asked.fetched(cycles, |cycle| cycle.number)
}

/// Find one cycle: date, inputs, counts, figures.
#[utoipa::path(
    get,
    path = "/api/v1/cycles/{cycle}",
    tag = "cycles",
    params(("cycle" = CycleNumber, Path, description = "Number of the cycle")),
    responses((status = 200, description = "As asked", body = CycleSummary))
)]
pub(super) async fn find_cycle(
    desk: Desk,
    number: web::Path<i64>,
) -> Result<web::Json<CycleSummary>, Problem> {
    Ok(web::Json(find(&desk, CycleNumber(*number)).await?))
}

#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct VerdictQuery {
    rule: Vec<RuleId>,
    subject: Vec<Subject>,
    #[param(inline)]
    outcome: Vec<OutcomeWord>,
    /// At least this one, so that a verdict is a level.
    level: Option<Level>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum OutcomeWord {
    Level,
    Unknown,
    Failed,
}

/// List what a cycle judged, by rule and subject, with evidence and explanation.
#[utoipa::path(
    get,
    path = "/api/v1/cycles/{cycle}/verdicts",
    tag = "cycles",
    params(("cycle" = CycleNumber, Path, description = "Number of the cycle"), VerdictQuery),
    responses((status = 200, description = "As asked", body = Page<Judgement>))
)]
pub(super) async fn list_cycle_verdicts(
    desk: Desk,
    number: web::Path<i64>,
    asked: Listing<VerdictQuery>,
) -> Result<Page<Judgement>, Problem> {
    let cycle = find(&desk, CycleNumber(*number)).await?;
    let verdicts = desk.store.verdicts(cycle.number).await?;
    let after: Option<(RuleId, Subject)> = asked.after()?;
    let is_next = |judgement: &JudgementRef<'_>| {
        let key = (judgement.rule, judgement.subject);
        after.as_ref().is_none_or(|(rule, subject)| key > (rule, subject))
    };
    let mut chosen: Vec<JudgementRef<'_>> =
        verdicts.iter().filter(|one| is_next(one) && asked.fits(one)).collect();
    chosen.sort_by_key(|one| (one.rule, one.subject));
    chosen.truncate(usize::try_from(asked.room()).unwrap_or(usize::MAX));
    let judgements = chosen.into_iter().map(JudgementRef::to_judgement).collect();
    asked.fetched(judgements, |one| (one.rule.clone(), one.subject.clone()))
}

/// A cycle judged again from what was kept.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ReplayReport {
    cycle: CycleNumber,
    inputs: CycleInputs,
    /// How many.
    verdicts: usize,
    /// As JSON, one a line, they are the same bytes as those that were committed.
    identical: bool,
    /// Of those bytes, as judged again.
    fingerprint: Fingerprint,
    difference_count: usize,
    /// The first hundred.
    differences: Vec<ReplayDifference>,
}

/// A line of verdicts, as JSON.
#[derive(Debug, Serialize, ToSchema)]
struct ReplayDifference {
    committed: Option<String>,
    replayed: Option<String>,
}

/// Judge a past cycle again from what was kept, and compare byte for byte. Nothing is written.
#[utoipa::path(
    post,
    path = "/api/v1/cycles/{cycle}/replay",
    tag = "cycles",
    params(("cycle" = CycleNumber, Path, description = "Number of the cycle")),
    responses((status = 200, description = "What came of it", body = ReplayReport), Unavailable)
)]
pub(super) async fn replay_cycle(
    desk: Desk,
    number: web::Path<i64>,
) -> Result<web::Json<ReplayReport>, Problem> {
    let _turn = REPLAYS.acquire().await.map_err(|_| Problem::Unassembled)?;
    let replay = cycle::replay(&desk, CycleNumber(*number)).await?;
    let difference_count = replay.differences.len();
    let differences = replay.differences.into_iter().take(TOLD);
    let differences =
        differences.map(|(committed, replayed)| ReplayDifference { committed, replayed });
    Ok(web::Json(ReplayReport {
        cycle: replay.cycle,
        inputs: replay.inputs,
        verdicts: replay.verdicts,
        identical: replay.identical,
        fingerprint: replay.fingerprint,
        difference_count,
        differences: differences.collect(),
    }))
}

/// Make the last cycle that stands void: it is marked and kept, what it did to alerts and missions is
/// undone, and whoever was told of it is sent a correction.
#[utoipa::path(
    post,
    path = "/api/v1/cycles/{cycle}/void",
    tag = "cycles",
    params(("cycle" = CycleNumber, Path, description = "Number of the cycle")),
    request_body = Reason,
    responses((status = 200, description = "The cycle, void, and what was undone", body = VoidReport),
        Conflict)
)]
pub(super) async fn void_cycle(
    desk: Desk,
    number: web::Path<i64>,
    body: web::Json<Reason>,
) -> Result<web::Json<VoidReport>, Problem> {
    let act = desk.act(body.reason.as_str())?;
    Ok(web::Json(cycle::void(&desk, CycleNumber(*number), &act).await?))
}

impl VerdictQuery {
    fn fits(&self, judgement: &JudgementRef<'_>) -> bool {
        let outcome = match judgement.verdict {
            Verdict::Level { .. } => OutcomeWord::Level,
            Verdict::Unknown { .. } => OutcomeWord::Unknown,
            Verdict::Failed { .. } => OutcomeWord::Failed,
        };
        let level = judgement.verdict.level();
        is_wanted(&self.rule, judgement.rule)
            && is_wanted(&self.subject, judgement.subject)
            && is_wanted(&self.outcome, &outcome)
            && self.level.is_none_or(|least| level.is_some_and(|level| level >= least))
    }
}

async fn find(desk: &Desk, number: CycleNumber) -> Result<CycleSummary, Problem> {
    let cycle = desk.store.cycle(number).await?;
    cycle.ok_or(Problem::NotFound { kind: "cycle", id: number.to_string() })
}
