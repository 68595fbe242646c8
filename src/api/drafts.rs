//! Rule drafts: open, save, submit, return, withdraw.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web;
use serde::Deserialize;
use utoipa::ToSchema;

use super::desk::Desk;
use super::error::Problem;
use super::openapi::Conflict;
use super::openapi::NoRevision;
use super::openapi::Stale;
use super::openapi::Unprocessable;
use super::page::Listing;
use super::page::Page;
use super::revision::Seen;
use super::revision::SeenRevision;
use super::revision::etag;
use crate::cycle;
use crate::cycle::DraftOutline;
use crate::cycle::DraftView;
use crate::domain::draft::DraftRefusal;
use crate::domain::draft::DraftStep;
use crate::domain::ids::DraftNumber;
use crate::domain::overlay::RulePath;

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct DraftsQuery {
    /// Include published and withdrawn drafts.
    #[serde(default)]
    all: bool,
}

/// The whole content of a draft.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DraftBody {
    /// What the draft changes, and why.
    #[schema(min_length = 1, max_length = 4000)]
    comment: String,
    /// Texts of the files, by path.
    #[serde(default)]
    files: BTreeMap<RulePath, String>,
    /// New values of thresholds, applied to the thresholds file in `files`, or else to the one in force.
    #[serde(default)]
    thresholds: BTreeMap<String, f64>,
}

/// The reason for a step in a draft's review.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = StepReason)]
pub(super) struct StepBody {
    #[schema(min_length = 1, max_length = 4000)]
    pub(super) reason: String,
}

/// List rule drafts. Published and withdrawn ones are left out unless requested.
#[utoipa::path(
    get,
    path = "/api/v1/drafts",
    tag = "rules",
    params(DraftsQuery),
    responses((status = 200, description = "A page of drafts", body = Page<DraftOutline>))
)]
pub(super) async fn list_drafts(
    desk: Desk,
    listing: Listing<DraftsQuery>,
) -> Result<Page<DraftOutline>, Problem> {
    let drafts = desk.store.drafts(listing.all).await?;
    listing.page(drafts.iter().map(DraftOutline::of).collect(), |draft| draft.number)
}

/// Return one draft with its texts.
#[utoipa::path(
    get,
    path = "/api/v1/drafts/{draft}",
    tag = "rules",
    params(("draft" = DraftNumber, Path, description = "Number of the draft")),
    responses((status = 200, description = "The draft, with its revision in `ETag`", body = DraftView))
)]
pub(super) async fn find_draft(
    desk: Desk,
    number: web::Path<DraftNumber>,
) -> Result<HttpResponse, Problem> {
    Ok(answered(&cycle::draft(&desk, *number).await?))
}

/// Open a rule draft. It takes effect only once another person publishes it.
#[utoipa::path(
    post,
    path = "/api/v1/drafts",
    tag = "rules",
    request_body = DraftBody,
    responses((status = 201, description = "The new draft, with its revision in `ETag`", body = DraftView), Conflict, Unprocessable)
)]
pub(super) async fn open_draft(
    desk: Desk,
    body: web::Json<DraftBody>,
) -> Result<HttpResponse, Problem> {
    let draft = save(&desk, None, body.into_inner()).await?;
    let outline = &draft.outline;
    Ok(HttpResponse::Created()
        .insert_header((header::LOCATION, format!("/api/v1/drafts/{}", outline.number)))
        .insert_header(etag(outline.revision))
        .json(&draft))
}

/// Save a draft. The files in the body replace all its files.
#[utoipa::path(
    put,
    path = "/api/v1/drafts/{draft}",
    tag = "rules",
    params(("draft" = DraftNumber, Path, description = "Number of the draft"), SeenRevision),
    request_body = DraftBody,
    responses(
        (status = 200, description = "The saved draft, with its new revision in `ETag`", body = DraftView),
        Conflict, Stale, Unprocessable, NoRevision
    )
)]
pub(super) async fn save_draft(
    desk: Desk,
    number: web::Path<DraftNumber>,
    Seen(revision): Seen,
    body: web::Json<DraftBody>,
) -> Result<HttpResponse, Problem> {
    Ok(answered(&save(&desk, Some((*number, revision)), body.into_inner()).await?))
}

