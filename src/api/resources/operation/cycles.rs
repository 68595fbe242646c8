//! Committed cycles and their verdicts; replaying and voiding a cycle.

use std::collections::BTreeMap;

use actix_web::web;
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;
use utoipa::ToSchema;

use crate::api::context::RequestContext;
use crate::api::extract::page::{Listing, NoFilters, Page};
use crate::api::extract::query::is_wanted;
use crate::api::openapi::answers::{Conflict, UnavailableResponse};
use crate::api::problem::kinds::Problem;
use crate::application;
use crate::application::{DecisionDifference, JudgementLine, ReplayDifference, VoidReport};
use crate::domain::action_bodies::Reason;
use crate::domain::ids::{CycleNumber, RuleId};
use crate::domain::level::Level;
use crate::domain::operation::cycle::{CycleInputs, CycleSummary};
use crate::domain::portfolio::subject::Subject;
use crate::domain::rules::batch::JudgementRef;
use crate::domain::rules::verdict::Verdict;
use crate::support::fingerprint::Fingerprint;

/// Limits replays to one at a time, since each takes as much work as a cycle.
static REPLAYS: Semaphore = Semaphore::const_new(1);

/// Maximum number of differences listed.
const MAX_LISTED: usize = 100;

/// List committed cycles, newest first.
#[utoipa::path(
    get,
    path = "/api/v1/cycles",
    responses((status = 200, description = "A page of cycles", body = Page<CycleSummary>))
)]
pub(crate) async fn list_cycles(
    context: RequestContext,
    listing: Listing<NoFilters>,
) -> Result<Page<CycleSummary>, Problem> {
    let before = listing.after()?.unwrap_or(CycleNumber(i64::MAX));
    let cycles = context.store.cycles_before(before, listing.fetch_limit()).await?;
    listing.fetched(cycles, |cycle| cycle.number)
}

/// Return one cycle: its date, inputs, counts and figures.
#[utoipa::path(
    get,
    path = "/api/v1/cycles/{cycle}",
    params(("cycle" = CycleNumber, Path, description = "Number of the cycle")),
    responses((status = 200, description = "The cycle", body = CycleSummary))
)]
pub(crate) async fn find_cycle(
    context: RequestContext,
    number: web::Path<i64>,
) -> Result<web::Json<CycleSummary>, Problem> {
    Ok(web::Json(find(&context, CycleNumber(*number)).await?))
}

#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct VerdictQuery {
    /// Id of a rule.
    rule: Vec<RuleId>,
    /// Subject of the verdict: `project/…`, `ministry/…` or `portfolio`.
    subject: Vec<Subject>,
    /// Kind of verdict: a level, unknown for lack of data, or failed.
    #[param(inline)]
    outcome: Vec<OutcomeWord>,
    /// Minimum level. Verdicts without a level are left out.
    level: Option<Level>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum OutcomeWord {
    Level,
    Unknown,
    Failed,
}

/// List the verdicts of a cycle by rule and subject, with evidence and explanation.
#[utoipa::path(
    get,
    path = "/api/v1/cycles/{cycle}/verdicts",
    params(("cycle" = CycleNumber, Path, description = "Number of the cycle"), VerdictQuery),
    responses((status = 200, description = "A page of verdicts", body = Page<JudgementLine>))
)]
pub(crate) async fn list_cycle_verdicts(
    context: RequestContext,
    number: web::Path<i64>,
    listing: Listing<VerdictQuery>,
) -> Result<Page<JudgementLine>, Problem> {
    let cycle = find(&context, CycleNumber(*number)).await?;
    let verdicts = context.store.verdicts(cycle.number).await?;
    let after: Option<(RuleId, Subject)> = listing.after()?;
    let is_next = |judgement: &JudgementRef<'_>| {
        let key = (judgement.rule, judgement.subject);
        after.as_ref().is_none_or(|(rule, subject)| key > (rule, subject))
    };
    let mut chosen: Vec<JudgementRef<'_>> =
        verdicts.iter().filter(|one| is_next(one) && listing.fits(one)).collect();
    chosen.sort_by_key(|one| (one.rule, one.subject));
    chosen.truncate(usize::try_from(listing.fetch_limit()).unwrap_or(usize::MAX));
    let judgements = chosen.into_iter().map(JudgementRef::to_judgement).collect();
    let lines = application::verdict_lines(&context, judgements).await?;
    listing.fetched(lines, |one| (one.judgement.rule.clone(), one.judgement.subject.clone()))
}

