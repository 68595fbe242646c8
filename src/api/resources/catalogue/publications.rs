//! Publications over the shipped rules: publish, roll back, list, compare.

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use utoipa::ToSchema;

use super::drafts::StepBody;
use crate::api::context::RequestContext;
use crate::api::extract::if_match::{IfMatch, SeenRevision};
use crate::api::extract::page::{Collection, Listing, NoFilters, Page};
use crate::api::extract::query::QueryParameters;
use crate::api::extract::trial_access::Trials;
use crate::api::openapi::answers::{
    Conflict, NoRevision, Stale, UnavailableResponse, Unprocessable,
};
use crate::api::problem::kinds::Problem;
use crate::api::responses::at_revision;
use crate::application;
use crate::application::{FileComparison, OverrideLine, RollBack, ThreeWay, VersionText, Wording};
use crate::domain::ids::{DraftNumber, PublicationNumber};
use crate::domain::rules::overlay::Publication;

/// What the parameter `rule` of a path is.
const RULE: &str = "Id of the rule, or name of a file, such as `thresholds`";

/// Publish a draft in review. Its authors cannot publish it, and every test case must pass.
#[utoipa::path(
    post,
    path = "/api/v1/drafts/{draft}/publication",
    params(("draft" = DraftNumber, Path, description = "Number of the draft"), SeenRevision),
    request_body = StepBody,
    responses(
        (status = 200, description = "The publication", body = Publication),
        Conflict, Stale, Unprocessable, NoRevision, UnavailableResponse
    )
)]
pub(crate) async fn publish_draft(
    context: RequestContext,
    trials: Trials,
    number: web::Path<DraftNumber>,
    IfMatch(revision): IfMatch,
    body: web::Json<StepBody>,
) -> Result<web::Json<Publication>, Problem> {
    let act = context.act(&body.reason)?;
    let trial = trials.begin_act(&context).await?;
    Ok(web::Json(application::publish(&context, &trial, (*number, Some(revision)), &act).await?))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RollBackBody {
    /// Reason for the roll-back, recorded in the audit trail.
    #[schema(min_length = 1, max_length = 4000)]
    reason: String,
    /// Whether to go back to the shipped text. By default, the text before the last publication is put back in force.
    #[serde(default)]
    to_shipped: bool,
}

/// Roll a rule back to its previous text, or to the shipped one. `If-Match` takes the `ETag` of `/api/v1/overrides`.
#[utoipa::path(
    post,
    path = "/api/v1/rules/{rule}/rollback",
    params(("rule" = String, Path, description = RULE), SeenRevision),
    request_body = RollBackBody,
    responses(
        (status = 200, description = "The publication that puts the earlier text back in force", body = Publication),
        Conflict, Stale, Unprocessable, NoRevision, UnavailableResponse
    )
)]
pub(crate) async fn roll_back_rule(
    context: RequestContext,
    trials: Trials,
    name: web::Path<String>,
    IfMatch(upto): IfMatch,
    body: web::Json<RollBackBody>,
) -> Result<web::Json<Publication>, Problem> {
    let act = context.act(&body.reason)?;
    let to = if body.to_shipped { RollBack::Shipped } else { RollBack::Former };
    let seen = Some(PublicationNumber(upto));
    let trial = trials.begin_act(&context).await?;
    Ok(web::Json(application::roll_back(&context, &trial, &name, (to, seen), &act).await?))
}

/// List publications and roll-backs of rules.
#[utoipa::path(
    get,
    path = "/api/v1/publications",
    responses((status = 200, description = "A page of publications, oldest first", body = Page<Publication>))
)]
pub(crate) async fn list_publications(
    context: RequestContext,
    listing: Listing<NoFilters>,
) -> Result<Page<Publication>, Problem> {
    listing.page(context.store.publications().await?, |publication| publication.number)
}

/// List rule files that are overridden, and whether a newer version has shipped since.
///
/// `ETag` is the number of the last publication.
#[utoipa::path(
    get,
    path = "/api/v1/overrides",
    responses((status = 200, description = "The overridden files, by path", body = Collection<OverrideLine>))
)]
pub(crate) async fn list_overrides(context: RequestContext) -> Result<HttpResponse, Problem> {
    let (upto, lines) = application::overrides(&context).await?;
    Ok(at_revision(upto.0, &Collection::of(lines)))
}

/// Compare an override with the shipped text it was based on, and with the text that ships now.
#[utoipa::path(
    get,
    path = "/api/v1/overrides/{rule}",
    params(("rule" = String, Path, description = RULE)),
    responses((status = 200, description = "The comparison for the rule and for its test cases", body = Collection<ThreeWay>), Conflict)
)]
pub(crate) async fn find_override(
    context: RequestContext,
    name: web::Path<String>,
) -> Result<web::Json<Collection<ThreeWay>>, Problem> {
    Ok(Collection::of(application::three_way(&context, &name).await?))
}

/// List every published version of a rule and of its test cases, with its text.
#[utoipa::path(
    get,
    path = "/api/v1/rules/{rule}/versions",
    params(("rule" = String, Path, description = RULE)),
    responses((status = 200, description = "A page of versions, by path and number", body = Page<VersionText>))
)]
pub(crate) async fn list_versions(
    context: RequestContext,
    name: web::Path<String>,
    listing: Listing<NoFilters>,
) -> Result<Page<VersionText>, Problem> {
    let versions = application::versions(&context, &name).await?;
    listing.page_as_is(versions, |one| (one.version.path.to_string(), one.version.number))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ComparisonQuery {
    /// First text: `shipped`, `in-force`, the number of a version, or `draft-` and the number of a draft.
    #[param(
        example = "shipped",
        pattern = "^(shipped|in-force|[1-9][0-9]{0,17}|draft-[1-9][0-9]{0,17})$"
    )]
    from: String,
    /// Second text: `shipped`, `in-force`, the number of a version, or `draft-` and the number of a draft.
    #[param(
        example = "in-force",
        pattern = "^(shipped|in-force|[1-9][0-9]{0,17}|draft-[1-9][0-9]{0,17})$"
    )]
    to: String,
}

/// Compare two versions of a rule and of its test cases.
#[utoipa::path(
    get,
    path = "/api/v1/rules/{rule}/comparison",
    params(
        ("rule" = String, Path, description = RULE),
        ComparisonQuery
    ),
    responses((status = 200, description = "The differences, by path", body = Collection<FileComparison>))
)]
pub(crate) async fn compare_rule(
    context: RequestContext,
    name: web::Path<String>,
    query: QueryParameters<ComparisonQuery>,
) -> Result<web::Json<Collection<FileComparison>>, Problem> {
    let wording = |word: &str| {
        word.parse::<Wording>().map_err(|fault| Problem::BadParameter(fault.to_string()))
    };
    let (from, to) = (wording(&query.from)?, wording(&query.to)?);
    Ok(Collection::of(application::compare(&context, &name, from, to).await?))
}
