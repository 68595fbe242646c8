//! Alerts, and how one came to be what it is.

use actix_web::web;
use serde::Deserialize;

use super::alert_filter::AlertQuery;
use super::desk::Desk;
use super::error::Problem;
use super::page::Listing;
use super::page::Page;
use super::query::is_wanted;
use crate::cycle;
use crate::cycle::AlertDossier;
use crate::cycle::AlertLine;
use crate::domain::acts::NewAcknowledgement;
use crate::domain::alert::Alert;
use crate::domain::dispute::Dispute;
use crate::domain::dispute::DisputeState;
use crate::domain::ids::AlertId;
use crate::domain::ids::MinistryCode;
use crate::domain::ids::ProjectId;
use crate::domain::ids::RuleId;
use crate::domain::silence::Silence;
use crate::domain::silence::SilenceScope;

/// List alerts by rule and subject, resolved ones included, with how each is handled.
#[utoipa::path(
    get,
    path = "/api/v1/alerts",
    tag = "alerts",
    params(AlertQuery),
    responses((status = 200, description = "As asked", body = Page<AlertLine>))
)]
pub(super) async fn list_alerts(
    desk: Desk,
    asked: Listing<AlertQuery>,
) -> Result<Page<AlertLine>, Problem> {
    let alerts = asked.choose(&desk, desk.store.standing_alerts().await?).await?;
    let lines = cycle::alert_lines(&desk, alerts).await?;
    asked.page(lines, |AlertLine { alert, .. }| (alert.rule.clone(), alert.subject.clone()))
}

/// Find one alert, how it is handled, and its history.
#[utoipa::path(
    get,
    path = "/api/v1/alerts/{alert}",
    tag = "alerts",
    params(("alert" = AlertId, Path, description = "Id of the alert, or the beginning of it that no other has")),
    responses((status = 200, description = "As asked", body = AlertDossier))
)]
pub(super) async fn find_alert(
    desk: Desk,
    id: web::Path<String>,
) -> Result<web::Json<AlertDossier>, Problem> {
    let found = find(&desk, id.into_inner()).await?;
    Ok(web::Json(cycle::dossier(&desk, found).await?))
}

/// Say that someone has seen the alert as it is.
#[utoipa::path(
    post,
    path = "/api/v1/alerts/{alert}/acknowledgement",
    tag = "alerts",
    params(("alert" = AlertId, Path, description = "Id of the alert, or the beginning of it that no other has")),
    request_body = NewAcknowledgement,
    responses((status = 200, description = "The alert, seen", body = AlertDossier))
)]
pub(super) async fn acknowledge(
    desk: Desk,
    id: web::Path<String>,
    body: web::Json<NewAcknowledgement>,
) -> Result<web::Json<AlertDossier>, Problem> {
    let found = find(&desk, id.into_inner()).await?;
    cycle::acknowledge(&desk, &found, &desk.act(body.reason.as_str())?).await?;
    Ok(web::Json(cycle::dossier(&desk, found).await?))
}

/// The alert whose id is `id`, or the only one whose id begins so.
pub(super) async fn find(desk: &Desk, id: String) -> Result<Alert, Problem> {
    Ok(cycle::find_alert(desk, &id).await?)
}

#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct SilenceQuery {
    /// Whether it is over.
    ended: Option<bool>,
    rule: Vec<RuleId>,
    project: Vec<ProjectId>,
    ministry: Vec<MinistryCode>,
}

/// List silences, those that are over included.
#[utoipa::path(
    get,
    path = "/api/v1/silences",
    tag = "alerts",
    params(SilenceQuery),
    responses((status = 200, description = "As asked", body = Page<Silence>))
)]
pub(super) async fn list_silences(
    desk: Desk,
    asked: Listing<SilenceQuery>,
) -> Result<Page<Silence>, Problem> {
    let mut silences = desk.store.silences().await?;
    silences.retain(|silence| {
        let SilenceScope { rule, project, ministry } = &silence.scope;
        asked.ended.is_none_or(|ended| silence.ended.is_some() == ended)
            && (asked.rule.is_empty() || rule.iter().any(|rule| asked.rule.contains(rule)))
            && (asked.project.is_empty() || project.iter().any(|one| asked.project.contains(one)))
            && (asked.ministry.is_empty()
                || ministry.iter().any(|one| asked.ministry.contains(one)))
    });
    asked.page(silences, |silence| silence.number)
}

#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct DisputeQuery {
    state: Vec<DisputeState>,
    project: Vec<ProjectId>,
    alert: Vec<AlertId>,
}

/// List disputes of projects' teams, those that are over included.
#[utoipa::path(
    get,
    path = "/api/v1/disputes",
    tag = "alerts",
    params(DisputeQuery),
    responses((status = 200, description = "As asked", body = Page<Dispute>))
)]
pub(super) async fn list_disputes(
    desk: Desk,
    asked: Listing<DisputeQuery>,
) -> Result<Page<Dispute>, Problem> {
    let mut disputes = desk.store.disputes().await?;
    disputes.retain(|dispute| {
        is_wanted(&asked.state, &dispute.state)
            && is_wanted(&asked.project, &dispute.project)
            && is_wanted(&asked.alert, &dispute.alert)
    });
    asked.page(disputes, |dispute| dispute.number)
}
