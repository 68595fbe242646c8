//! Actions on a mission: decide, start, add milestones and notes, record vendor replies, close.

use actix_web::web;

use super::desk::Desk;
use super::error::Problem;
use super::practice::Practice;
use crate::cycle;
use crate::cycle::MissionFile;
use crate::domain::acts::Comment;
use crate::domain::ids::MissionId;
use crate::missions::MilestoneReached;
use crate::missions::MissionAct;
use crate::missions::MissionClosing;
use crate::missions::MissionDecision;
use crate::missions::MissionStart;
use crate::missions::MissionVerdict;
use crate::missions::NewMilestone;
use crate::missions::NewVendorReply;
use crate::missions::VendorNaming;

type Answer = Result<web::Json<MissionFile>, Problem>;

/// Accept or decline a proposed mission.
#[utoipa::path(
    post,
    path = "/api/v1/missions/{mission}/decision",
    tag = "missions",
    params(("mission" = MissionId, Path, description = "Id of the mission")),
    request_body = MissionDecision,
    responses((status = 200, description = "The accepted or declined mission", body = MissionFile))
)]
pub(super) async fn decide_mission(
    desk: Desk,
    practice: web::Data<Practice>,
    id: web::Path<String>,
    body: web::Json<MissionDecision>,
) -> Answer {
    if body.verdict == MissionVerdict::Decline && body.lead.is_some() {
        return Err(Problem::Unfit("`lead`: nobody leads a mission that is declined".to_owned()));
    }
    act(&desk, &practice, id, MissionAct::Decide(body.into_inner())).await
}

/// Record that an open mission has started.
#[utoipa::path(
    post,
    path = "/api/v1/missions/{mission}/start",
    tag = "missions",
    params(("mission" = MissionId, Path, description = "Id of the mission")),
    request_body = MissionStart,
    responses((status = 200, description = "The started mission", body = MissionFile))
)]
pub(super) async fn start_mission(
    desk: Desk,
    practice: web::Data<Practice>,
    id: web::Path<String>,
    body: web::Json<MissionStart>,
) -> Answer {
    act(&desk, &practice, id, MissionAct::Start(body.into_inner())).await
}

/// Add a milestone to an open mission.
#[utoipa::path(
    post,
    path = "/api/v1/missions/{mission}/milestones",
    tag = "missions",
    params(("mission" = MissionId, Path, description = "Id of the mission")),
    request_body = NewMilestone,
    responses((status = 200, description = "The mission, with the new milestone", body = MissionFile))
)]
pub(super) async fn add_milestone(
    desk: Desk,
    practice: web::Data<Practice>,
    id: web::Path<String>,
    body: web::Json<NewMilestone>,
) -> Answer {
    act(&desk, &practice, id, MissionAct::AddMilestone(body.into_inner())).await
}

/// Record that a milestone was reached.
#[utoipa::path(
    post,
    path = "/api/v1/missions/{mission}/milestones/reached",
    tag = "missions",
    params(("mission" = MissionId, Path, description = "Id of the mission")),
    request_body = MilestoneReached,
    responses((status = 200, description = "The mission, with the milestone reached", body = MissionFile))
)]
pub(super) async fn finish_milestone(
    desk: Desk,
    practice: web::Data<Practice>,
    id: web::Path<String>,
    body: web::Json<MilestoneReached>,
) -> Answer {
    act(&desk, &practice, id, MissionAct::FinishMilestone(body.into_inner())).await
}

/// Add a note to a mission, even a closed one.
#[utoipa::path(
    post,
    path = "/api/v1/missions/{mission}/notes",
    tag = "missions",
    params(("mission" = MissionId, Path, description = "Id of the mission")),
    request_body = Comment,
    responses((status = 200, description = "The mission, with the note", body = MissionFile))
)]
pub(super) async fn note_mission(
    desk: Desk,
    practice: web::Data<Practice>,
    id: web::Path<String>,
    body: web::Json<Comment>,
) -> Answer {
    act(&desk, &practice, id, MissionAct::Note(body.into_inner())).await
}

/// Record a vendor's reply to an escalation, or that it did not reply.
#[utoipa::path(
    post,
    path = "/api/v1/missions/{mission}/vendor-replies",
    tag = "missions",
    params(("mission" = MissionId, Path, description = "Id of the mission")),
    request_body = NewVendorReply,
    responses((status = 200, description = "The mission, with the reply", body = MissionFile))
)]
pub(super) async fn keep_vendor_reply(
    desk: Desk,
    practice: web::Data<Practice>,
    id: web::Path<String>,
    body: web::Json<NewVendorReply>,
) -> Answer {
    act(&desk, &practice, id, MissionAct::VendorReply(body.into_inner())).await
}

/// Record the decision to name a vendor in public. Only the director may decide it.
#[utoipa::path(
    post,
    path = "/api/v1/missions/{mission}/vendor-namings",
    tag = "missions",
    params(("mission" = MissionId, Path, description = "Id of the mission")),
    request_body = VendorNaming,
    responses((status = 200, description = "The mission, with the decision", body = MissionFile))
)]
pub(super) async fn name_vendor(
    desk: Desk,
    practice: web::Data<Practice>,
    id: web::Path<String>,
    body: web::Json<VendorNaming>,
) -> Answer {
    act(&desk, &practice, id, MissionAct::NameVendor(body.into_inner())).await
}

/// Close an open mission and record what it found.
#[utoipa::path(
    post,
    path = "/api/v1/missions/{mission}/closing",
    tag = "missions",
    params(("mission" = MissionId, Path, description = "Id of the mission")),
    request_body = MissionClosing,
    responses((status = 200, description = "The closed mission", body = MissionFile))
)]
pub(super) async fn close_mission(
    desk: Desk,
    practice: web::Data<Practice>,
    id: web::Path<String>,
    body: web::Json<MissionClosing>,
) -> Answer {
    act(&desk, &practice, id, MissionAct::Close(body.into_inner())).await
}

async fn act(desk: &Desk, practice: &Practice, id: web::Path<String>, what: MissionAct) -> Answer {
    let id = MissionId::new(id.into_inner());
    let hand = (desk.person()?, practice.director.as_deref());
    cycle::act_on_mission(desk, &id, &what, hand).await?;
    Ok(web::Json(cycle::mission(desk, &id).await?))
}