/// The result of evaluating a cycle again from its recorded inputs.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReplayReport {
    cycle: CycleNumber,
    inputs: CycleInputs,
    /// The engine that judged the cycle; `inputs` has that of the replay.
    engine: u32,
    /// The last release of that engine, which replays the cycle byte for byte. Absent when it is this one's.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    release: Option<String>,
    /// Number of verdicts.
    verdicts: usize,
    /// Whether the verdicts, as lines of JSON, are byte for byte those that were committed.
    identical: bool,
    /// SHA-256 of the replayed verdicts as lines of JSON.
    fingerprint: Fingerprint,
    difference_count: usize,
    /// Number of differences of each kind: `subject`, `level`, `missing_fields`, `measure`, `wording`.
    kinds: BTreeMap<String, usize>,
    /// The first 100 differences.
    differences: Vec<ReplayDifference>,
    /// The changes of alerts that the cycle would not decide again, or would decide otherwise: the first 100.
    /// `null` when an earlier engine judged it.
    decisions: Option<Vec<DecisionDifference>>,
}

/// Evaluate a past cycle again from its recorded inputs, and compare the verdicts byte for byte. Nothing is written.
#[utoipa::path(
    post,
    path = "/api/v1/cycles/{cycle}/replay",
    params(("cycle" = CycleNumber, Path, description = "Number of the cycle")),
    responses((status = 200, description = "Whether the verdicts are identical, and the first differences", body = ReplayReport), UnavailableResponse)
)]
pub(crate) async fn replay_cycle(
    context: RequestContext,
    number: web::Path<i64>,
) -> Result<web::Json<ReplayReport>, Problem> {
    let _turn = REPLAYS.acquire().await.map_err(|_| Problem::Unassembled)?;
    let replay = application::replay(&context, CycleNumber(*number)).await?;
    let difference_count = replay.differences.len();
    let differences = replay.differences.into_iter().take(MAX_LISTED);
    let kinds = replay.kinds.iter().map(|(kind, count)| (kind.as_str().to_owned(), *count));
    Ok(web::Json(ReplayReport {
        cycle: replay.cycle,
        inputs: replay.inputs,
        engine: replay.engine,
        release: replay.release,
        verdicts: replay.verdicts,
        identical: replay.identical,
        fingerprint: replay.fingerprint,
        difference_count,
        kinds: kinds.collect(),
        decisions: replay.decisions.map(|all| all.into_iter().take(MAX_LISTED).collect()),
        differences: differences.collect(),
    }))
}

/// Void the last valid cycle: it stays on record, marked as void, its effects on alerts and missions are undone,
/// and everybody who was notified of it receives a correction.
#[utoipa::path(
    post,
    path = "/api/v1/cycles/{cycle}/void",
    params(("cycle" = CycleNumber, Path, description = "Number of the cycle")),
    request_body = Reason,
    responses((status = 200, description = "The void cycle, and what was undone", body = VoidReport),
        Conflict)
)]
pub(crate) async fn void_cycle(
    context: RequestContext,
    number: web::Path<i64>,
    body: web::Json<Reason>,
) -> Result<web::Json<VoidReport>, Problem> {
    let act = context.act(body.reason.as_str())?;
    Ok(web::Json(application::void(&context, CycleNumber(*number), &act).await?))
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

async fn find(context: &RequestContext, number: CycleNumber) -> Result<CycleSummary, Problem> {
    let cycle = context.store.cycle(number).await?;
    cycle.ok_or(Problem::NotFound { kind: "cycle", id: number.to_string() })
}
