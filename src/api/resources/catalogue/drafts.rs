//! Rule drafts: open, save, submit, return, withdraw.

use std::collections::BTreeMap;

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::api::context::RequestContext;
use crate::api::extract::if_match::{IfMatch, SeenRevision};
use crate::api::extract::page::{Listing, Page};
use crate::api::extract::rule_files::each_once;
use crate::api::openapi::answers::{Conflict, NoRevision, Stale, Unprocessable};
use crate::api::problem::kinds::Problem;
use crate::api::responses::{at_revision, created_at};
use crate::application;
use crate::application::{DraftOutline, DraftView};
use crate::domain::ids::DraftNumber;
use crate::domain::rules::draft::DraftStep;
use crate::domain::rules::overlay::RulePath;
use crate::rules::{FieldTemplate, RuleTemplate};

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DraftsQuery {
    /// Include published and withdrawn drafts.
    #[serde(default)]
    all: bool,
}

/// The whole content of a draft.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DraftBody {
    /// What the draft changes, and why.
    #[schema(min_length = 1, max_length = 4000)]
    comment: String,
    /// Texts of the files, by path.
    #[serde(default, deserialize_with = "each_once")]
    files: BTreeMap<RulePath, String>,
    /// New values of thresholds, applied to the thresholds file in `files`, or else to the one in force.
    #[serde(default)]
    thresholds: BTreeMap<String, f64>,
    /// A rule to write from a few answers, with its cases and thresholds, in addition to the files.
    template: Option<RuleTemplate>,
    /// A field to add to the data dictionary, in addition to the files.
    field: Option<FieldTemplate>,
}

/// The reason for a step in a draft's review.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = StepReason)]
pub(crate) struct StepBody {
    #[schema(min_length = 1, max_length = 4000)]
    pub(crate) reason: String,
}

/// List rule drafts. Published and withdrawn ones are left out unless requested.
#[utoipa::path(
    get,
    path = "/api/v1/drafts",
    params(DraftsQuery),
    responses((status = 200, description = "A page of drafts", body = Page<DraftOutline>))
)]
pub(crate) async fn list_drafts(
    context: RequestContext,
    listing: Listing<DraftsQuery>,
) -> Result<Page<DraftOutline>, Problem> {
    let drafts = context.store.drafts(listing.all).await?;
    listing.page(drafts.iter().map(DraftOutline::of).collect(), |draft| draft.number)
}

/// Return one draft with its texts.
#[utoipa::path(
    get,
    path = "/api/v1/drafts/{draft}",
    params(("draft" = DraftNumber, Path, description = "Number of the draft")),
    responses((status = 200, description = "The draft, with its revision in `ETag`", body = DraftView))
)]
pub(crate) async fn find_draft(
    context: RequestContext,
    number: web::Path<DraftNumber>,
) -> Result<HttpResponse, Problem> {
    Ok(answered(&application::draft(&context, *number).await?))
}

/// Open a rule draft. It takes effect only once another person publishes it.
#[utoipa::path(
    post,
    path = "/api/v1/drafts",
    request_body = DraftBody,
    responses((status = 201, description = "The new draft, with its revision in `ETag`", body = DraftView), Conflict, Unprocessable)
)]
pub(crate) async fn open_draft(
    context: RequestContext,
    body: web::Json<DraftBody>,
) -> Result<HttpResponse, Problem> {
    let draft = save(&context, None, body.into_inner()).await?;
    let outline = &draft.outline;
    let address = format!("/api/v1/drafts/{}", outline.number);
    Ok(created_at(&address, outline.revision, &draft))
}

