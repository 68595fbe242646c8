//! Profiles of file layouts: a first one for an unknown file, and what one makes of a file. Nothing is kept of either.

use actix_web::{HttpRequest, web};
use serde::Deserialize;

use super::imports::file_name;
use crate::api::context::RequestContext;
use crate::api::extract::query::{QueryFault, QueryParameters};
use crate::api::extract::uploads::{Uploads, receive};
use crate::api::openapi::answers::{UnavailableResponse, Unprocessable};
use crate::api::problem::errors::profile_errors;
use crate::api::problem::kinds::Problem;
use crate::application;
use crate::application::LayoutTrialTerms;
use crate::domain::portfolio::edition::EditionId;
use crate::domain::portfolio::import::Dataset;
use crate::intake::{ProfileProposal, ProfileTrial, SourceError};

/// Rows of a file that are shown by default.
const ROWS: u32 = 10;

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ProposeQuery {
    /// Name of the file.
    #[param(min_length = 1, max_length = 255, pattern = r"^[^/\\\u0000-\u001F\u007F-\u009F]+$")]
    file: String,
    /// What the file is about; by default, what its headers resemble most.
    dataset: Option<Dataset>,
}

/// Propose a profile for a CSV, XLSX or ODS file of an unknown layout.
///
/// The proposal is the text of a profile, with comments on what is not sure, and what each column was taken for. The file
/// is not stored.
#[utoipa::path(
    post,
    path = "/api/v1/profiles/propose",
    params(ProposeQuery),
    request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "The bytes of the file"),
    responses((status = 200, description = "The proposed profile", body = ProfileProposal), Unprocessable, UnavailableResponse)
)]
pub(crate) async fn propose_profile(
    context: RequestContext,
    uploads: web::Data<Uploads>,
    query: QueryParameters<ProposeQuery>,
    (request, body): (HttpRequest, web::Payload),
) -> Result<web::Json<ProfileProposal>, Problem> {
    let ProposeQuery { file, dataset } = query.into_inner();
    let file = file_name(file)?;
    let upload = receive(&uploads, &request, body).await?;
    let _turn = uploads.parsing_permit().await?;
    let reader = context.action_settings().reader(&context).await?;
    let bytes = upload.into_bytes().await?;
    Ok(web::Json(application::propose_profile(&context, reader, (file, bytes), dataset).await?))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct TryQuery {
    /// Name of the file. If it begins with a month, as in `2020-11.panorama.csv`, this is its edition.
    #[param(min_length = 1, max_length = 255, pattern = r"^[^/\\\u0000-\u001F\u007F-\u009F]+$")]
    file: String,
    /// How many bytes of the body are the text of the profile, in TOML; those of the file follow.
    #[param(minimum = 1, maximum = 200_000)]
    profile_bytes: u32,
    /// Name of the sheet to read; by default, the one that the profile recognises.
    sheet: Option<String>,
    /// Edition of the file, if it does not give one itself.
    edition: Option<EditionId>,
    /// How many rows to show.
    #[param(minimum = 0, maximum = 100)]
    rows: Option<u32>,
}

/// Try a profile on a file: its first rows as they would be read, and every error. Neither is stored.
///
/// The body is the text of the profile, `profile_bytes` long, and then the bytes of the file. An invalid profile is 422, with
/// the line of each error.
#[utoipa::path(
    post,
    path = "/api/v1/profiles/try",
    params(TryQuery),
    request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "The text of the profile, and then the bytes of the file"),
    responses((status = 200, description = "The first rows as they are read, and the errors of the file", body = ProfileTrial), Unprocessable, UnavailableResponse)
)]
pub(crate) async fn try_profile(
    context: RequestContext,
    uploads: web::Data<Uploads>,
    query: QueryParameters<TryQuery>,
    (request, body): (HttpRequest, web::Payload),
) -> Result<web::Json<ProfileTrial>, Problem> {
    let TryQuery { file, profile_bytes, sheet, edition, rows } = query.into_inner();
    let file = file_name(file)?;
    let upload = receive(&uploads, &request, body).await?;
    let _turn = uploads.parsing_permit().await?;
    let reader = context.action_settings().reader(&context).await?;
    let mut text = upload.into_bytes().await?;
    let length = usize::try_from(profile_bytes).unwrap_or(usize::MAX);
    if length >= text.len() {
        let words = format!("found {length}, expected fewer than the {} of the body", text.len());
        return Err(QueryFault::of("profile_bytes", words).into());
    }
    let bytes = text.split_off(length);
    let text = String::from_utf8(text).map_err(|_| {
        let words = format!("the first {length} bytes of the body are not UTF-8");
        QueryFault::of("profile_bytes", words)
    })?;
    let dictionary = application::dictionary(&context).await?;
    let profile = application::parse_profile(text, dictionary).await?.map_err(wrong_profile)?;
    let terms = LayoutTrialTerms { sheet, edition, rows: rows.unwrap_or(ROWS) };
    let tried = application::try_profile(&context, reader, (profile, file, bytes), terms).await?;
    Ok(web::Json(tried))
}

/// The profile is that of the caller, not of the service.
pub(super) fn wrong_profile(error: SourceError) -> Problem {
    if let SourceError::Profile(wrong) = &error {
        let errors = profile_errors(wrong);
        return Problem::BadFile { detail: error.to_string(), errors };
    }
    error.into()
}
