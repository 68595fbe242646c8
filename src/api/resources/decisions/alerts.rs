//! Alerts, silences and disputes: lists, and the history of one alert.

use actix_web::{HttpResponse, web};
use serde::Deserialize;

use crate::api::context::RequestContext;
use crate::api::extract::alert_filter::AlertQuery;
use crate::api::extract::page::{Listing, Page};
use crate::api::extract::query::is_wanted;
use crate::api::problem::kinds::Problem;
use crate::api::responses::created;
use crate::application;
use crate::application::{AlertDossier, AlertLine};
use crate::domain::action_bodies::{Assignment, Comment, Contestation, NewAcknowledgement};
use crate::domain::alerts::alert::Alert;
use crate::domain::alerts::dispute::{Dispute, DisputeState};
use crate::domain::alerts::silence::{Silence, SilenceScope};
use crate::domain::ids::{AlertId, MinistryCode, ProjectId, RuleId};

/// What the parameter `alert` of a path is.
const ALERT: &str = "Id of the alert, or the beginning of it that no other has";

/// List alerts by rule and subject, resolved ones included, with how each is handled.
#[utoipa::path(
    get,
    path = "/api/v1/alerts",
    params(AlertQuery),
    responses((status = 200, description = "A page of alerts", body = Page<AlertLine>))
)]
pub(crate) async fn list_alerts(
    context: RequestContext,
    listing: Listing<AlertQuery>,
) -> Result<Page<AlertLine>, Problem> {
    // Only those of the page are read with their evidence, unless their order depends on it.
    let is_by_text = listing.sort_fields().any(|field| field == "explanation");
    let mut alerts = listing.choose(&context, context.store.alerts_in_brief().await?).await?;
    if is_by_text {
        context.store.explain_alerts(alerts.iter_mut().collect()).await?;
    }
    let lines = application::alert_lines(&context, alerts).await?;
    let key = |AlertLine { alert, .. }: &AlertLine| (alert.rule.clone(), alert.subject.clone());
    let mut page = listing.page(lines, key)?;
    if !is_by_text {
        let of_page = page.entries_mut().iter_mut().map(|line| &mut line.alert);
        context.store.explain_alerts(of_page.collect()).await?;
    }
    Ok(page)
}

/// Return one alert with its handling, silences, disputes and history.
#[utoipa::path(
    get,
    path = "/api/v1/alerts/{alert}",
    params(("alert" = AlertId, Path, description = ALERT)),
    responses((status = 200, description = "The alert", body = AlertDossier))
)]
pub(crate) async fn find_alert(
    context: RequestContext,
    id: web::Path<String>,
) -> Result<web::Json<AlertDossier>, Problem> {
    let found = find(&context, id.into_inner()).await?;
    Ok(web::Json(application::dossier(&context, found).await?))
}

/// Acknowledge an alert as it is now.
#[utoipa::path(
    post,
    path = "/api/v1/alerts/{alert}/acknowledgement",
    params(("alert" = AlertId, Path, description = ALERT)),
    request_body = NewAcknowledgement,
    responses((status = 200, description = "The acknowledged alert", body = AlertDossier))
)]
pub(crate) async fn acknowledge(
    context: RequestContext,
    id: web::Path<String>,
    body: web::Json<NewAcknowledgement>,
) -> Result<web::Json<AlertDossier>, Problem> {
    let found = find(&context, id.into_inner()).await?;
    application::acknowledge(&context, &found, &context.act(body.reason.as_str())?).await?;
    Ok(web::Json(application::dossier(&context, found).await?))
}

/// The alert whose id is `id`, or the only one whose id begins so.
pub(crate) async fn find(context: &RequestContext, id: String) -> Result<Alert, Problem> {
    Ok(application::find_alert(context, &id).await?)
}

#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SilenceQuery {
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
    params(SilenceQuery),
    responses((status = 200, description = "A page of silences", body = Page<Silence>))
)]
pub(crate) async fn list_silences(
    context: RequestContext,
    listing: Listing<SilenceQuery>,
) -> Result<Page<Silence>, Problem> {
    let mut silences = context.store.silences().await?;
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
pub(crate) struct DisputeQuery {
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
    params(DisputeQuery),
    responses((status = 200, description = "A page of disputes", body = Page<Dispute>))
)]
pub(crate) async fn list_disputes(
    context: RequestContext,
    listing: Listing<DisputeQuery>,
) -> Result<Page<Dispute>, Problem> {
    let mut disputes = context.store.disputes().await?;
    disputes.retain(|dispute| {
        is_wanted(&listing.state, &dispute.state)
            && is_wanted(&listing.project, &dispute.project)
            && is_wanted(&listing.alert, &dispute.alert)
    });
    listing.page(disputes, |dispute| dispute.number)
}

/// Assign an alert to a person.
#[utoipa::path(
    post,
    path = "/api/v1/alerts/{alert}/assignment",
    params(("alert" = AlertId, Path, description = ALERT)),
    request_body = Assignment,
    responses((status = 200, description = "The assigned alert", body = AlertDossier))
)]
pub(crate) async fn assign_alert(
    context: RequestContext,
    id: web::Path<String>,
    body: web::Json<Assignment>,
) -> Result<web::Json<AlertDossier>, Problem> {
    let found = find(&context, id.into_inner()).await?;
    let act = context.act(body.reason.as_str())?;
    context.store.assign(&found.id, body.to.as_str(), &act).await?;
    Ok(web::Json(application::dossier(&context, found).await?))
}

/// Comment on an alert.
#[utoipa::path(
    post,
    path = "/api/v1/alerts/{alert}/comments",
    params(("alert" = AlertId, Path, description = ALERT)),
    request_body = Comment,
    responses((status = 200, description = "The alert, with the comment in its history", body = AlertDossier))
)]
pub(crate) async fn comment_alert(
    context: RequestContext,
    id: web::Path<String>,
    body: web::Json<Comment>,
) -> Result<web::Json<AlertDossier>, Problem> {
    let found = find(&context, id.into_inner()).await?;
    context.store.comment(&found.id, &context.act(body.text.as_str())?).await?;
    Ok(web::Json(application::dossier(&context, found).await?))
}

/// Record that a project's team disputes figures behind an alert.
#[utoipa::path(
    post,
    path = "/api/v1/alerts/{alert}/disputes",
    params(("alert" = AlertId, Path, description = ALERT)),
    request_body = Contestation,
    responses((status = 201, description = "The new dispute", body = Dispute,
        headers(("Location" = String, description = "Address of the dispute"))))
)]
pub(crate) async fn dispute_alert(
    context: RequestContext,
    id: web::Path<String>,
    body: web::Json<Contestation>,
) -> Result<HttpResponse, Problem> {
    let found = find(&context, id.into_inner()).await?;
    if body.fields.is_empty() {
        return Err(Problem::Unfit("`fields`: found none, expected at least one".to_owned()));
    }
    let act = context.act(body.text.as_str())?;
    let dispute = application::contest(&context, &found, &body, &act).await?;
    Ok(created(&format!("/api/v1/disputes/{}", dispute.number), &dispute))
}
