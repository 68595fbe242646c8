//! Rules tried before they are in force: their faults, their cases, and what they would change.

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

/// Files laid over what is in force, and kept nowhere.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct FilesBody {
    /// Texts by path.
    files: BTreeMap<RulePath, String>,
}

/// What surely is not meant, though the rules compile.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Checked {
    remarks: Vec<RuleFault>,
}

/// Find the faults of files, with file, line, column and hint: 422 when there are some.
#[utoipa::path(
    post,
    path = "/api/v1/trials/check",
    tag = "rules",
    request_body = FilesBody,
    responses((status = 200, description = "No fault", body = Checked), Unprocessable, Unavailable)
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
    let detail = format!("{} faults in the rules", faults.len());
    Err(Problem::Unproved { detail, errors: fault_errors(&faults) })
}

/// Run every case with these files in place.
#[utoipa::path(
    post,
    path = "/api/v1/trials/test",
    tag = "rules",
    request_body = FilesBody,
    responses(
        (status = 200, description = "How the cases ended", body = Proof),
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
    /// Today by default.
    as_of: Option<NaiveDate>,
}

/// Say what these files would change, on the projects that the caller sees.
#[utoipa::path(
    post,
    path = "/api/v1/trials/diff",
    tag = "rules",
    params(DiffQuery),
    request_body = FilesBody,
    responses(
        (status = 200, description = "As asked", body = CatalogueDiff),
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

/// Run every case as though a draft were published.
#[utoipa::path(
    get,
    path = "/api/v1/drafts/{draft}/proof",
    tag = "rules",
    params(("draft" = DraftNumber, Path, description = "Number of the draft")),
    responses(
        (status = 200, description = "How the cases ended", body = Proof),
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

/// Say what publishing a draft would change, on the projects that the caller sees.
#[utoipa::path(
    get,
    path = "/api/v1/drafts/{draft}/diff",
    tag = "rules",
    params(("draft" = DraftNumber, Path, description = "Number of the draft"), DiffQuery),
    responses(
        (status = 200, description = "As asked", body = CatalogueDiff),
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

/// List the thresholds in force; drafts give them other values.
#[utoipa::path(
    get,
    path = "/api/v1/thresholds",
    tag = "rules",
    responses((status = 200, description = "By name", body = Page<Threshold>))
)]
pub(super) async fn list_thresholds(
    desk: Desk,
    asked: Listing<NoFilters>,
) -> Result<Page<Threshold>, Problem> {
    let in_force = cycle::catalogue(&desk).await?;
    let thresholds = in_force.catalogue.thresholds().iter().cloned();
    asked.page(thresholds.collect(), |threshold| threshold.name.clone())
}
