//! Known projects with their names, and links between projects that are one.

use actix_web::web;
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::context::RequestContext;
use crate::api::extract::page::{Listing, NoFilters, Page};
use crate::api::openapi::answers::Conflict;
use crate::api::problem::kinds::Problem;
use crate::domain::action_bodies::{NewLink, Reason};
use crate::domain::ids::ProjectId;
use crate::domain::portfolio::import::KnownProject;
use crate::intake::name_key;

/// List every known project with all its names.
#[utoipa::path(
    get,
    path = "/api/v1/known-projects",
    responses((status = 200, description = "A page of projects", body = Page<KnownProject>))
)]
pub(crate) async fn list_known_projects(
    context: RequestContext,
    listing: Listing<NoFilters>,
) -> Result<Page<KnownProject>, Problem> {
    listing.page(context.store.known_projects().await?, |known| known.project.clone())
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Linked {
    /// The resulting project, with all its names.
    project: KnownProject,
    /// Whether the alias table contains this link too. If not, future editions will not apply it.
    in_alias_table: bool,
}

/// Link a project to another one: from now on both are one project, in past editions too.
#[utoipa::path(
    post,
    path = "/api/v1/projects/{project}/link",
    params(("project" = ProjectId, Path, description = "The project, by id or by any of its names")),
    request_body = NewLink,
    responses(
        (status = 200, description = "The project that both now are", body = Linked),
        Conflict
    )
)]
pub(crate) async fn link_project(
    context: RequestContext,
    project: web::Path<String>,
    body: web::Json<NewLink>,
) -> Result<web::Json<Linked>, Problem> {
    let known = context.store.known_projects().await?;
    let (from, into) = (called(&known, &project), called(&known, body.into.as_str()));
    let reader = context.action_settings().reader(&context).await?;
    let in_alias_table =
        reader.aliases().implied_links(&known).contains(&(from.clone(), into.clone()));
    context.store.link(&from, &into, &context.act(body.reason.as_str())?).await?;
    Ok(web::Json(Linked { project: known_project(&context, &into).await?, in_alias_table }))
}

/// Undo a link: the project is separate again.
#[utoipa::path(
    post,
    path = "/api/v1/projects/{project}/unlink",
    params(("project" = ProjectId, Path, description = "Its own id")),
    request_body = Reason,
    responses(
        (status = 200, description = "The separate project", body = KnownProject),
        Conflict
    )
)]
pub(crate) async fn unlink_project(
    context: RequestContext,
    project: web::Path<String>,
    body: web::Json<Reason>,
) -> Result<web::Json<KnownProject>, Problem> {
    let project = ProjectId::new(project.into_inner());
    context.store.unlink(&project, &context.act(body.reason.as_str())?).await?;
    Ok(web::Json(known_project(&context, &project).await?))
}

/// The project with this name. Anything else is taken as an id, which the store checks.
fn called(known: &[KnownProject], name: &str) -> ProjectId {
    let wanted = name_key(name);
    let named =
        known.iter().find(|one| one.names.iter().any(|one_name| name_key(one_name) == wanted));
    named.map_or_else(|| ProjectId::new(name), |project| project.project.clone())
}

async fn known_project(context: &RequestContext, id: &ProjectId) -> Result<KnownProject, Problem> {
    let known = context.store.known_projects().await?;
    let found = known.into_iter().find(|known| known.project == *id);
    found.ok_or_else(|| Problem::NotFound { kind: "project", id: id.to_string() })
}
