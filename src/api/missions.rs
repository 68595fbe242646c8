//! Missions, how one came to be what it is, which go first, and what they found.

use actix_web::get;
use actix_web::web;
use chrono::NaiveDate;
use serde::Deserialize;

use super::List;
use super::desk::Desk;
use super::error::Problem;
use super::openapi::NoData;
use super::query::Asked;
use crate::cycle;
use crate::cycle::MissionFile;
use crate::cycle::MissionLine;
use crate::domain::ids::MissionId;
use crate::domain::mission::MissionKind;
use crate::domain::mission::MissionState;
use crate::missions::Ranked;
use crate::missions::RuleOutcomes;
use crate::store::MissionFilter;

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct MissionQuery {
    state: Option<MissionState>,
    kind: Option<MissionKind>,
    subject: Option<String>,
    late: Option<bool>,
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct RankingQuery {
    as_of: Option<NaiveDate>,
}

/// List missions, ended ones included.
#[utoipa::path(
    tag = "missions",
    params(MissionQuery),
    responses((status = 200, description = "As asked", body = List<MissionLine>))
)]
#[get("/api/v1/missions")]
pub(super) async fn list_missions(
    desk: Desk,
    query: Asked<MissionQuery>,
) -> Result<web::Json<List<MissionLine>>, Problem> {
    let filter = MissionFilter { state: query.state, kind: query.kind, subject: None };
    let mut lines = cycle::mission_lines(&desk, &filter).await?;
    lines.retain(|line| {
        let subject = query.subject.as_deref();
        query.late.is_none_or(|late| line.late == late)
            && subject.is_none_or(|subject| line.mission.subject.to_string() == subject)
    });
    Ok(List::of(lines))
}

/// Find one mission, the alerts behind it and its changes.
#[utoipa::path(
    tag = "missions",
    params(("mission" = MissionId, Path, description = "Id of the mission")),
    responses((status = 200, description = "As asked", body = MissionFile))
)]
#[get("/api/v1/missions/{mission}")]
pub(super) async fn find_mission(
    desk: Desk,
    id: web::Path<String>,
) -> Result<web::Json<MissionFile>, Problem> {
    Ok(web::Json(cycle::mission(&desk, &MissionId::new(id.into_inner())).await?))
}

/// List live missions by team, in the order in which they are to be taken.
#[utoipa::path(
    tag = "missions",
    params(RankingQuery),
    responses((status = 200, description = "As asked", body = List<Ranked>), NoData)
)]
#[get("/api/v1/missions/ranking")]
pub(super) async fn list_ranking(
    desk: Desk,
    query: Asked<RankingQuery>,
) -> Result<web::Json<List<Ranked>>, Problem> {
    Ok(List::of(cycle::mission_ranking(&desk, query.as_of).await?))
}

/// List what the missions that each rule called for came to.
#[utoipa::path(
    tag = "missions",
    responses((status = 200, description = "As asked", body = List<RuleOutcomes>))
)]
#[get("/api/v1/missions/outcomes")]
pub(super) async fn list_outcomes(desk: Desk) -> Result<web::Json<List<RuleOutcomes>>, Problem> {
    Ok(List::of(cycle::mission_outcomes(&desk).await?))
}
