//! Campaigns of the questionnaire: what project teams are asked for an edition, and what they answered.

use actix_web::{HttpResponse, web};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::panorama::AsOf;
use crate::api::context::RequestContext;
use crate::api::extract::page::{Listing, NoFilters, Page};
use crate::api::extract::query::QueryParameters;
use crate::api::openapi::answers::{Conflict, NoData, NotFound};
use crate::api::problem::kinds::Problem;
use crate::application;
use crate::application::{AnswerLine, CampaignReport};
use crate::domain::action_bodies::{CampaignDates, Reason};
use crate::domain::portfolio::campaign::{Campaign, CampaignEntry, CampaignState};
use crate::domain::portfolio::edition::EditionId;

/// What the parameter `edition` of a path is.
const EDITION: &str = "The edition that the campaign serves, as YYYY-MM";

/// A campaign that was planned, and where it stands today.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PlannedCampaign {
    #[serde(flatten)]
    campaign: Campaign,
    state: CampaignState,
}

/// List the campaigns, by edition. Those called off are not listed.
#[utoipa::path(
    get,
    path = "/api/v1/campaigns",
    responses((status = 200, description = "A page of campaigns", body = Page<PlannedCampaign>))
)]
pub(crate) async fn list_campaigns(
    context: RequestContext,
    listing: Listing<NoFilters>,
) -> Result<Page<PlannedCampaign>, Problem> {
    let today = application::today(context.clock.now());
    let standing = application::campaigns(&context).await?.into_iter();
    let planned =
        standing.map(|campaign| PlannedCampaign { campaign, state: campaign.state(today) });
    listing.page(planned.collect(), |one| one.campaign.edition)
}

/// Plan the campaign of an edition, or give it other dates.
///
/// Project teams are asked on the first day, and reminded before the last one. An answer after the last day is accepted, and
/// late: rule P10 says so.
#[utoipa::path(
    post,
    path = "/api/v1/campaigns/{edition}",
    params(("edition" = EditionId, Path, description = EDITION)),
    request_body = CampaignDates,
    responses((status = 200, description = "What was recorded", body = CampaignEntry), Conflict)
)]
pub(crate) async fn plan_campaign(
    context: RequestContext,
    edition: web::Path<EditionId>,
    body: web::Json<CampaignDates>,
) -> Result<web::Json<CampaignEntry>, Problem> {
    let act = context.act(body.reason.as_str())?;
    let CampaignDates { opens_on, closes_on, .. } = *body;
    let campaign = Campaign { edition: *edition, opens_on, closes_on };
    Ok(web::Json(application::plan_campaign(&context, campaign, &act).await?))
}

/// Call off the campaign of an edition: what was answered stays, and nothing more is asked.
#[utoipa::path(
    post,
    path = "/api/v1/campaigns/{edition}/cancel",
    params(("edition" = EditionId, Path, description = EDITION)),
    request_body = Reason,
    responses((status = 200, description = "What was recorded", body = CampaignEntry), Conflict)
)]
pub(crate) async fn cancel_campaign(
    context: RequestContext,
    edition: web::Path<EditionId>,
    body: web::Json<Reason>,
) -> Result<web::Json<CampaignEntry>, Problem> {
    let act = context.act(body.reason.as_str())?;
    Ok(web::Json(application::cancel_campaign(&context, *edition, &act).await?))
}

/// Return what came of the campaign of an edition.
///
/// It has one line per project, with the answers to ask it for first, and how many verdicts each ministry has without the
/// answers of the campaign and with them.
#[utoipa::path(
    get,
    path = "/api/v1/campaigns/{edition}",
    params(("edition" = EditionId, Path, description = EDITION), AsOf),
    responses((status = 200, description = "The campaign", body = CampaignReport), NotFound, NoData)
)]
pub(crate) async fn find_campaign(
    context: RequestContext,
    edition: web::Path<EditionId>,
    query: QueryParameters<AsOf>,
) -> Result<HttpResponse, Problem> {
    let report = application::campaign_report(&context, *edition, query.as_of).await?;
    Ok(HttpResponse::Ok().json(&*report))
}

#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AnswerQuery {
    /// Date by which answers are looked at; today in Paris by default.
    as_of: Option<NaiveDate>,
    /// Id or any name of a project, to see its answers alone.
    project: Option<String>,
}

/// List each question of a campaign with its last answer: the value, its day, and who gave it.
#[utoipa::path(
    get,
    path = "/api/v1/campaigns/{edition}/answers",
    params(("edition" = EditionId, Path, description = EDITION), AnswerQuery),
    responses((status = 200, description = "A page of answers, by project then question", body = Page<AnswerLine>), NotFound, NoData)
)]
pub(crate) async fn list_answers(
    context: RequestContext,
    edition: web::Path<EditionId>,
    listing: Listing<AnswerQuery>,
) -> Result<Page<AnswerLine>, Problem> {
    let narrowed = (listing.project.as_deref(), listing.as_of);
    let lines = application::campaign_answers(&context, *edition, narrowed).await?;
    listing.page_as_is(lines, |line| (line.project.clone(), line.field.clone()))
}
