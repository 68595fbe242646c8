//! Committed cycles, and what one of them judged.

use actix_web::get;
use actix_web::web;
use serde::Serialize;
use utoipa::ToSchema;

use super::List;
use super::desk::Desk;
use super::error::Problem;
use crate::domain::cycle::CycleSummary;
use crate::domain::ids::CycleNumber;
use crate::domain::verdict::Judgement;

/// Cycles listed at most, the latest ones.
const LISTED: u32 = 200;

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CycleWithVerdicts {
    #[serde(flatten)]
    cycle: CycleSummary,
    verdicts: Vec<Judgement>,
}

/// List committed cycles, newest first.
#[utoipa::path(
    tag = "cycles",
    responses((status = 200, description = "As asked", body = List<CycleSummary>))
)]
#[get("/api/v1/cycles")]
pub(super) async fn list_cycles(desk: Desk) -> Result<web::Json<List<CycleSummary>>, Problem> {
    Ok(List::of(desk.store.cycles(LISTED).await?))
}

/// Find one cycle with every verdict.
#[utoipa::path(
    tag = "cycles",
    params(("cycle" = CycleNumber, Path, description = "Number of the cycle")),
    responses((status = 200, description = "As asked", body = CycleWithVerdicts))
)]
#[get("/api/v1/cycles/{cycle}")]
pub(super) async fn find_cycle(
    desk: Desk,
    number: web::Path<i64>,
) -> Result<web::Json<CycleWithVerdicts>, Problem> {
    let number = CycleNumber(*number);
    let cycle = desk.store.cycle(number).await?;
    let cycle = cycle.ok_or(Problem::NotFound { kind: "cycle", id: number.to_string() })?;
    let verdicts = desk.store.judgements(number).await?;
    Ok(web::Json(CycleWithVerdicts { cycle, verdicts }))
}
