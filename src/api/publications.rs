//! What is in force over the shipped rules: published, rolled back, compared.

use actix_web::HttpResponse;
use actix_web::web;
use serde::Deserialize;
use utoipa::ToSchema;

use super::desk::Desk;
use super::drafts::StepBody;
use super::error::Problem;
use super::openapi::Conflict;
use super::openapi::NoRevision;
use super::openapi::Stale;
use super::openapi::Unavailable;
use super::openapi::Unprocessable;
use super::page::Listing;
use super::page::NoFilters;
use super::page::Page;
use super::page::Whole;
use super::query::Asked;
use super::revision::Seen;
use super::revision::SeenRevision;
use super::revision::etag;
use super::trial_access::Trials;
use crate::cycle;
use crate::cycle::FileComparison;
use crate::cycle::OverrideLine;
use crate::cycle::RollBack;
use crate::cycle::ThreeWay;
use crate::cycle::VersionText;
use crate::cycle::Wording;
use crate::domain::ids::DraftNumber;
use crate::domain::ids::PublicationNumber;
use crate::domain::overlay::Publication;

/// Put a draft in review in force: never by one of its authors, and only if every case passes.
#[utoipa::path(
    post,
    path = "/api/v1/drafts/{draft}/publication",
    tag = "rules",
    params(("draft" = DraftNumber, Path, description = "Number of the draft"), SeenRevision),
    request_body = StepBody,
    responses(
        (status = 200, description = "What is in force now", body = Publication),
        Conflict, Stale, Unprocessable, NoRevision, Unavailable
    )
)]
pub(super) async fn publish_draft(
    desk: Desk,
    trials: Trials,
    number: web::Path<DraftNumber>,
    Seen(revision): Seen,
    body: web::Json<StepBody>,
) -> Result<web::Json<Publication>, Problem> {
    let act = desk.act(&body.reason)?;
    let trial = trials.begin_act(&desk).await?;
    Ok(web::Json(cycle::publish(&desk, &trial, (*number, Some(revision)), &act).await?))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RollBackBody {
    /// Why, for those who come after.
    #[schema(min_length = 1, max_length = 4000)]
    reason: String,
    /// Back to the text that ships, whatever was published since; else to what was before the last
    /// publication.
    #[serde(default)]
    to_shipped: bool,
}

/// Put back in force what was before; `If-Match` is the `ETag` of `/api/v1/overrides`.
#[utoipa::path(
    post,
    path = "/api/v1/rules/{rule}/rollback",
    tag = "rules",
    params(("rule" = String, Path, description = "A rule by its id, or a file: `thresholds`"), SeenRevision),
    request_body = RollBackBody,
    responses(
        (status = 200, description = "What is in force now", body = Publication),
        Conflict, Stale, Unprocessable, NoRevision, Unavailable
    )
)]
pub(super) async fn roll_back_rule(
    desk: Desk,
    trials: Trials,
    name: web::Path<String>,
    Seen(upto): Seen,
    body: web::Json<RollBackBody>,
) -> Result<web::Json<Publication>, Problem> {
    let act = desk.act(&body.reason)?;
    let to = if body.to_shipped { RollBack::Shipped } else { RollBack::Former };
    let seen = Some(PublicationNumber(upto));
    let trial = trials.begin_act(&desk).await?;
    Ok(web::Json(cycle::roll_back(&desk, &trial, &name, (to, seen), &act).await?))
}

/// List what was put in force, by drafts and by roll backs.
#[utoipa::path(
    get,
    path = "/api/v1/publications",
    tag = "rules",
    responses((status = 200, description = "Oldest first", body = Page<Publication>))
)]
pub(super) async fn list_publications(
    desk: Desk,
    asked: Listing<NoFilters>,
) -> Result<Page<Publication>, Problem> {
    asked.page(desk.store.publications().await?, |publication| publication.number)
}

/// List the files that are overridden, and those of which a newer text ships.
///
/// `ETag` is the number of the last publication.
#[utoipa::path(
    get,
    path = "/api/v1/overrides",
    tag = "rules",
    responses((status = 200, description = "By path", body = Whole<OverrideLine>))
)]
pub(super) async fn list_overrides(desk: Desk) -> Result<HttpResponse, Problem> {
    let (upto, lines) = cycle::overrides(&desk).await?;
    Ok(HttpResponse::Ok().insert_header(etag(upto.0)).json(Whole::of(lines)))
}

/// Compare an override with the shipped text that it was written over, and with the one that ships now.
#[utoipa::path(
    get,
    path = "/api/v1/overrides/{rule}",
    tag = "rules",
    params(("rule" = String, Path, description = "A rule by its id, or a file: `thresholds`")),
    responses((status = 200, description = "The rule, its cases", body = Whole<ThreeWay>), Conflict)
)]
pub(super) async fn find_override(
    desk: Desk,
    name: web::Path<String>,
) -> Result<web::Json<Whole<ThreeWay>>, Problem> {
    Ok(Whole::of(cycle::three_way(&desk, &name).await?))
}

/// List the versions ever published of a rule and of its cases, with their texts.
#[utoipa::path(
    get,
    path = "/api/v1/rules/{rule}/versions",
    tag = "rules",
    params(("rule" = String, Path, description = "A rule by its id, or a file: `thresholds`")),
    responses((status = 200, description = "By path and number", body = Page<VersionText>))
)]
pub(super) async fn list_versions(
    desk: Desk,
    name: web::Path<String>,
    asked: Listing<NoFilters>,
) -> Result<Page<VersionText>, Problem> {
    let versions = cycle::versions(&desk, &name).await?;
    asked.page_as_is(versions, |one| (one.version.path.to_string(), one.version.number))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ComparisonQuery {
    /// `shipped`, `in-force`, the number of a version, or `draft-` and a number.
    #[param(
        example = "shipped",
        pattern = "^(shipped|in-force|[1-9][0-9]{0,17}|draft-[1-9][0-9]{0,17})$"
    )]
    from: String,
    /// The same.
    #[param(
        example = "in-force",
        pattern = "^(shipped|in-force|[1-9][0-9]{0,17}|draft-[1-9][0-9]{0,17})$"
    )]
    to: String,
}

/// Compare two wordings of a rule and of its cases.
#[utoipa::path(
    get,
    path = "/api/v1/rules/{rule}/comparison",
    tag = "rules",
    params(
        ("rule" = String, Path, description = "A rule by its id, or a file: `thresholds`"),
        ComparisonQuery
    ),
    responses((status = 200, description = "By path", body = Whole<FileComparison>))
)]
pub(super) async fn compare_rule(
    desk: Desk,
    name: web::Path<String>,
    query: Asked<ComparisonQuery>,
) -> Result<web::Json<Whole<FileComparison>>, Problem> {
    let wording = |word: &str| {
        word.parse::<Wording>().map_err(|fault| Problem::BadParameter(fault.to_string()))
    };
    let (from, to) = (wording(&query.from)?, wording(&query.to)?);
    Ok(Whole::of(cycle::compare(&desk, &name, from, to).await?))
}
