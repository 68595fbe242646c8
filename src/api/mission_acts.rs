//! Actions on a mission: decide, start, add milestones and notes, record vendor replies, close.

use actix_web::web;
use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::ToSchema;

use super::desk::Desk;
use super::error::Problem;
use super::practice::Practice;
use super::words::Name;
use super::words::Said;
use crate::cycle;
use crate::cycle::MissionFile;
use crate::domain::conduct::NamingTone;
use crate::domain::conduct::Outcome;
use crate::domain::ids::MissionId;
use crate::missions::MissionAct;

type Answer = Result<web::Json<MissionFile>, Problem>;

#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum MissionVerdict {
    Accept,
    Decline,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct MissionDecision {
    verdict: MissionVerdict,
    reason: Said,
    /// Person who leads the mission. Only when it is accepted.
    lead: Option<Name>,
}

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
    let MissionDecision { verdict, reason, lead } = body.into_inner();
    let (reason, lead) = (reason.into_inner(), lead.map(Name::into_inner));
    let what = match verdict {
        MissionVerdict::Accept => MissionAct::Accept { lead, reason },
        MissionVerdict::Decline if lead.is_some() => {
            return Err(Problem::Unfit(
                "`lead`: nobody leads a mission that is declined".to_owned(),
            ));
        }
        MissionVerdict::Decline => MissionAct::Decline { reason },
    };
    act(&desk, &practice, id.into_inner(), what).await
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct MissionStart {
    /// Date of the event; today by default.
    on: Option<NaiveDate>,
    lead: Option<Name>,
    /// Planned end; by default, after the delay given by the playbook.
    until: Option<NaiveDate>,
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
    let MissionStart { on, lead, until } = body.into_inner();
    let what = MissionAct::Start { on, lead: lead.map(Name::into_inner), until };
    act(&desk, &practice, id.into_inner(), what).await
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewMilestone {
    /// Name of the milestone, unique within the mission.
    label: Name,
    due_on: NaiveDate,
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
    let NewMilestone { label, due_on } = body.into_inner();
    let what = MissionAct::AddMilestone { label: label.into_inner(), due_on };
    act(&desk, &practice, id.into_inner(), what).await
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct MilestoneReached {
    /// Name of the milestone.
    label: Name,
    /// Date of the event; today by default.
    on: Option<NaiveDate>,
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
    let MilestoneReached { label, on } = body.into_inner();
    let what = MissionAct::FinishMilestone { label: label.into_inner(), on };
    act(&desk, &practice, id.into_inner(), what).await
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct MissionNote {
    text: Said,
}

/// Add a note to a mission, even a closed one.
#[utoipa::path(
    post,
    path = "/api/v1/missions/{mission}/notes",
    tag = "missions",
    params(("mission" = MissionId, Path, description = "Id of the mission")),
    request_body = MissionNote,
    responses((status = 200, description = "The mission, with the note", body = MissionFile))
)]
pub(super) async fn note_mission(
    desk: Desk,
    practice: web::Data<Practice>,
    id: web::Path<String>,
    body: web::Json<MissionNote>,
) -> Answer {
    let what = MissionAct::Note { text: body.into_inner().text.into_inner() };
    act(&desk, &practice, id.into_inner(), what).await
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewVendorReply {
    vendor: Name,
    /// Date of the reply, or the date until which it was awaited.
    on: NaiveDate,
    asked_on: Option<NaiveDate>,
    /// The reply; `null` if the vendor did not reply.
    #[serde(deserialize_with = "Option::deserialize")]
    #[schema(required = true)]
    text: Option<Said>,
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
    let NewVendorReply { vendor, on, asked_on, text } = body.into_inner();
    let (vendor, text) = (vendor.into_inner(), text.map(Said::into_inner));
    let what = MissionAct::VendorReply { vendor, asked_on, on, text };
    act(&desk, &practice, id.into_inner(), what).await
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct VendorNaming {
    vendor: Name,
    /// Whether the vendor is named for a success or for a failure.
    tone: NamingTone,
    reason: Said,
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
    let VendorNaming { vendor, tone, reason } = body.into_inner();
    let (vendor, reason) = (vendor.into_inner(), reason.into_inner());
    act(&desk, &practice, id.into_inner(), MissionAct::NameVendor { vendor, tone, reason }).await
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct MissionClosing {
    /// What the mission found.
    outcome: Outcome,
    reason: Said,
    /// Date of the event; today by default.
    on: Option<NaiveDate>,
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
    let MissionClosing { outcome, reason, on } = body.into_inner();
    let what = MissionAct::Close { outcome, on, reason: reason.into_inner() };
    act(&desk, &practice, id.into_inner(), what).await
}

async fn act(desk: &Desk, practice: &Practice, id: String, what: MissionAct) -> Answer {
    let id = MissionId::new(id);
    let hand = (&desk.caller().name, practice.director.as_deref());
    cycle::act_on_mission(desk, &id, &what, hand).await?;
    Ok(web::Json(cycle::mission(desk, &id).await?))
}
