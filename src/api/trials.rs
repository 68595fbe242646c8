//! Trials of rules that are not in force: check, run test cases, compare with the rules in force.

use std::collections::BTreeMap;

use actix_web::web;
use chrono::NaiveDate;
use serde::Deserialize;
use serde::Serialize;
use utoipa::ToSchema;

use super::desk::Desk;
use super::error::Problem;
use super::openapi::NoData;
use super::openapi::Unavailable;
use super::openapi::Unprocessable;
use super::page::Listing;
use super::page::NoFilters;
use super::page::Page;
use super::problem_errors::fault_errors;
use super::query::Asked;
use super::trial_access::Trials;
use crate::cycle;
use crate::cycle::CatalogueDiff;
use crate::cycle::Proof;
use crate::domain::ids::DraftNumber;
use crate::domain::overlay::RulePath;
use crate::rules::RuleFault;
use crate::rules::Threshold;

/// Files to apply over the catalogue in force. They are not stored.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct FilesBody {
    /// Texts of the files, by path.
    files: BTreeMap<RulePath, String>,
}

/// Warnings about rules that compile.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Checked {
    remarks: Vec<RuleFault>,
}

/// Check rule files. The response is 422 if there are errors, with file, line, column and hint.
#[utoipa::path(
    post,
    path = "/api/v1/trials/check",
    tag = "rules",
    request_body = FilesBody,
    responses((status = 200, description = "There are no errors; warnings may remain", body = Checked), Unprocessable, Unavailable)
)]
pub(super) async fn check_rules(
    desk: Desk,
    trials: Trials,
    body: web::Json<FilesBody>,
) -> Result<web::Json<Checked>, Problem> {
    let trial = trials.begin(&desk).await?;
    let (faults, remarks) = cycle::check_files(&desk, &trial, body.into_inner().files).await?;
    if faults.is_empty() {
        return Ok(web::Json(Checked { remarks }));
    }
    let detail = format!("{} errors in the rules", faults.len());
    Err(Problem::Unproved { detail, errors: fault_errors(&faults) })
}

/// Run every test case with these files in place.
#[utoipa::path(
    post,
    path = "/api/v1/trials/test",
    tag = "rules",
    request_body = FilesBody,
    responses(
        (status = 200, description = "The results of the test cases", body = Proof),
        Unprocessable, Unavailable
    )
)]
pub(super) async fn test_rules(
    desk: Desk,
    trials: Trials,
    body: web::Json<FilesBody>,
) -> Result<web::Json<Proof>, Problem> {
    let trial = trials.begin(&desk).await?;
    Ok(web::Json(cycle::prove_files(&desk, &trial, body.into_inner().files).await?))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct DiffQuery {
    /// Date as of which rules are evaluated; today in Paris by default.
    as_of: Option<NaiveDate>,
}

/// Compare the verdicts, alerts and missions before and after these files, on the projects visible to the caller.
#[utoipa::path(
    post,
    path = "/api/v1/trials/diff",
    tag = "rules",
    params(DiffQuery),
    request_body = FilesBody,
    responses(
        (status = 200, description = "The differences between the catalogue in force and the same with these files", body = CatalogueDiff),
        NoData, Unprocessable, Unavailable
    )
)]
pub(super) async fn diff_rules(
    desk: Desk,
    trials: Trials,
    query: Asked<DiffQuery>,
    body: web::Json<FilesBody>,
) -> Result<web::Json<CatalogueDiff>, Problem> {
    let trial = trials.begin(&desk).await?;
    let files = body.into_inner().files;
    Ok(web::Json(cycle::diff_files(&desk, &trial, files, query.as_of).await?))
}

/// Run every test case with the draft in place.
#[utoipa::path(
    get,
    path = "/api/v1/drafts/{draft}/proof",
    tag = "rules",
    params(("draft" = DraftNumber, Path, description = "Number of the draft")),
    responses(
        (status = 200, description = "The results of the test cases", body = Proof),
        Unprocessable, Unavailable
    )
)]
pub(super) async fn prove_draft(
    desk: Desk,
    trials: Trials,
    number: web::Path<DraftNumber>,
) -> Result<web::Json<Proof>, Problem> {
    let trial = trials.begin(&desk).await?;
    Ok(web::Json(cycle::prove_draft(&desk, &trial, *number).await?))
}

/// Compare the verdicts, alerts and missions before and after a draft, on the projects visible to the caller.
#[utoipa::path(
    get,
    path = "/api/v1/drafts/{draft}/diff",
    tag = "rules",
    params(("draft" = DraftNumber, Path, description = "Number of the draft"), DiffQuery),
    responses(
        (status = 200, description = "The differences between the catalogue in force and the draft", body = CatalogueDiff),
        NoData, Unprocessable, Unavailable
    )
)]
pub(super) async fn diff_draft(
    desk: Desk,
    trials: Trials,
    number: web::Path<DraftNumber>,
    query: Asked<DiffQuery>,
) -> Result<web::Json<CatalogueDiff>, Problem> {
    let trial = trials.begin(&desk).await?;
    Ok(web::Json(cycle::diff_draft(&desk, &trial, *number, query.as_of).await?))
}

/// List the thresholds in force. Drafts can change their values.
#[utoipa::path(
    get,
    path = "/api/v1/thresholds",
    tag = "rules",
    responses((status = 200, description = "A page of thresholds, by name", body = Page<Threshold>))
)]
pub(super) async fn list_thresholds(
    desk: Desk,
    listing: Listing<NoFilters>,
) -> Result<Page<Threshold>, Problem> {
    let in_force = cycle::catalogue(&desk).await?;
    let thresholds = in_force.catalogue.thresholds().iter().cloned();
    listing.page(thresholds.collect(), |threshold| threshold.name.clone())
}
