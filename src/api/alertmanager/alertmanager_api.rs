//! Read-only part of the Alertmanager API v2, for `amtool`, karma, Grafana and similar tools. Silences are made in Vigie's
//! own API: they last whole days, each with a reason.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use actix_web::web;
use serde::Deserialize;

use super::matchers::{Matcher, MatcherFault, MatcherText};
use super::shapes::{
    AlertGroup, AlertmanagerStatus, GettableAlert, GettableSilence, Office, SilenceState,
};
use super::{matchers, shapes};
use crate::api::context::RequestContext;
use crate::api::extract::query::{QueryFault, QueryParameters};
use crate::api::openapi::answers::Unprocessable;
use crate::api::problem::kinds::Problem;
use crate::application;

#[expect(clippy::struct_excessive_bools, reason = "the parameters are Alertmanager's")]
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::api) struct FiringQuery {
    /// Include alerts that are neither silenced nor inhibited.
    #[param(default = true)]
    active: bool,
    /// Include silenced alerts.
    #[param(default = true)]
    silenced: bool,
    /// Include alerts inhibited by another alert.
    #[param(default = true)]
    inhibited: bool,
    /// Has no effect: all alerts are processed.
    #[param(default = true)]
    unprocessed: bool,
    /// Label matchers, all of which must match: `severity="critical"`, `rule_id=~"D[12]"`.
    #[param(inline, max_items = 32)]
    filter: Vec<MatcherText>,
    /// Regular expression that the name of a receiver must match in whole.
    receiver: Option<String>,
}

impl Default for FiringQuery {
    fn default() -> Self {
        Self {
            active: true,
            silenced: true,
            inhibited: true,
            unprocessed: true,
            filter: Vec::new(),
            receiver: None,
        }
    }
}

/// List firing alerts (Alertmanager API v2).
#[utoipa::path(
    get,
    path = "/api/v2/alerts",
    params(FiringQuery),
    responses((status = 200, description = "The alerts", body = Vec<GettableAlert>), Unprocessable)
)]
pub(in crate::api) async fn list_firing(
    context: RequestContext,
    query: QueryParameters<FiringQuery>,
) -> Result<web::Json<Vec<GettableAlert>>, Problem> {
    Ok(web::Json(firing(&context, &query).await?))
}

/// List firing alerts by ministry and receiver (Alertmanager API v2).
#[utoipa::path(
    get,
    path = "/api/v2/alerts/groups",
    params(FiringQuery),
    responses((status = 200, description = "The groups of alerts", body = Vec<AlertGroup>), Unprocessable)
)]
pub(in crate::api) async fn list_firing_groups(
    context: RequestContext,
    query: QueryParameters<FiringQuery>,
) -> Result<web::Json<Vec<AlertGroup>>, Problem> {
    Ok(web::Json(AlertGroup::all(firing(&context, &query).await?)))
}

async fn firing(
    context: &RequestContext,
    query: &FiringQuery,
) -> Result<Vec<GettableAlert>, Problem> {
    let matchers = Matcher::parse_all(&query.filter).map_err(|fault| unusable("filter", &fault))?;
    let receiver = query.receiver.as_deref().map(matchers::pattern).transpose();
    let receiver = receiver.map_err(|fault| unusable("receiver", &fault))?;
    let firing = application::firing(context).await?.into_iter();
    let mut alerts: Vec<GettableAlert> =
        firing.map(|firing| GettableAlert::of(firing, &context.notify.public_url)).collect();
    alerts.retain(|alert| {
        let status = alert.status();
        (query.active || !status.is_active())
            && (query.silenced || status.silenced_by.is_empty())
            && (query.inhibited || status.inhibited_by.is_empty())
            && matchers.iter().all(|matcher| matcher.fits(alert.labels()))
            && receiver.as_ref().is_none_or(|receiver| {
                alert.receivers().iter().any(|office| receiver.is_match(&office.name))
            })
    });
    Ok(alerts)
}

