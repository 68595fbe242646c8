//! Cycles: what each was judged on and came to; starting one, making the last one void, and judging a past one again.

use actix_web::{HttpResponse, web};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::jobs;
use super::tabs::{AdministrationTab, heading, tabs};
use crate::api::resources::operation::cycles::{ReplayReport, list_cycles, replay_cycle};
use crate::api::{Page, Problem};
use crate::application;
use crate::application::{CycleRequest, JobQueue, JobRequest, MinistryCoverage, RuleCoverage};
use crate::domain::bounded_text::RequiredText;
use crate::domain::ids::CycleNumber;
use crate::domain::operation::cycle::CycleSummary;
use crate::web::confirmations::Confirmation;
use crate::web::context::PageContext;
use crate::web::lists::administration::CYCLES as LIST;
use crate::web::lists::list_file;
use crate::web::query::PageQuery;

const CYCLES: (&str, &str) = ("Cycles", "/administration/cycles");

#[derive(Debug, Serialize)]
struct CyclesView {
    tabs: Vec<AdministrationTab>,
    query: PageQuery,
    cycles: Page<CycleSummary>,
}

/// Lists the cycles, newest first.
///
/// # Errors
/// If the data cannot be read.
pub(super) async fn list(context: PageContext, query: PageQuery) -> Result<HttpResponse, Problem> {
    let query = query.of_list()?;
    let cycles = list_cycles(context.request(), query.listing(&[])?).await?;
    if let Some(format) = query.format {
        return list_file(&context, (&LIST, format), cycles.into_parts().0, Vec::new()).await;
    }
    let view = CyclesView { tabs: tabs(&context, CYCLES.1), query, cycles };
    context.page("pages/cycles.html", &heading("Cycles", "cycles", None), &view)
}

/// The day as of which to judge; today if it is empty.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CycleForm {
    as_of: String,
}

/// Starts a cycle, and shows its run.
///
/// # Errors
/// If the day is none or cannot be judged, or a cycle is running.
pub(super) async fn start(
    context: PageContext,
    queue: web::Data<JobQueue>,
    form: web::Form<CycleForm>,
) -> Result<HttpResponse, Problem> {
    let text = form.as_of.trim();
    let day: Result<Option<NaiveDate>, _> =
        if text.is_empty() { Ok(None) } else { text.parse().map(Some) };
    let as_of = day.map_err(|_| {
        Problem::Unfit(format!("« {text} » n’est pas une date : attendu le jour à juger"))
    })?;
    let request = CycleRequest { as_of, ..CycleRequest::default() };
    application::may_run(&context, request).await?;
    jobs::start(&context, &queue, JobRequest::Cycle(request)).await
}

#[derive(Debug, Serialize)]
struct CycleView {
    tabs: Vec<AdministrationTab>,
    cycle: CycleSummary,
    by_rule: Vec<CoveredRule>,
    by_ministry: Vec<MinistryCoverage>,
    /// Whether it is the last one in force, which alone can be made void.
    is_last: bool,
    /// What judging it again gave, when that was just done.
    replay: Option<ReplayReport>,
}

/// How many verdicts a rule could give.
#[derive(Debug, Serialize)]
struct CoveredRule {
    title: String,
    #[serde(flatten)]
    coverage: RuleCoverage,
}

/// Shows one cycle.
///
/// # Errors
/// If there is no such cycle, or the data cannot be read.
pub(super) async fn show(
    context: PageContext,
    cycle: web::Path<i64>,
) -> Result<HttpResponse, Problem> {
    page(&context, CycleNumber(*cycle), None).await
}

async fn page(
    context: &PageContext,
    number: CycleNumber,
    replay: Option<ReplayReport>,
) -> Result<HttpResponse, Problem> {
    let missing = || Problem::NotFound { kind: "cycle", id: number.to_string() };
    let coverage = application::coverage(context, Some(number)).await?.ok_or_else(missing)?;
    let last = context.store.last_cycle().await?;
    let titles = application::rule_titles(context).await?;
    let title_of =
        |one: &RuleCoverage| titles.get(&one.rule).cloned().unwrap_or_else(|| one.rule.to_string());
    let covered = coverage.by_rule.into_iter();
    let by_rule = covered.map(|one| CoveredRule { title: title_of(&one), coverage: one }).collect();
    let view = CycleView {
        tabs: tabs(context, CYCLES.1),
        is_last: last.is_some_and(|last| last.number == number),
        cycle: coverage.cycle,
        by_rule,
        by_ministry: coverage.by_ministry,
        replay,
    };
    let title = format!("Cycle n°\u{a0}{number}");
    context.page("pages/cycle.html", &heading(&title, "cycle", Some(CYCLES)), &view)
}

/// Why an act is done.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReasonForm {
    pub(super) reason: RequiredText,
}

/// Makes the last cycle void.
///
/// # Errors
/// If there is no such cycle, it is not the last one in force, or the reason is not acceptable.
pub(super) async fn void(
    context: PageContext,
    cycle: web::Path<i64>,
    form: web::Form<ReasonForm>,
) -> Result<HttpResponse, Problem> {
    let act = context.act(form.reason.as_str())?;
    let number = CycleNumber(*cycle);
    application::void(&context, number, &act).await?;
    let address = format!("/administration/cycles/{number}");
    Ok(context.done(Confirmation::CycleVoided, &address))
}

/// Judges a past cycle again, and shows what differs. Writes nothing.
///
/// # Errors
/// If there is no such cycle, or the data cannot be read.
pub(super) async fn replay(
    context: PageContext,
    cycle: web::Path<i64>,
    _: web::Form<jobs::RunForm>,
) -> Result<HttpResponse, Problem> {
    let number = CycleNumber(*cycle);
    let report = replay_cycle(context.request(), cycle).await?.into_inner();
    page(&context, number, Some(report)).await
}
