//! Alerts: the queue to work through, one alert, and what people do about it.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};

use crate::api::extract::alert_filter::AlertQuery;
use crate::api::resources::decisions::alerts::{find_alert, list_alerts};
use crate::api::{Page, Problem};
use crate::application;
use crate::application::AlertLine;
use crate::domain::alerts::alert::AlertState;
use crate::domain::bounded_text::OptionalText;
use crate::domain::level::Level;
use crate::web::confirmations::Confirmation;
use crate::web::context::{Heading, PageContext};
use crate::web::query::{PageQuery, Parameter, labels_of, plain, sorted_by, yes_no};

const PARAMETERS: &[Parameter] = &[
    labels_of::<AlertState>("etat", "state"),
    labels_of::<Level>("niveau", "level"),
    plain("regle", "rule"),
    plain("projet", "project"),
    plain("ministere", "ministry"),
    plain("depuis", "since"),
    yes_no("masquee", "hidden"),
    sorted_by(&[("niveau", "level"), ("regle", "rule"), ("depuis", "since")]),
];

#[derive(Debug, Serialize)]
struct AlertsView {
    query: PageQuery,
    alerts: Page<AlertLine>,
}

/// Lists the alerts.
///
/// # Errors
/// If a parameter is unknown, or the data cannot be read.
pub(in crate::web) async fn list(
    context: PageContext,
    query: PageQuery,
) -> Result<HttpResponse, Problem> {
    let listing = query.listing::<AlertQuery>(PARAMETERS)?;
    let alerts = list_alerts(context.request(), listing).await?;
    let view = AlertsView { query, alerts };
    context.page("pages/alerts.html", &Heading::of("Alertes", "alertes"), &view)
}

/// Shows one alert with its history.
///
/// # Errors
/// If there is no such alert among those that the caller sees, or the data cannot be read.
pub(in crate::web) async fn show(
    context: PageContext,
    alert: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let dossier = find_alert(context.request(), alert).await?.into_inner();
    let heading = Heading::of(&dossier.rule_title, "alerte").under(&[("Alertes", "/alertes")]);
    context.page("pages/alert.html", &heading, &dossier)
}

/// What the form that acknowledges an alert sends.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::web) struct AcknowledgementForm {
    reason: OptionalText,
}

/// Acknowledges an alert, and goes back to it.
///
/// # Errors
/// If there is no such alert, the reason is not acceptable, or the change cannot be written.
pub(in crate::web) async fn acknowledge(
    context: PageContext,
    alert: web::Path<String>,
    form: web::Form<AcknowledgementForm>,
) -> Result<HttpResponse, Problem> {
    let found = application::find_alert(&context, &alert).await?;
    application::acknowledge(&context, &found, &context.act(form.reason.as_str())?).await?;
    Ok(context.done(Confirmation::Acknowledged, &format!("/alertes/{}", found.id)))
}
