//! Exports of whole tables as files.

use actix_web::HttpResponse;
use actix_web::http::header::CONTENT_DISPOSITION;
use actix_web::web;
use chrono::NaiveDate;
use serde::Deserialize;

use super::desk::Desk;
use super::error::Problem;
use super::openapi::NoData;
use super::query::Asked;
use crate::cycle;
use crate::cycle::ExportFormat;
use crate::cycle::ExportTable;

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ExportQuery {
    /// Format of the file.
    #[param(inline)]
    format: ExportFormat,
    /// Date as of which figures are taken; today in Paris by default.
    as_of: Option<NaiveDate>,
}

/// Export a whole table as a file.
#[utoipa::path(
    get,
    path = "/api/v1/exports/{table}",
    tag = "portfolio",
    params(("table" = inline(ExportTable), Path, description = "Name of the table"), ExportQuery),
    responses(
        (status = 200, description = "The file, as an attachment", content(
            (String = "text/csv"),
            (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
            (String = "application/vnd.apache.parquet"),
        )),
        NoData,
    )
)]
pub(super) async fn find_export(
    desk: Desk,
    table: web::Path<ExportTable>,
    query: Asked<ExportQuery>,
) -> Result<HttpResponse, Problem> {
    let file = cycle::export(&desk, *table, query.format, query.as_of).await?;
    Ok(HttpResponse::Ok()
        .content_type(query.format.media_type())
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{}\"", file.name)))
        .body(file.bytes))
}
