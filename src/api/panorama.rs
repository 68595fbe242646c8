//! The portfolio, its editions, where they came from, and the fields that describe them.

use actix_web::web;
use chrono::NaiveDate;
use serde::Deserialize;

use super::desk::Desk;
use super::error::Problem;
use super::openapi::NoData;
use super::page::Listing;
use super::page::NoFilters;
use super::page::Page;
use super::query::Asked;
use super::query::is_wanted;
use crate::cycle;
use crate::cycle::Panorama;
use crate::domain::edition::EditionId;
use crate::domain::import::Dataset;
use crate::domain::subject::Scope;
use crate::frame::dictionary;
use crate::frame::dictionary::Field;
use crate::frame::dictionary::Origin;
use crate::frame::dictionary::Supplier;
use crate::store::ImportSummary;

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct AsOf {
    pub(super) as_of: Option<NaiveDate>,
}

/// Give the figures of the portfolio, of each ministry, and of each edition as known then.
#[utoipa::path(
    get,
    path = "/api/v1/portfolio",
    tag = "portfolio",
    params(AsOf),
    responses((status = 200, description = "As asked", body = Panorama), NoData)
)]
pub(super) async fn find_portfolio(
    desk: Desk,
    query: Asked<AsOf>,
) -> Result<web::Json<Panorama>, Problem> {
    Ok(web::Json(cycle::panorama(&desk, query.as_of).await?))
}

/// List the import that stands for each edition of the panorama.
#[utoipa::path(
    get,
    path = "/api/v1/editions",
    tag = "portfolio",
    responses((status = 200, description = "As asked", body = Page<ImportSummary>))
)]
pub(super) async fn list_editions(
    desk: Desk,
    asked: Listing<NoFilters>,
) -> Result<Page<ImportSummary>, Problem> {
    let mut imports = desk.store.imports().await?;
    imports.retain(|import| import.dataset == Dataset::Panorama && import.replaced_by.is_none());
    asked.page(imports, |import| (import.edition, import.number))
}

#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ImportQuery {
    dataset: Vec<Dataset>,
    edition: Vec<EditionId>,
    /// Whether another one replaced it, wholly or in part.
    replaced: Option<bool>,
}

/// List every import, and what replaced what.
#[utoipa::path(
    get,
    path = "/api/v1/imports",
    tag = "portfolio",
    params(ImportQuery),
    responses((status = 200, description = "As asked", body = Page<ImportSummary>))
)]
pub(super) async fn list_imports(
    desk: Desk,
    asked: Listing<ImportQuery>,
) -> Result<Page<ImportSummary>, Problem> {
    let mut imports = desk.store.imports().await?;
    imports.retain(|import| {
        is_wanted(&asked.dataset, &import.dataset)
            && is_wanted(&asked.edition, &import.edition)
            && asked.replaced.is_none_or(|replaced| import.replaced_by.is_some() == replaced)
    });
    asked.page(imports, |import| import.number)
}

#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct FieldQuery {
    /// Of the frames that hold it.
    scope: Vec<Scope>,
    supplier: Vec<Supplier>,
    origin: Vec<Origin>,
}

/// List every field of the data dictionary, in the order of frames and documents.
#[utoipa::path(
    get,
    path = "/api/v1/dictionary",
    tag = "portfolio",
    params(FieldQuery),
    responses((status = 200, description = "As asked", body = Page<Field>))
)]
pub(super) async fn list_fields(
    asked: Listing<FieldQuery>,
) -> Result<Page<&'static Field>, Problem> {
    let held = |field: &Field| field.scopes.iter().any(|scope| is_wanted(&asked.scope, scope));
    let fields = dictionary::fields().filter(|field| {
        held(field)
            && is_wanted(&asked.supplier, &field.supplier)
            && is_wanted(&asked.origin, &field.origin)
    });
    asked.page_as_is(fields.collect(), |field| field.name.to_owned())
}