async fn save(
    desk: &Desk,
    over: Option<(DraftNumber, i64)>,
    body: DraftBody,
) -> Result<DraftView, Problem> {
    let DraftBody { comment, files, thresholds } = body;
    let act = desk.act(&comment)?;
    let thresholds: Vec<(String, String)> =
        thresholds.into_iter().map(|(name, value)| (name, value.to_string())).collect();
    let files = cycle::amended(desk, None, files, &BTreeSet::new(), &thresholds).await?;
    Ok(cycle::save_draft(desk, over, files, &act).await?)
}

/// Submit a draft for review. It cannot be edited until it is published or returned.
#[utoipa::path(
    post,
    path = "/api/v1/drafts/{draft}/submission",
    tag = "rules",
    params(("draft" = DraftNumber, Path, description = "Number of the draft"), SeenRevision),
    request_body = StepBody,
    responses(
        (status = 200, description = "The draft, with its new revision in `ETag`", body = DraftView),
        Conflict, Stale, Unprocessable, NoRevision
    )
)]
pub(super) async fn submit_draft(
    desk: Desk,
    number: web::Path<DraftNumber>,
    seen: Seen,
    body: web::Json<StepBody>,
) -> Result<HttpResponse, Problem> {
    step(&desk, (*number, seen), DraftStep::Submitted, &body).await
}

/// Return a draft in review to its authors.
#[utoipa::path(
    post,
    path = "/api/v1/drafts/{draft}/return",
    tag = "rules",
    params(("draft" = DraftNumber, Path, description = "Number of the draft"), SeenRevision),
    request_body = StepBody,
    responses(
        (status = 200, description = "The draft, with its new revision in `ETag`", body = DraftView),
        Conflict, Stale, Unprocessable, NoRevision
    )
)]
pub(super) async fn return_draft(
    desk: Desk,
    number: web::Path<DraftNumber>,
    seen: Seen,
    body: web::Json<StepBody>,
) -> Result<HttpResponse, Problem> {
    step(&desk, (*number, seen), DraftStep::Returned, &body).await
}

/// Withdraw a draft.
#[utoipa::path(
    post,
    path = "/api/v1/drafts/{draft}/withdrawal",
    tag = "rules",
    params(("draft" = DraftNumber, Path, description = "Number of the draft"), SeenRevision),
    request_body = StepBody,
    responses(
        (status = 200, description = "The draft, with its new revision in `ETag`", body = DraftView),
        Conflict, Stale, Unprocessable, NoRevision
    )
)]
pub(super) async fn withdraw_draft(
    desk: Desk,
    number: web::Path<DraftNumber>,
    seen: Seen,
    body: web::Json<StepBody>,
) -> Result<HttpResponse, Problem> {
    step(&desk, (*number, seen), DraftStep::Withdrawn, &body).await
}

async fn step(
    desk: &Desk,
    (number, Seen(revision)): (DraftNumber, Seen),
    step: DraftStep,
    body: &StepBody,
) -> Result<HttpResponse, Problem> {
    let act = desk.act(&body.reason)?;
    Ok(answered(&cycle::step_draft(desk, (number, Some(revision)), step, &act).await?))
}

fn answered(draft: &DraftView) -> HttpResponse {
    HttpResponse::Ok().insert_header(etag(draft.outline.revision)).json(draft)
}

impl From<DraftRefusal> for Problem {
    fn from(refusal: DraftRefusal) -> Self {
        let words = refusal.to_string();
        match refusal {
            DraftRefusal::OwnWork { .. } => Self::OwnWork(words),
            DraftRefusal::ForceMoved => Self::Stale(words),
            DraftRefusal::TooLong { .. }
            | DraftRefusal::HowMany { .. }
            | DraftRefusal::Words { .. } => Self::OutOfBounds(words),
            DraftRefusal::Frozen { .. }
            | DraftRefusal::NotInReview { .. }
            | DraftRefusal::Over { .. }
            | DraftRefusal::Held { .. }
            | DraftRefusal::Moved { .. }
            | DraftRefusal::Unchanged { .. }
            | DraftRefusal::NotOverridden { .. }
            | DraftRefusal::NotAlone { .. }
            | DraftRefusal::WouldOrphan { .. }
            | DraftRefusal::OverHttpOnly => Self::Refused(words),
        }
    }
}
