//! Trials of rules that are not in force: check, run test cases, compare with the rules in force.

use std::collections::BTreeMap;

use actix_web::web;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::context::RequestContext;
use crate::api::extract::page::{Listing, NoFilters, Page};
use crate::api::extract::query::QueryParameters;
use crate::api::extract::rule_files::each_once;
use crate::api::extract::trial_access::Trials;
use crate::api::openapi::answers::{NoData, UnavailableResponse, Unprocessable};
use crate::api::problem::errors::fault_errors;
use crate::api::problem::kinds::Problem;
use crate::application;
use crate::application::{CatalogueDiff, Proof};
use crate::domain::ids::DraftNumber;
use crate::domain::rules::overlay::RulePath;
use crate::rules::{RuleFault, Threshold};

/// Files to apply over the catalogue in force. They are not stored.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FilesBody {
    /// Texts of the files, by path.
    #[serde(deserialize_with = "each_once")]
    files: BTreeMap<RulePath, String>,
}

/// Warnings about rules that compile.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Checked {
    remarks: Vec<RuleFault>,
}

/// Check rule files. The response is 422 if there are errors, with file, line, column and hint.
#[utoipa::path(
    post,
    path = "/api/v1/trials/check",
    request_body = FilesBody,
    responses((status = 200, description = "There are no errors; warnings may remain", body = Checked), Unprocessable, UnavailableResponse)
)]
pub(crate) async fn check_rules(
    context: RequestContext,
    trials: Trials,
    body: web::Json<FilesBody>,
) -> Result<web::Json<Checked>, Problem> {
    let trial = trials.begin(&context).await?;
    let (faults, remarks) =
        application::check_files(&context, &trial, body.into_inner().files).await?;
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
    request_body = FilesBody,
    responses(
        (status = 200, description = "The results of the test cases", body = Proof),
        Unprocessable, UnavailableResponse
    )
)]
pub(crate) async fn test_rules(
    context: RequestContext,
    trials: Trials,
    body: web::Json<FilesBody>,
) -> Result<web::Json<Proof>, Problem> {
    let trial = trials.begin(&context).await?;
    Ok(web::Json(application::prove_files(&context, &trial, body.into_inner().files).await?))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DiffQuery {
    /// Date as of which rules are evaluated; today in Paris by default.
    as_of: Option<NaiveDate>,
}

/// Compare the verdicts, alerts and missions before and after these files, on the projects visible to the caller.
#[utoipa::path(
    post,
    path = "/api/v1/trials/diff",
    params(DiffQuery),
    request_body = FilesBody,
    responses(
        (status = 200, description = "The differences between the catalogue in force and the same with these files", body = CatalogueDiff),
        NoData, Unprocessable, UnavailableResponse
    )
)]
pub(crate) async fn diff_rules(
    context: RequestContext,
    trials: Trials,
    query: QueryParameters<DiffQuery>,
    body: web::Json<FilesBody>,
) -> Result<web::Json<CatalogueDiff>, Problem> {
    let trial = trials.begin(&context).await?;
    let files = body.into_inner().files;
    Ok(web::Json(application::diff_files(&context, &trial, files, query.as_of).await?))
}

/// Run every test case with the draft in place.
#[utoipa::path(
    get,
    path = "/api/v1/drafts/{draft}/proof",
    params(("draft" = DraftNumber, Path, description = "Number of the draft")),
    responses(
        (status = 200, description = "The results of the test cases", body = Proof),
        Unprocessable, UnavailableResponse
    )
)]
pub(crate) async fn prove_draft(
    context: RequestContext,
    trials: Trials,
    number: web::Path<DraftNumber>,
) -> Result<web::Json<Proof>, Problem> {
    let trial = trials.begin(&context).await?;
    Ok(web::Json(application::prove_draft(&context, &trial, *number).await?))
}

/// Compare the verdicts, alerts and missions before and after a draft, on the projects visible to the caller.
#[utoipa::path(
    get,
    path = "/api/v1/drafts/{draft}/diff",
    params(("draft" = DraftNumber, Path, description = "Number of the draft"), DiffQuery),
    responses(
        (status = 200, description = "The differences between the catalogue in force and the draft", body = CatalogueDiff),
        NoData, Unprocessable, UnavailableResponse
    )
)]
pub(crate) async fn diff_draft(
    context: RequestContext,
    trials: Trials,
    number: web::Path<DraftNumber>,
    query: QueryParameters<DiffQuery>,
) -> Result<web::Json<CatalogueDiff>, Problem> {
    let trial = trials.begin(&context).await?;
    Ok(web::Json(application::diff_draft(&context, &trial, *number, query.as_of).await?))
}

/// List the thresholds in force. Drafts can change their values.
#[utoipa::path(
    get,
    path = "/api/v1/thresholds",
    responses((status = 200, description = "A page of thresholds, by name", body = Page<Threshold>))
)]
pub(crate) async fn list_thresholds(
    context: RequestContext,
    listing: Listing<NoFilters>,
) -> Result<Page<Threshold>, Problem> {
    let in_force = application::catalogue(&context).await?;
    let thresholds = in_force.catalogue.thresholds().iter().cloned();
    listing.page(thresholds.collect(), |threshold| threshold.name.clone())
}
