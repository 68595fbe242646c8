//! Missions: lists, the history of one mission, ranking and outcomes.

use actix_web::web;
use chrono::NaiveDate;
use serde::Deserialize;

use crate::api::context::RequestContext;
use crate::api::extract::page::{Listing, NoFilters, Page};
use crate::api::extract::query::is_wanted;
use crate::api::extract::subject_filter::SubjectFilter;
use crate::api::openapi::answers::NoData;
use crate::api::problem::kinds::Problem;
use crate::application;
use crate::application::{MissionFile, MissionLine};
use crate::decisions::missions::{
    MilestoneReached, MissionAct, MissionClosing, MissionDecision, MissionStart, MissionVerdict,
    NewMilestone, NewVendorReply, Ranked, RuleOutcomes, VendorNaming,
};
use crate::domain::action_bodies::Comment;
use crate::domain::bounded_text::SingleLine;
use crate::domain::ids::{MinistryCode, MissionId};
use crate::domain::missions::mission::{MissionKind, MissionState};
use crate::domain::portfolio::subject::Subject;
use crate::store::MissionFilter;

#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct MissionQuery {
    /// State of the mission.
    state: Vec<MissionState>,
    /// Kind of mission.
    kind: Vec<MissionKind>,
    /// Subject of the mission: `project/…`, `ministry/…` or `portfolio`.
    subject: Vec<Subject>,
    /// Id of a project, or any name it went by.
    project: Vec<SingleLine>,
    /// Code of a ministry: missions on it and on its projects.
    ministry: Vec<MinistryCode>,
    /// Whether the mission is past its due date.
    late: Option<bool>,
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct RankingQuery {
    /// Date as of which missions are ranked, not before that of the last cycle; today in Paris by default.
    as_of: Option<NaiveDate>,
}

/// List missions: late ones first, then by due date, closed ones last.
#[utoipa::path(
    get,
    path = "/api/v1/missions",
    params(MissionQuery),
    responses((status = 200, description = "A page of missions", body = Page<MissionLine>))
)]
pub(crate) async fn list_missions(
    context: RequestContext,
    listing: Listing<MissionQuery>,
) -> Result<Page<MissionLine>, Problem> {
    let mut lines = application::mission_lines(&context, &MissionFilter::default()).await?;
    let wanted = SubjectFilter::of(&context, &listing.project, &listing.ministry).await?;
    lines.retain(|line| listing.fits(line) && wanted.fits(&line.mission.subject));
    listing.page(lines, |MissionLine { mission, awaits, late, .. }| {
        let subject = mission.subject.to_string();
        (awaits.is_none(), !late, mission.due_on, subject, mission.id.clone())
    })
}

impl MissionQuery {
    fn fits(&self, line: &MissionLine) -> bool {
        is_wanted(&self.state, &line.mission.state)
            && is_wanted(&self.kind, &line.mission.kind)
            && is_wanted(&self.subject, &line.mission.subject)
            && self.late.is_none_or(|late| line.late == late)
    }
}

/// Return one mission with the alerts behind it and its history.
#[utoipa::path(
    get,
    path = "/api/v1/missions/{mission}",
    params(("mission" = MissionId, Path, description = "Id of the mission")),
    responses((status = 200, description = "The mission", body = MissionFile))
)]
pub(crate) async fn find_mission(
    context: RequestContext,
    id: web::Path<String>,
) -> Result<web::Json<MissionFile>, Problem> {
    Ok(web::Json(application::mission(&context, &MissionId::new(id.into_inner())).await?))
}

/// List active missions by team, in order of priority.
#[utoipa::path(
    get,
    path = "/api/v1/missions/ranking",
    params(RankingQuery),
    responses((status = 200, description = "A page of ranked missions", body = Page<Ranked>), NoData)
)]
pub(crate) async fn list_ranking(
    context: RequestContext,
    listing: Listing<RankingQuery>,
) -> Result<Page<Ranked>, Problem> {
    let ranked = application::mission_ranking(&context, listing.as_of).await?;
    listing.page_as_is(ranked, |ranked| ranked.mission.id.clone())
}

/// List how the missions that each rule called for ended.
#[utoipa::path(
    get,
    path = "/api/v1/missions/outcomes",
    responses((status = 200, description = "A page of counts, by rule", body = Page<RuleOutcomes>))
)]
pub(crate) async fn list_outcomes(
    context: RequestContext,
    listing: Listing<NoFilters>,
) -> Result<Page<RuleOutcomes>, Problem> {
    listing.page(application::mission_outcomes(&context).await?, |outcomes| outcomes.rule.clone())
}

type Answer = Result<web::Json<MissionFile>, Problem>;

