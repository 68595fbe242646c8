//! The audit trail and its verification.

use actix_web::web;
use chrono::{DateTime, Utc};
use serde::Deserialize;

use crate::api::context::RequestContext;
use crate::api::extract::page::{Listing, Page};
use crate::api::extract::query::{QueryFault, QueryParameters};
use crate::api::problem::kinds::Problem;
use crate::domain::accounts::audit::AuditEntry;
use crate::store::{AuditFilter, AuditReport};
use crate::support::fingerprint::Fingerprint;

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AuditQuery {
    /// A subject, such as `alert/4f2a…`, or a kind of subjects, such as `alert`.
    subject: Option<String>,
    /// Only entries at this instant or later (RFC 3339).
    since: Option<DateTime<Utc>>,
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::api) struct VerifyQuery {
    /// Hash of an entry noted earlier, which the trail must still contain.
    #[param(value_type = Option<Fingerprint>)]
    expect: Option<String>,
}

/// List entries of the audit trail, newest first.
#[utoipa::path(
    get,
    path = "/api/v1/audit",
    params(AuditQuery),
    responses((status = 200, description = "A page of audit entries", body = Page<AuditEntry>))
)]
pub(crate) async fn list_audit(
    context: RequestContext,
    listing: Listing<AuditQuery>,
) -> Result<Page<AuditEntry>, Problem> {
    let (before, limit) = (listing.after()?, Some(listing.fetch_limit()));
    let filter =
        AuditFilter { subject: listing.subject.clone(), since: listing.since, before, limit };
    let mut entries = context.store.audit(&filter).await?;
    entries.reverse();
    listing.fetched(entries, |entry| entry.number)
}

/// Verify the hash chain of the audit trail.
#[utoipa::path(
    get,
    path = "/api/v1/audit/verify",
    params(VerifyQuery),
    responses((status = 200, description = "The last entry of the trail, and the first entry that does not match, if any", body = AuditReport))
)]
pub(in crate::api) async fn verify_audit(
    context: RequestContext,
    query: QueryParameters<VerifyQuery>,
) -> Result<web::Json<AuditReport>, Problem> {
    let expected = query.into_inner().expect.map(noted).transpose()?;
    Ok(web::Json(context.store.verify_audit(expected).await?))
}

fn noted(found: String) -> Result<Fingerprint, Problem> {
    let words = format!("found `{found}`, expected a hash: 64 digits and letters from a to f");
    Fingerprint::presented(found).ok_or_else(|| QueryFault::of("expect", words).into())
}
