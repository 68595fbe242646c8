//! Missions: lists, the history of one mission, ranking and outcomes.

use std::collections::BTreeMap;

use actix_web::web;
use chrono::NaiveDate;
use serde::Deserialize;

use super::desk::Desk;
use super::error::Problem;
use super::openapi::NoData;
use super::page::Listing;
use super::page::NoFilters;
use super::page::Page;
use super::query::is_wanted;
use crate::cycle;
use crate::cycle::MissionFile;
use crate::cycle::MissionLine;
use crate::domain::ids::MinistryCode;
use crate::domain::ids::MissionId;
use crate::domain::ids::ProjectId;
use crate::domain::mission::MissionKind;
use crate::domain::mission::MissionState;
use crate::domain::subject::Subject;
use crate::missions::Ranked;
use crate::missions::RuleOutcomes;
use crate::store::MissionFilter;

#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct MissionQuery {
    /// State of the mission.
    state: Vec<MissionState>,
    /// Kind of mission.
    kind: Vec<MissionKind>,
    /// Subject of the mission: `project/…`, `ministry/…` or `portfolio`.
    subject: Vec<Subject>,
    /// Id of a project.
    project: Vec<ProjectId>,
    /// Code of a ministry: missions on it and on its projects.
    ministry: Vec<MinistryCode>,
    /// Whether the mission is past its due date.
    late: Option<bool>,
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct RankingQuery {
    /// Date as of which missions are ranked; today in Paris by default.
    as_of: Option<NaiveDate>,
}

/// List missions: late ones first, then by due date, closed ones last.
#[utoipa::path(
    get,
    path = "/api/v1/missions",
    tag = "missions",
    params(MissionQuery),
    responses((status = 200, description = "A page of missions", body = Page<MissionLine>))
)]
pub(super) async fn list_missions(
    desk: Desk,
    listing: Listing<MissionQuery>,
) -> Result<Page<MissionLine>, Problem> {
    let mut lines = cycle::mission_lines(&desk, &MissionFilter::default()).await?;
    let ministries = cycle::ministries(&desk).await?;
    lines.retain(|line| listing.fits(line, &ministries));
    listing.page(lines, |MissionLine { mission, awaits, late }| {
        let subject = mission.subject.to_string();
        (awaits.is_none(), !late, mission.due_on, subject, mission.id.clone())
    })
}

impl MissionQuery {
    fn fits(&self, line: &MissionLine, ministries: &BTreeMap<ProjectId, MinistryCode>) -> bool {
        let subject = &line.mission.subject;
        let project = subject.project();
        let ministry = subject.ministry().or_else(|| ministries.get(project?));
        is_wanted(&self.state, &line.mission.state)
            && is_wanted(&self.kind, &line.mission.kind)
            && is_wanted(&self.subject, subject)
            && (self.project.is_empty() || project.is_some_and(|one| self.project.contains(one)))
            && (self.ministry.is_empty() || ministry.is_some_and(|one| self.ministry.contains(one)))
            && self.late.is_none_or(|late| line.late == late)
    }
}

/// Return one mission with the alerts behind it and its history.
#[utoipa::path(
    get,
    path = "/api/v1/missions/{mission}",
    tag = "missions",
    params(("mission" = MissionId, Path, description = "Id of the mission")),
    responses((status = 200, description = "The mission", body = MissionFile))
)]
pub(super) async fn find_mission(
    desk: Desk,
    id: web::Path<String>,
) -> Result<web::Json<MissionFile>, Problem> {
    Ok(web::Json(cycle::mission(&desk, &MissionId::new(id.into_inner())).await?))
}

/// List active missions by team, in order of priority.
#[utoipa::path(
    get,
    path = "/api/v1/missions/ranking",
    tag = "missions",
    params(RankingQuery),
    responses((status = 200, description = "A page of ranked missions", body = Page<Ranked>), NoData)
)]
pub(super) async fn list_ranking(
    desk: Desk,
    listing: Listing<RankingQuery>,
) -> Result<Page<Ranked>, Problem> {
    let ranked = cycle::mission_ranking(&desk, listing.as_of).await?;
    listing.page_as_is(ranked, |ranked| ranked.mission.id.clone())
}

/// List how the missions that each rule called for ended.
#[utoipa::path(
    get,
    path = "/api/v1/missions/outcomes",
    tag = "missions",
    responses((status = 200, description = "A page of counts, by rule", body = Page<RuleOutcomes>))
)]
pub(super) async fn list_outcomes(
    desk: Desk,
    listing: Listing<NoFilters>,
) -> Result<Page<RuleOutcomes>, Problem> {
    listing.page(cycle::mission_outcomes(&desk).await?, |outcomes| outcomes.rule.clone())
}