/// Accept or decline a proposed mission.
#[utoipa::path(
    post,
    path = "/api/v1/missions/{mission}/decision",
    params(("mission" = MissionId, Path, description = "Id of the mission")),
    request_body = MissionDecision,
    responses((status = 200, description = "The accepted or declined mission", body = MissionFile))
)]
pub(crate) async fn decide_mission(
    context: RequestContext,
    id: web::Path<String>,
    body: web::Json<MissionDecision>,
) -> Answer {
    if body.verdict == MissionVerdict::Decline && body.lead.is_some() {
        return Err(Problem::Unfit("`lead`: nobody leads a mission that is declined".to_owned()));
    }
    act(&context, id, MissionAct::Decide(body.into_inner())).await
}

/// Record that an open mission has started.
#[utoipa::path(
    post,
    path = "/api/v1/missions/{mission}/start",
    params(("mission" = MissionId, Path, description = "Id of the mission")),
    request_body = MissionStart,
    responses((status = 200, description = "The started mission", body = MissionFile))
)]
pub(crate) async fn start_mission(
    context: RequestContext,
    id: web::Path<String>,
    body: web::Json<MissionStart>,
) -> Answer {
    act(&context, id, MissionAct::Start(body.into_inner())).await
}

/// Add a milestone to an open mission.
#[utoipa::path(
    post,
    path = "/api/v1/missions/{mission}/milestones",
    params(("mission" = MissionId, Path, description = "Id of the mission")),
    request_body = NewMilestone,
    responses((status = 200, description = "The mission, with the new milestone", body = MissionFile))
)]
pub(crate) async fn add_milestone(
    context: RequestContext,
    id: web::Path<String>,
    body: web::Json<NewMilestone>,
) -> Answer {
    act(&context, id, MissionAct::AddMilestone(body.into_inner())).await
}

/// Record that a milestone was reached.
#[utoipa::path(
    post,
    path = "/api/v1/missions/{mission}/milestones/reached",
    params(("mission" = MissionId, Path, description = "Id of the mission")),
    request_body = MilestoneReached,
    responses((status = 200, description = "The mission, with the milestone reached", body = MissionFile))
)]
pub(crate) async fn finish_milestone(
    context: RequestContext,
    id: web::Path<String>,
    body: web::Json<MilestoneReached>,
) -> Answer {
    act(&context, id, MissionAct::FinishMilestone(body.into_inner())).await
}

/// Add a note to a mission, even a closed one.
#[utoipa::path(
    post,
    path = "/api/v1/missions/{mission}/notes",
    params(("mission" = MissionId, Path, description = "Id of the mission")),
    request_body = Comment,
    responses((status = 200, description = "The mission, with the note", body = MissionFile))
)]
pub(crate) async fn note_mission(
    context: RequestContext,
    id: web::Path<String>,
    body: web::Json<Comment>,
) -> Answer {
    act(&context, id, MissionAct::Note(body.into_inner())).await
}

/// Record a vendor's reply to an escalation, or that it did not reply.
#[utoipa::path(
    post,
    path = "/api/v1/missions/{mission}/vendor-replies",
    params(("mission" = MissionId, Path, description = "Id of the mission")),
    request_body = NewVendorReply,
    responses((status = 200, description = "The mission, with the reply", body = MissionFile))
)]
pub(crate) async fn keep_vendor_reply(
    context: RequestContext,
    id: web::Path<String>,
    body: web::Json<NewVendorReply>,
) -> Answer {
    act(&context, id, MissionAct::VendorReply(body.into_inner())).await
}

/// Record the decision to name a vendor in public. Only the director may decide it.
#[utoipa::path(
    post,
    path = "/api/v1/missions/{mission}/vendor-namings",
    params(("mission" = MissionId, Path, description = "Id of the mission")),
    request_body = VendorNaming,
    responses((status = 200, description = "The mission, with the decision", body = MissionFile))
)]
pub(crate) async fn name_vendor(
    context: RequestContext,
    id: web::Path<String>,
    body: web::Json<VendorNaming>,
) -> Answer {
    act(&context, id, MissionAct::NameVendor(body.into_inner())).await
}

/// Close an open mission and record what it found.
#[utoipa::path(
    post,
    path = "/api/v1/missions/{mission}/closing",
    params(("mission" = MissionId, Path, description = "Id of the mission")),
    request_body = MissionClosing,
    responses((status = 200, description = "The closed mission", body = MissionFile))
)]
pub(crate) async fn close_mission(
    context: RequestContext,
    id: web::Path<String>,
    body: web::Json<MissionClosing>,
) -> Answer {
    act(&context, id, MissionAct::Close(body.into_inner())).await
}

async fn act(context: &RequestContext, id: web::Path<String>, what: MissionAct) -> Answer {
    let id = MissionId::new(id.into_inner());
    let director = context.action_settings().director.as_deref();
    application::act_on_mission(context, (&id, None), &what, (context.person()?, director)).await?;
    Ok(web::Json(application::mission(context, &id).await?))
}
