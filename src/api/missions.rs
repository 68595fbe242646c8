//! Missions, and how one came to be what it is.

use actix_web::web;
use serde::Deserialize;
use serde::Serialize;

use super::List;
use super::error::Problem;
use crate::cycle::Parts;
use crate::domain::ids::MissionId;
use crate::domain::mission::Mission;
use crate::domain::mission::MissionKind;
use crate::domain::mission::MissionState;
use crate::store::MissionEntry;
use crate::store::MissionFilter;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MissionQuery {
    state: Option<MissionState>,
    kind: Option<MissionKind>,
    subject: Option<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct MissionWithHistory {
    #[serde(flatten)]
    mission: Mission,
    history: Vec<MissionEntry>,
}

pub(super) async fn list_missions(
    parts: web::Data<Parts>,
    query: web::Query<MissionQuery>,
) -> Result<web::Json<List<Mission>>, Problem> {
    let mut missions = parts.store.missions(&MissionFilter::default()).await?;
    missions.retain(|mission| {
        query.state.is_none_or(|state| mission.state == state)
            && query.kind.is_none_or(|kind| mission.kind == kind)
            && query.subject.as_deref().is_none_or(|subject| mission.subject.to_string() == subject)
    });
    Ok(List::of(missions))
}

pub(super) async fn find_mission(
    parts: web::Data<Parts>,
    id: web::Path<String>,
) -> Result<web::Json<MissionWithHistory>, Problem> {
    let id = MissionId::new(id.into_inner());
    let mission = parts.store.mission(&id).await?;
    let mission = mission.ok_or(Problem::NotFound { kind: "mission", id: id.to_string() })?;
    let history = parts.store.mission_history(&id).await?;
    Ok(web::Json(MissionWithHistory { mission, history }))
}
