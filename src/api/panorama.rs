//! The portfolio, its editions, where they came from, and the fields that describe them.

use actix_web::get;
use actix_web::web;
use chrono::NaiveDate;
use serde::Deserialize;

use super::List;
use super::desk::Desk;
use super::error::Problem;
use super::openapi::NoData;
use super::query::Asked;
use crate::cycle;
use crate::cycle::Panorama;
use crate::domain::import::Dataset;
use crate::frame::dictionary;
use crate::frame::dictionary::Field;
use crate::store::ImportSummary;

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct AsOf {
    pub(super) as_of: Option<NaiveDate>,
}

/// Give the figures of the portfolio, of each ministry, and of each edition as known then.
#[utoipa::path(
    tag = "portfolio",
    params(AsOf),
    responses((status = 200, description = "As asked", body = Panorama), NoData)
)]
#[get("/api/v1/portfolio")]
pub(super) async fn find_portfolio(
    desk: Desk,
    query: Asked<AsOf>,
) -> Result<web::Json<Panorama>, Problem> {
    Ok(web::Json(cycle::panorama(&desk, query.as_of).await?))
}

/// List the import that stands for each edition of the panorama.
#[utoipa::path(
    tag = "portfolio",
    responses((status = 200, description = "As asked", body = List<ImportSummary>))
)]
#[get("/api/v1/editions")]
pub(super) async fn list_editions(desk: Desk) -> Result<web::Json<List<ImportSummary>>, Problem> {
    let mut imports = desk.store.imports().await?;
    imports.retain(|import| import.dataset == Dataset::Panorama && import.replaced_by.is_none());
    imports.sort_by_key(|import| import.edition);
    Ok(List::of(imports))
}

/// List every import, and what replaced what.
#[utoipa::path(
    tag = "portfolio",
    responses((status = 200, description = "As asked", body = List<ImportSummary>))
)]
#[get("/api/v1/imports")]
pub(super) async fn list_imports(desk: Desk) -> Result<web::Json<List<ImportSummary>>, Problem> {
    Ok(List::of(desk.store.imports().await?))
}

/// List every field of the data dictionary.
#[utoipa::path(
    tag = "portfolio",
    responses((status = 200, description = "As asked", body = List<Field>))
)]
#[get("/api/v1/dictionary")]
pub(super) async fn list_fields() -> web::Json<List<&'static Field>> {
    List::of(dictionary::fields().collect())
}
