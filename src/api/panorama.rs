//! The portfolio, its editions, where they came from, and the fields that describe them.

use actix_web::web;
use chrono::NaiveDate;
use serde::Deserialize;

use super::List;
use super::desk::Desk;
use super::error::Problem;
use crate::cycle;
use crate::cycle::Panorama;
use crate::domain::import::Dataset;
use crate::frame::dictionary;
use crate::frame::dictionary::Field;
use crate::store::ImportSummary;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AsOf {
    pub(super) as_of: Option<NaiveDate>,
}

pub(super) async fn find_portfolio(
    desk: Desk,
    query: web::Query<AsOf>,
) -> Result<web::Json<Panorama>, Problem> {
    Ok(web::Json(cycle::panorama(&desk, query.as_of).await?))
}

/// The import that stands for each edition of the panorama.
pub(super) async fn list_editions(desk: Desk) -> Result<web::Json<List<ImportSummary>>, Problem> {
    let mut imports = desk.store.imports().await?;
    imports.retain(|import| import.dataset == Dataset::Panorama && import.replaced_by.is_none());
    imports.sort_by_key(|import| import.edition);
    Ok(List::of(imports))
}

pub(super) async fn list_imports(desk: Desk) -> Result<web::Json<List<ImportSummary>>, Problem> {
    Ok(List::of(desk.store.imports().await?))
}

pub(super) async fn list_fields() -> web::Json<List<&'static Field>> {
    List::of(dictionary::fields().collect())
}
