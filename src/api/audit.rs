//! The audit trail, and whether it is still what was written.

use actix_web::get;
use actix_web::web;
use chrono::DateTime;
use chrono::Utc;
use serde::Deserialize;

use super::List;
use super::desk::Desk;
use super::error::Problem;
use super::query::Asked;
use crate::domain::audit::AuditEntry;
use crate::domain::fingerprint::Fingerprint;
use crate::store::AuditFilter;
use crate::store::AuditReport;

/// Entries given when nobody says how many, the latest ones; and at most.
const LISTED: u32 = 200;
const MOST: u32 = 10_000;

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct AuditQuery {
    subject: Option<String>,
    since: Option<DateTime<Utc>>,
    limit: Option<u32>,
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct VerifyQuery {
    expect: Option<String>,
}

/// List entries of the audit trail, oldest first.
#[utoipa::path(
    tag = "audit",
    params(AuditQuery),
    responses((status = 200, description = "As asked", body = List<AuditEntry>))
)]
#[get("/api/v1/audit")]
pub(super) async fn list_audit(
    desk: Desk,
    query: Asked<AuditQuery>,
) -> Result<web::Json<List<AuditEntry>>, Problem> {
    let AuditQuery { subject, since, limit } = query.into_inner();
    let limit = Some(limit.unwrap_or(LISTED).min(MOST));
    Ok(List::of(desk.store.audit(&AuditFilter { subject, since, limit }).await?))
}

/// Say whether the audit trail is as it was written.
#[utoipa::path(
    tag = "audit",
    params(VerifyQuery),
    responses((status = 200, description = "As asked", body = AuditReport))
)]
#[get("/api/v1/audit/verify")]
pub(super) async fn verify_audit(
    desk: Desk,
    query: Asked<VerifyQuery>,
) -> Result<web::Json<AuditReport>, Problem> {
    let expected = query.into_inner().expect.map(Fingerprint::from_kept);
    Ok(web::Json(desk.store.verify_audit(expected).await?))
}