/// Save a draft. The files in the body replace all its files.
#[utoipa::path(
    put,
    path = "/api/v1/drafts/{draft}",
    params(("draft" = DraftNumber, Path, description = "Number of the draft"), SeenRevision),
    request_body = DraftBody,
    responses(
        (status = 200, description = "The saved draft, with its new revision in `ETag`", body = DraftView),
        Conflict, Stale, Unprocessable, NoRevision
    )
)]
pub(crate) async fn save_draft(
    context: RequestContext,
    number: web::Path<DraftNumber>,
    IfMatch(revision): IfMatch,
    body: web::Json<DraftBody>,
) -> Result<HttpResponse, Problem> {
    Ok(answered(&save(&context, Some((*number, revision)), body.into_inner()).await?))
}

async fn save(
    context: &RequestContext,
    over: Option<(DraftNumber, i64)>,
    body: DraftBody,
) -> Result<DraftView, Problem> {
    let DraftBody { comment, files, thresholds, template, field } = body;
    let act = context.act(&comment)?;
    let thresholds: Vec<(String, String)> =
        thresholds.into_iter().map(|(name, value)| (name, value.to_string())).collect();
    let mut files = application::amended(context, files, &thresholds).await?;
    // First of all: the rule may read it.
    if let Some(field) = &field {
        files = application::with_field(context, files, field).await?;
    }
    if let Some(template) = &template {
        files = application::with_template(context, files, template).await?;
    }
    Ok(application::save_draft(context, over, files, &act).await?)
}

/// Submit a draft for review. It cannot be edited until it is published or returned.
#[utoipa::path(
    post,
    path = "/api/v1/drafts/{draft}/submission",
    params(("draft" = DraftNumber, Path, description = "Number of the draft"), SeenRevision),
    request_body = StepBody,
    responses(
        (status = 200, description = "The draft, with its new revision in `ETag`", body = DraftView),
        Conflict, Stale, Unprocessable, NoRevision
    )
)]
pub(crate) async fn submit_draft(
    context: RequestContext,
    number: web::Path<DraftNumber>,
    seen: IfMatch,
    body: web::Json<StepBody>,
) -> Result<HttpResponse, Problem> {
    step(&context, (*number, seen), DraftStep::Submitted, &body).await
}

/// Return a draft in review to its authors.
#[utoipa::path(
    post,
    path = "/api/v1/drafts/{draft}/return",
    params(("draft" = DraftNumber, Path, description = "Number of the draft"), SeenRevision),
    request_body = StepBody,
    responses(
        (status = 200, description = "The draft, with its new revision in `ETag`", body = DraftView),
        Conflict, Stale, Unprocessable, NoRevision
    )
)]
pub(crate) async fn return_draft(
    context: RequestContext,
    number: web::Path<DraftNumber>,
    seen: IfMatch,
    body: web::Json<StepBody>,
) -> Result<HttpResponse, Problem> {
    step(&context, (*number, seen), DraftStep::Returned, &body).await
}

/// Withdraw a draft.
#[utoipa::path(
    post,
    path = "/api/v1/drafts/{draft}/withdrawal",
    params(("draft" = DraftNumber, Path, description = "Number of the draft"), SeenRevision),
    request_body = StepBody,
    responses(
        (status = 200, description = "The draft, with its new revision in `ETag`", body = DraftView),
        Conflict, Stale, Unprocessable, NoRevision
    )
)]
pub(crate) async fn withdraw_draft(
    context: RequestContext,
    number: web::Path<DraftNumber>,
    seen: IfMatch,
    body: web::Json<StepBody>,
) -> Result<HttpResponse, Problem> {
    step(&context, (*number, seen), DraftStep::Withdrawn, &body).await
}

async fn step(
    context: &RequestContext,
    (number, IfMatch(revision)): (DraftNumber, IfMatch),
    step: DraftStep,
    body: &StepBody,
) -> Result<HttpResponse, Problem> {
    let act = context.act(&body.reason)?;
    Ok(answered(&application::step_draft(context, (number, Some(revision)), step, &act).await?))
}

fn answered(draft: &DraftView) -> HttpResponse {
    at_revision(draft.outline.revision, draft)
}
