//! Actions on an alert: assign, comment, dispute its figures.

use actix_web::HttpResponse;
use actix_web::web;

use super::alerts::find;
use super::created;
use super::desk::Desk;
use super::error::Problem;
use crate::cycle;
use crate::cycle::AlertDossier;
use crate::domain::acts::Assignment;
use crate::domain::acts::Comment;
use crate::domain::acts::Contestation;
use crate::domain::dispute::Dispute;
use crate::domain::ids::AlertId;

/// Assign an alert to a person.
#[utoipa::path(
    post,
    path = "/api/v1/alerts/{alert}/assignment",
    tag = "alerts",
    params(("alert" = AlertId, Path, description = "Id of the alert, or the beginning of it that no other has")),
    request_body = Assignment,
    responses((status = 200, description = "The assigned alert", body = AlertDossier))
)]
pub(super) async fn assign_alert(
    desk: Desk,
    id: web::Path<String>,
    body: web::Json<Assignment>,
) -> Result<web::Json<AlertDossier>, Problem> {
    let found = find(&desk, id.into_inner()).await?;
    let act = desk.act(body.reason.as_str())?;
    desk.store.assign(&found.id, body.to.as_str(), &act).await?;
    Ok(web::Json(cycle::dossier(&desk, found).await?))
}

/// Comment on an alert.
#[utoipa::path(
    post,
    path = "/api/v1/alerts/{alert}/comments",
    tag = "alerts",
    params(("alert" = AlertId, Path, description = "Id of the alert, or the beginning of it that no other has")),
    request_body = Comment,
    responses((status = 200, description = "The alert, with the comment in its history", body = AlertDossier))
)]
pub(super) async fn comment_alert(
    desk: Desk,
    id: web::Path<String>,
    body: web::Json<Comment>,
) -> Result<web::Json<AlertDossier>, Problem> {
    let found = find(&desk, id.into_inner()).await?;
    desk.store.comment(&found.id, &desk.act(body.text.as_str())?).await?;
    Ok(web::Json(cycle::dossier(&desk, found).await?))
}

/// Record that a project's team disputes figures behind an alert.
#[utoipa::path(
    post,
    path = "/api/v1/alerts/{alert}/disputes",
    tag = "alerts",
    params(("alert" = AlertId, Path, description = "Id of the alert, or the beginning of it that no other has")),
    request_body = Contestation,
    responses((status = 201, description = "The new dispute", body = Dispute,
        headers(("Location" = String, description = "Address of the dispute"))))
)]
pub(super) async fn dispute_alert(
    desk: Desk,
    id: web::Path<String>,
    body: web::Json<Contestation>,
) -> Result<HttpResponse, Problem> {
    let found = find(&desk, id.into_inner()).await?;
    if body.fields.is_empty() {
        return Err(Problem::Unfit("`fields`: found none, expected at least one".to_owned()));
    }
    let act = desk.act(body.text.as_str())?;
    let dispute = cycle::contest(&desk, &found, &body, &act).await?;
    Ok(created(&format!("/api/v1/disputes/{}", dispute.number), &dispute))
}
