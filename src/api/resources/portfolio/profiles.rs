//! Profiles of file layouts that files are read with, and those that people save.

use actix_web::{HttpResponse, web};

use super::layouts::wrong_profile;
use crate::api::context::RequestContext;
use crate::api::extract::if_match::{IfMatch, SeenRevision};
use crate::api::extract::page::{Listing, NoFilters, Page};
use crate::api::openapi::answers::{NoRevision, Stale, Unprocessable};
use crate::api::problem::kinds::Problem;
use crate::api::responses::at_revision;
use crate::application;
use crate::application::{ApplicationError, ProfileFile, ProfileOutline};
use crate::domain::action_bodies::Reason;
use crate::domain::portfolio::saved_profile::{ProfileText, ProfileVersion};

/// What the parameter `profile` of a path is.
const PROFILE: &str = "Id of the profile";

/// List the profiles that files are read with: shipped, of the server's folder, and saved.
#[utoipa::path(
    get,
    path = "/api/v1/profiles",
    responses((status = 200, description = "A page of profiles, by id", body = Page<ProfileOutline>))
)]
pub(crate) async fn list_profiles(
    context: RequestContext,
    listing: Listing<NoFilters>,
) -> Result<Page<ProfileOutline>, Problem> {
    let reader = context.action_settings().reader(&context).await?;
    listing.page(application::profile_outlines(&reader), |profile| profile.id.clone())
}

/// Return one profile, with the versions that people saved of it.
#[utoipa::path(
    get,
    path = "/api/v1/profiles/{profile}",
    params(("profile" = String, Path, description = PROFILE)),
    responses((status = 200, description = "The profile, with the number of its last saved version in `ETag`; `\"0\"` if none was saved", body = ProfileFile))
)]
pub(crate) async fn find_profile(
    context: RequestContext,
    profile: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let reader = context.action_settings().reader(&context).await?;
    let file = application::profile_file(&context, &reader, &profile).await?;
    Ok(at_revision(file.revision(), &file))
}

/// Save a profile. Files are read with it from now on; it is laid over a shipped profile of the same id.
///
/// An invalid profile is 422, with the line of each error. `If-Match` is `"0"` for a profile that was never saved.
#[utoipa::path(
    put,
    path = "/api/v1/profiles/{profile}",
    params(("profile" = String, Path, description = PROFILE), SeenRevision),
    request_body = ProfileText,
    responses(
        (status = 200, description = "The saved version, with its number in `ETag`", body = ProfileVersion),
        Stale, Unprocessable, NoRevision
    )
)]
pub(crate) async fn save_profile(
    context: RequestContext,
    profile: web::Path<String>,
    IfMatch(seen): IfMatch,
    body: web::Json<ProfileText>,
) -> Result<HttpResponse, Problem> {
    let ProfileText { text, reason } = body.into_inner();
    let act = context.act(reason.as_str())?;
    let saved = application::save_profile(&context, (&profile, text), Some(seen), &act).await;
    let version = saved.map_err(wrong_text)?;
    Ok(at_revision(version.number, &version))
}

/// Withdraw a saved profile: the shipped profile of the same id, if there is one, holds again.
#[utoipa::path(
    post,
    path = "/api/v1/profiles/{profile}/withdrawal",
    params(("profile" = String, Path, description = PROFILE), SeenRevision),
    request_body = Reason,
    responses(
        (status = 200, description = "The version that withdraws it, with its number in `ETag`", body = ProfileVersion),
        Stale, NoRevision
    )
)]
pub(crate) async fn withdraw_profile(
    context: RequestContext,
    profile: web::Path<String>,
    IfMatch(seen): IfMatch,
    body: web::Json<Reason>,
) -> Result<HttpResponse, Problem> {
    let act = context.act(body.reason.as_str())?;
    let version = application::withdraw_profile(&context, &profile, Some(seen), &act).await?;
    Ok(at_revision(version.number, &version))
}

/// The text is that of the caller, not of the service.
fn wrong_text(error: ApplicationError) -> Problem {
    if let ApplicationError::Source(fault) = error {
        return wrong_profile(fault);
    }
    error.into()
}
