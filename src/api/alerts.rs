//! Alerts, and how one came to be what it is.

use actix_web::get;
use actix_web::post;
use actix_web::web;
use serde::Deserialize;
use utoipa::ToSchema;

use super::List;
use super::desk::Desk;
use super::error::Problem;
use super::query::Asked;
use crate::cycle;
use crate::cycle::AlertDossier;
use crate::domain::alert::Alert;
use crate::domain::alert::AlertState;
use crate::domain::dispute::Dispute;
use crate::domain::ids::AlertId;
use crate::domain::level::Level;
use crate::domain::silence::Silence;

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct AlertQuery {
    state: Option<AlertState>,
    /// At least this one.
    level: Option<Level>,
    rule: Option<String>,
    subject: Option<String>,
}

/// List alerts, resolved ones included.
#[utoipa::path(
    tag = "alerts",
    params(AlertQuery),
    responses((status = 200, description = "As asked", body = List<Alert>))
)]
#[get("/api/v1/alerts")]
pub(super) async fn list_alerts(
    desk: Desk,
    query: Asked<AlertQuery>,
) -> Result<web::Json<List<Alert>>, Problem> {
    let mut alerts = desk.store.standing_alerts().await?;
    alerts.retain(|alert| {
        query.state.is_none_or(|state| alert.state == state)
            && query.level.is_none_or(|level| alert.level >= level)
            && query.rule.as_deref().is_none_or(|rule| alert.rule.as_str() == rule)
            && query.subject.as_deref().is_none_or(|subject| alert.subject.to_string() == subject)
    });
    Ok(List::of(alerts))
}

/// Find one alert, how it is handled, and its history.
#[utoipa::path(
    tag = "alerts",
    params(("alert" = AlertId, Path, description = "Id of the alert")),
    responses((status = 200, description = "As asked", body = AlertDossier))
)]
#[get("/api/v1/alerts/{alert}")]
pub(super) async fn find_alert(
    desk: Desk,
    id: web::Path<String>,
) -> Result<web::Json<AlertDossier>, Problem> {
    let found = find(&desk, id.into_inner()).await?;
    Ok(web::Json(cycle::dossier(&desk, found).await?))
}

/// What people say about what they do.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Reason {
    reason: String,
}

/// Say that someone has seen the alert as it is.
#[utoipa::path(
    tag = "alerts",
    params(("alert" = AlertId, Path, description = "Id of the alert")),
    request_body = Reason,
    responses((status = 200, description = "The alert, seen", body = AlertDossier))
)]
#[post("/api/v1/alerts/{alert}/acknowledgement")]
pub(super) async fn acknowledge(
    desk: Desk,
    id: web::Path<String>,
    body: web::Json<Reason>,
) -> Result<web::Json<AlertDossier>, Problem> {
    let found = find(&desk, id.into_inner()).await?;
    cycle::acknowledge(&desk, &found, &desk.act(&body.reason)?).await?;
    Ok(web::Json(cycle::dossier(&desk, found).await?))
}

async fn find(desk: &Desk, id: String) -> Result<Alert, Problem> {
    let alert = desk.store.alert(&AlertId::new(id.as_str())).await?;
    alert.ok_or(Problem::NotFound { kind: "alert", id })
}

/// List silences, those that are over included.
#[utoipa::path(
    tag = "alerts",
    responses((status = 200, description = "As asked", body = List<Silence>))
)]
#[get("/api/v1/silences")]
pub(super) async fn list_silences(desk: Desk) -> Result<web::Json<List<Silence>>, Problem> {
    Ok(List::of(desk.store.silences().await?))
}

/// List disputes of projects' teams, those that are over included.
#[utoipa::path(
    tag = "alerts",
    responses((status = 200, description = "As asked", body = List<Dispute>))
)]
#[get("/api/v1/disputes")]
pub(super) async fn list_disputes(desk: Desk) -> Result<web::Json<List<Dispute>>, Problem> {
    Ok(List::of(desk.store.disputes().await?))
}
