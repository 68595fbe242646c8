//! Why projects left the panorama.

use actix_web::web;

use crate::api::context::RequestContext;
use crate::api::extract::page::{Listing, NoFilters, Page};
use crate::api::openapi::answers::Conflict;
use crate::api::problem::kinds::Problem;
use crate::application;
use crate::domain::action_bodies::{ExitExplanation, Reason};
use crate::domain::portfolio::exit::ExitEntry;

/// List every explanation of an exit ever given or taken back, oldest first.
#[utoipa::path(
    get,
    path = "/api/v1/exits",
    responses((status = 200, description = "A page of explanations", body = Page<ExitEntry>))
)]
pub(crate) async fn list_exits(
    context: RequestContext,
    listing: Listing<NoFilters>,
) -> Result<Page<ExitEntry>, Problem> {
    listing.page(context.store.exit_log().await?, |entry| entry.number)
}

/// Explain why a project left the panorama: the next cycle closes its dormant alerts.
#[utoipa::path(
    post,
    path = "/api/v1/projects/{project}/exit",
    params(("project" = String, Path, description = "The project, by id or by any of its names")),
    request_body = ExitExplanation,
    responses((status = 200, description = "The explanation", body = ExitEntry), Conflict)
)]
pub(crate) async fn explain_exit(
    context: RequestContext,
    project: web::Path<String>,
    body: web::Json<ExitExplanation>,
) -> Result<web::Json<ExitEntry>, Problem> {
    let act = context.act(body.reason.as_str())?;
    let said = (Some(body.exit_reason), body.known_on);
    Ok(web::Json(application::explain_exit(&context, &project, said, &act).await?))
}

/// Take back the explanation of an exit: the project counts again as gone without a known reason.
#[utoipa::path(
    post,
    path = "/api/v1/projects/{project}/exit/withdraw",
    params(("project" = String, Path, description = "The project, by id or by any of its names")),
    request_body = Reason,
    responses((status = 200, description = "What was recorded", body = ExitEntry), Conflict)
)]
pub(crate) async fn withdraw_exit(
    context: RequestContext,
    project: web::Path<String>,
    body: web::Json<Reason>,
) -> Result<web::Json<ExitEntry>, Problem> {
    let act = context.act(body.reason.as_str())?;
    Ok(web::Json(application::explain_exit(&context, &project, (None, None), &act).await?))
}
