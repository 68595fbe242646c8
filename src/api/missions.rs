//! Missions, how one came to be what it is, which go first, and what they found.

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
    state: Vec<MissionState>,
    kind: Vec<MissionKind>,
    subject: Vec<Subject>,
    project: Vec<ProjectId>,
    /// Missions on the ministry, and on its projects.
    ministry: Vec<MinistryCode>,
    late: Option<bool>,
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct RankingQuery {
    as_of: Option<NaiveDate>,
}

/// List missions: late ones first, then by what is due, ended ones last.
#[utoipa::path(
    get,
    path = "/api/v1/missions",
    tag = "missions",
    params(MissionQuery),
    responses((status = 200, description = "As asked", body = Page<MissionLine>))
)]
pub(super) async fn list_missions(
    desk: Desk,
    asked: Listing<MissionQuery>,
) -> Result<Page<MissionLine>, Problem> {
    let mut lines = cycle::mission_lines(&desk, &MissionFilter::default()).await?;
    let ministries = cycle::ministries(&desk).await?;
    lines.retain(|line| asked.fits(line, &ministries));
    asked.page(lines, |MissionLine { mission, awaits, late }| {
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

/// Find one mission, the alerts behind it and its changes.
#[utoipa::path(
    get,
    path = "/api/v1/missions/{mission}",
    tag = "missions",
    params(("mission" = MissionId, Path, description = "Id of the mission")),
    responses((status = 200, description = "As asked", body = MissionFile))
)]
pub(super) async fn find_mission(
    desk: Desk,
    id: web::Path<String>,
) -> Result<web::Json<MissionFile>, Problem> {
    Ok(web::Json(cycle::mission(&desk, &MissionId::new(id.into_inner())).await?))
}

/// List live missions by team, in the order in which they are to be taken.
#[utoipa::path(
    get,
    path = "/api/v1/missions/ranking",
    tag = "missions",
    params(RankingQuery),
    responses((status = 200, description = "As asked", body = Page<Ranked>), NoData)
)]
pub(super) async fn list_ranking(
    desk: Desk,
    asked: Listing<RankingQuery>,
) -> Result<Page<Ranked>, Problem> {
    let ranked = cycle::mission_ranking(&desk, asked.as_of).await?;
    asked.page_as_is(ranked, |ranked| ranked.mission.id.clone())
}

/// List what the missions that each rule called for came to.
#[utoipa::path(
    get,
    path = "/api/v1/missions/outcomes",
    tag = "missions",
    responses((status = 200, description = "As asked", body = Page<RuleOutcomes>))
)]
pub(super) async fn list_outcomes(
    desk: Desk,
    asked: Listing<NoFilters>,
) -> Result<Page<RuleOutcomes>, Problem> {
    asked.page(cycle::mission_outcomes(&desk).await?, |outcomes| outcomes.rule.clone())
}
