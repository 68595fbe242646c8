//! Which projects are one, and which are known under which names.

use actix_web::web;
use serde::Serialize;
use utoipa::ToSchema;

use super::desk::Desk;
use super::error::Problem;
use super::openapi::Conflict;
use super::page::Listing;
use super::page::NoFilters;
use super::page::Page;
use super::practice::Practice;
use crate::domain::acts::NewLink;
use crate::domain::acts::Reason;
use crate::domain::ids::ProjectId;
use crate::domain::import::KnownProject;
use crate::sources::name_key;

/// List every project that is known, with all its names.
#[utoipa::path(
    get,
    path = "/api/v1/known-projects",
    tag = "projects",
    responses((status = 200, description = "As asked", body = Page<KnownProject>))
)]
pub(super) async fn list_known_projects(
    desk: Desk,
    asked: Listing<NoFilters>,
) -> Result<Page<KnownProject>, Problem> {
    asked.page(desk.store.known_projects().await?, |known| known.project.clone())
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Linked {
    /// As it is known now.
    project: KnownProject,
    /// Whether the table of aliases says so too; else the next editions will not know it.
    in_alias_table: bool,
}

/// Say that a project is another one, in past editions too.
#[utoipa::path(
    post,
    path = "/api/v1/projects/{project}/link",
    tag = "projects",
    params(("project" = ProjectId, Path, description = "By id, or by any name it went by")),
    request_body = NewLink,
    responses(
        (status = 200, description = "The one project", body = Linked),
        Conflict
    )
)]
pub(super) async fn link_project(
    desk: Desk,
    practice: web::Data<Practice>,
    project: web::Path<String>,
    body: web::Json<NewLink>,
) -> Result<web::Json<Linked>, Problem> {
    let known = desk.store.known_projects().await?;
    let (from, into) = (called(&known, &project), called(&known, body.into.as_str()));
    let reader = practice.reader().await?;
    let in_alias_table =
        reader.aliases().implied_links(&known).contains(&(from.clone(), into.clone()));
    desk.store.link(&from, &into, &desk.act(body.reason.as_str())?).await?;
    Ok(web::Json(Linked { project: known_project(&desk, &into).await?, in_alias_table }))
}

/// Say that a project that was linked is one of its own after all.
#[utoipa::path(
    post,
    path = "/api/v1/projects/{project}/unlink",
    tag = "projects",
    params(("project" = ProjectId, Path, description = "Its own id")),
    request_body = Reason,
    responses(
        (status = 200, description = "The project, on its own", body = KnownProject),
        Conflict
    )
)]
pub(super) async fn unlink_project(
    desk: Desk,
    project: web::Path<String>,
    body: web::Json<Reason>,
) -> Result<web::Json<KnownProject>, Problem> {
    let project = ProjectId::new(project.into_inner());
    desk.store.unlink(&project, &desk.act(body.reason.as_str())?).await?;
    Ok(web::Json(known_project(&desk, &project).await?))
}

/// A name stands for its project; anything else is taken as an id, and the store says if it is none.
fn called(known: &[KnownProject], asked: &str) -> ProjectId {
    let wanted = name_key(asked);
    let named = known.iter().find(|one| one.names.iter().any(|name| name_key(name) == wanted));
    named.map_or_else(|| ProjectId::new(asked), |project| project.project.clone())
}

async fn known_project(desk: &Desk, id: &ProjectId) -> Result<KnownProject, Problem> {
    let known = desk.store.known_projects().await?;
    let found = known.into_iter().find(|known| known.project == *id);
    found.ok_or_else(|| Problem::NotFound { kind: "project", id: id.to_string() })
}