/// List the receivers of firing alerts (Alertmanager API v2).
#[utoipa::path(
    get,
    path = "/api/v2/receivers",
    responses((status = 200, description = "The receivers", body = Vec<Office>))
)]
pub(in crate::api) async fn list_offices(
    context: RequestContext,
) -> Result<web::Json<Vec<Office>>, Problem> {
    let alerts = firing(&context, &FiringQuery::default()).await?;
    let offices: BTreeSet<Office> =
        alerts.iter().flat_map(GettableAlert::receivers).cloned().collect();
    Ok(web::Json(offices.into_iter().collect()))
}

#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::api) struct QuietQuery {
    /// Label matchers on the labels that a silence names, all of which must match.
    #[param(inline, max_items = 32)]
    filter: Vec<MatcherText>,
    /// Author of the silence. May be repeated.
    creator: Vec<String>,
}

/// List silences (Alertmanager API v2): active ones first, then expired ones.
#[utoipa::path(
    get,
    path = "/api/v2/silences",
    params(QuietQuery),
    responses((status = 200, description = "The silences", body = Vec<GettableSilence>), Unprocessable)
)]
pub(in crate::api) async fn list_gettable_silences(
    context: RequestContext,
    query: QueryParameters<QuietQuery>,
) -> Result<web::Json<Vec<GettableSilence>>, Problem> {
    let matchers = Matcher::parse_all(&query.filter).map_err(|fault| unusable("filter", &fault))?;
    let now = context.clock.now();
    let known = context.store.silences().await?.into_iter();
    let mut silences: Vec<GettableSilence> =
        known.map(|silence| GettableSilence::of(&silence, now)).collect();
    silences.retain(|silence| {
        let by = silence.created_by();
        matchers.iter().all(|matcher| matcher.fits(&silence.labels()))
            && (query.creator.is_empty() || query.creator.iter().any(|creator| creator == by))
    });
    silences.sort_by_key(|silence| {
        let ends_at = silence.ends_at();
        match silence.state() {
            SilenceState::Active => (SilenceState::Active, Some(ends_at), None),
            SilenceState::Expired => (SilenceState::Expired, None, Some(Reverse(ends_at))),
        }
    });
    Ok(web::Json(silences))
}

/// Return one silence (Alertmanager API v2).
#[utoipa::path(
    get,
    path = "/api/v2/silence/{silenceID}",
    params(("silenceID" = String, Path, description = "Id of the silence, a UUID")),
    responses((status = 200, description = "The silence", body = GettableSilence))
)]
pub(in crate::api) async fn find_gettable_silence(
    context: RequestContext,
    id: web::Path<String>,
) -> Result<web::Json<GettableSilence>, Problem> {
    let id = id.into_inner();
    let number = shapes::silence_number(&id);
    let silences = context.store.silences().await?;
    let found = silences.into_iter().find(|silence| Some(silence.number) == number);
    let silence = found.ok_or(Problem::NotFound { kind: "silence", id })?;
    Ok(web::Json(GettableSilence::of(&silence, context.clock.now())))
}

/// Return the version of this service and when it started (Alertmanager API v2).
#[utoipa::path(
    get,
    path = "/api/v2/status",
    responses((status = 200, description = "The status", body = AlertmanagerStatus))
)]
pub(in crate::api) async fn find_status(context: RequestContext) -> web::Json<AlertmanagerStatus> {
    web::Json(AlertmanagerStatus::since(context.started_at()))
}

/// 422 for an invalid expression, which the OpenAPI schema cannot rule out; 400 for other faults.
fn unusable(parameter: &str, fault: &MatcherFault) -> Problem {
    let fault_of_parameter = QueryFault::of(parameter, fault.to_string());
    match fault {
        MatcherFault::Pattern { .. } => Problem::Unfit(fault_of_parameter.to_string()),
        MatcherFault::Shape(_) | MatcherFault::Quotes(_) | MatcherFault::TooMany(_) => {
            fault_of_parameter.into()
        }
    }
}
