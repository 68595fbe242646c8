//! Alerts, and how one came to be what it is.

use actix_web::web;
use serde::Deserialize;
use serde::Serialize;

use super::List;
use super::error::Problem;
use crate::cycle::Parts;
use crate::domain::alert::Alert;
use crate::domain::alert::AlertChange;
use crate::domain::alert::AlertState;
use crate::domain::ids::AlertId;
use crate::domain::ids::CycleNumber;
use crate::domain::level::Level;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AlertQuery {
    state: Option<AlertState>,
    /// At least this one.
    level: Option<Level>,
    rule: Option<String>,
    subject: Option<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct AlertWithHistory {
    #[serde(flatten)]
    alert: Alert,
    history: Vec<(CycleNumber, AlertChange)>,
}

pub(super) async fn list_alerts(
    parts: web::Data<Parts>,
    query: web::Query<AlertQuery>,
) -> Result<web::Json<List<Alert>>, Problem> {
    let mut alerts = parts.store.standing_alerts().await?;
    alerts.retain(|alert| {
        query.state.is_none_or(|state| alert.state == state)
            && query.level.is_none_or(|level| alert.level >= level)
            && query.rule.as_deref().is_none_or(|rule| alert.rule.as_str() == rule)
            && query.subject.as_deref().is_none_or(|subject| alert.subject.to_string() == subject)
    });
    Ok(List::of(alerts))
}

pub(super) async fn find_alert(
    parts: web::Data<Parts>,
    id: web::Path<String>,
) -> Result<web::Json<AlertWithHistory>, Problem> {
    let id = AlertId::new(id.into_inner());
    let alert = parts.store.alert(&id).await?;
    let alert = alert.ok_or(Problem::NotFound { kind: "alert", id: id.to_string() })?;
    let history = parts.store.alert_history(&id).await?;
    Ok(web::Json(AlertWithHistory { alert, history }))
}
