//! Whole tables, to take away.

use actix_web::HttpResponse;
use actix_web::http::header::CONTENT_DISPOSITION;
use actix_web::web;
use chrono::NaiveDate;
use serde::Deserialize;

use super::desk::Desk;
use super::error::Problem;
use crate::cycle;
use crate::cycle::ExportFormat;
use crate::cycle::ExportTable;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ExportQuery {
    format: ExportFormat,
    as_of: Option<NaiveDate>,
}

pub(super) async fn find_export(
    desk: Desk,
    table: web::Path<ExportTable>,
    query: web::Query<ExportQuery>,
) -> Result<HttpResponse, Problem> {
    let file = cycle::export(&desk, *table, query.format, query.as_of).await?;
    Ok(HttpResponse::Ok()
        .content_type(query.format.media_type())
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{}\"", file.name)))
        .body(file.bytes))
}
