//! Alerts, silences and disputes: lists, and the history of one alert.

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
    responses((status = 200, description = "A page of alerts", body = Page<AlertLine>))
)]
pub(super) async fn list_alerts(
    desk: Desk,
    listing: Listing<AlertQuery>,
) -> Result<Page<AlertLine>, Problem> {
    let alerts = listing.choose(&desk, desk.store.standing_alerts().await?).await?;
    let lines = cycle::alert_lines(&desk, alerts).await?;
    listing.page(lines, |AlertLine { alert, .. }| (alert.rule.clone(), alert.subject.clone()))
}

/// Return one alert with its handling, silences, disputes and history.
#[utoipa::path(
    get,
    path = "/api/v1/alerts/{alert}",
    tag = "alerts",
    params(("alert" = AlertId, Path, description = "Id of the alert, or the beginning of it that no other has")),
    responses((status = 200, description = "The alert", body = AlertDossier))
)]
pub(super) async fn find_alert(
    desk: Desk,
    id: web::Path<String>,
) -> Result<web::Json<AlertDossier>, Problem> {
    let found = find(&desk, id.into_inner()).await?;
    Ok(web::Json(cycle::dossier(&desk, found).await?))
}

/// Acknowledge an alert as it is now.
#[utoipa::path(
    post,
    path = "/api/v1/alerts/{alert}/acknowledgement",
    tag = "alerts",
    params(("alert" = AlertId, Path, description = "Id of the alert, or the beginning of it that no other has")),
    request_body = NewAcknowledgement,
    responses((status = 200, description = "The acknowledged alert", body = AlertDossier))
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
    /// Whether the silence has ended.
    ended: Option<bool>,
    /// Id of the rule that the silence names.
    rule: Vec<RuleId>,
    /// Id of the project that the silence names.
    project: Vec<ProjectId>,
    /// Code of the ministry that the silence names.
    ministry: Vec<MinistryCode>,
}

/// List silences, ended ones included.
#[utoipa::path(
    get,
    path = "/api/v1/silences",
    tag = "alerts",
    params(SilenceQuery),
    responses((status = 200, description = "A page of silences", body = Page<Silence>))
)]
pub(super) async fn list_silences(
    desk: Desk,
    listing: Listing<SilenceQuery>,
) -> Result<Page<Silence>, Problem> {
    let mut silences = desk.store.silences().await?;
    silences.retain(|silence| {
        let SilenceScope { rule, project, ministry } = &silence.scope;
        listing.ended.is_none_or(|ended| silence.ended.is_some() == ended)
            && (listing.rule.is_empty() || rule.iter().any(|rule| listing.rule.contains(rule)))
            && (listing.project.is_empty()
                || project.iter().any(|one| listing.project.contains(one)))
            && (listing.ministry.is_empty()
                || ministry.iter().any(|one| listing.ministry.contains(one)))
    });
    listing.page(silences, |silence| silence.number)
}

#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct DisputeQuery {
    /// State of the dispute.
    state: Vec<DisputeState>,
    /// Id of the project whose team raised the dispute.
    project: Vec<ProjectId>,
    /// Id of the disputed alert.
    alert: Vec<AlertId>,
}

/// List disputes raised by project teams, settled ones included.
#[utoipa::path(
    get,
    path = "/api/v1/disputes",
    tag = "alerts",
    params(DisputeQuery),
    responses((status = 200, description = "A page of disputes", body = Page<Dispute>))
)]
pub(super) async fn list_disputes(
    desk: Desk,
    listing: Listing<DisputeQuery>,
) -> Result<Page<Dispute>, Problem> {
    let mut disputes = desk.store.disputes().await?;
    disputes.retain(|dispute| {
        is_wanted(&listing.state, &dispute.state)
            && is_wanted(&listing.project, &dispute.project)
            && is_wanted(&listing.alert, &dispute.alert)
    });
    listing.page(disputes, |dispute| dispute.number)
}
