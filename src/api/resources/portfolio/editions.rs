//! Editions of the panorama: the import in force for each, and two of them compared.

use actix_web::web;
use serde::Deserialize;

use crate::api::context::RequestContext;
use crate::api::extract::page::{Listing, NoFilters, Page};
use crate::api::extract::query::QueryParameters;
use crate::api::openapi::answers::{NoData, NotFound};
use crate::api::problem::kinds::Problem;
use crate::application;
use crate::application::EditionComparison;
use crate::domain::portfolio::edition::EditionId;
use crate::domain::portfolio::import::Dataset;
use crate::domain::portfolio::import_decision::ImportState;
use crate::store::ImportSummary;

/// List the import in force for each edition of the panorama.
///
/// A file that was replaced by a corrected one is not listed here; `/api/v1/imports` has every import.
#[utoipa::path(
    get,
    path = "/api/v1/editions",
    responses((status = 200, description = "A page of imports, by edition", body = Page<ImportSummary>))
)]
pub(crate) async fn list_editions(
    context: RequestContext,
    listing: Listing<NoFilters>,
) -> Result<Page<ImportSummary>, Problem> {
    let mut imports = context.store.imports().await?;
    imports.retain(|import| {
        import.dataset == Dataset::Panorama
            && import.state == ImportState::InUse
            && import.replaced_by.is_none()
    });
    listing.page(imports, |import| (import.edition, import.number))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct EditionPair {
    /// One edition.
    from: EditionId,
    /// Another one. The earlier of both is the one before.
    to: EditionId,
}

/// Compare two editions: entrants, leavers, and what changed of cost, forecast end, phase, ministry and name.
///
/// Each edition is taken as its file in force says. `GET /api/v1/exports/comparison` gives the same as a table.
#[utoipa::path(
    get,
    path = "/api/v1/editions/comparison",
    params(EditionPair),
    responses((status = 200, description = "Both editions, project by project", body = EditionComparison), NotFound, NoData)
)]
pub(crate) async fn compare_editions(
    context: RequestContext,
    query: QueryParameters<EditionPair>,
) -> Result<web::Json<EditionComparison>, Problem> {
    Ok(web::Json(application::compare_editions(&context, query.from, query.to).await?))
}
