//! Exports of whole tables as files.

use actix_web::http::header::CONTENT_DISPOSITION;
use actix_web::{HttpResponse, web};
use chrono::NaiveDate;
use serde::Deserialize;

use crate::api::context::RequestContext;
use crate::api::extract::query::{QueryFault, QueryParameters};
use crate::api::openapi::answers::{NoData, NotFound};
use crate::api::problem::kinds::Problem;
use crate::application;
use crate::application::{ExportFormat, ExportReader, ExportScope, ExportTable};
use crate::domain::portfolio::edition::EditionId;

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ExportQuery {
    /// Format of the file.
    #[param(inline)]
    format: ExportFormat,
    /// Who opens a CSV file: `programs`, which get it raw, formulas included, or `excel`, as Excel in French reads it,
    /// without formulas.
    #[serde(rename = "for")]
    #[param(inline)]
    reader: Option<ExportReader>,
    /// Date as of which figures and verdicts are taken; today in Paris by default. Alerts and missions are those of now:
    /// a date before that of the last cycle is refused.
    as_of: Option<NaiveDate>,
    /// One of the editions that the table `comparison` compares.
    from: Option<EditionId>,
    /// The other edition that the table `comparison` compares.
    to: Option<EditionId>,
}

/// Export a whole table as a file.
#[utoipa::path(
    get,
    path = "/api/v1/exports/{table}",
    params(("table" = inline(ExportTable), Path, description = "Name of the table"), ExportQuery),
    responses(
        (status = 200, description = "The file, as an attachment", content(
            (String = "text/csv"),
            (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
            (String = "application/vnd.apache.parquet"),
        )),
        NoData,
        NotFound,
    )
)]
pub(crate) async fn find_export(
    context: RequestContext,
    table: web::Path<ExportTable>,
    query: QueryParameters<ExportQuery>,
) -> Result<HttpResponse, Problem> {
    let reader = query.reader.unwrap_or_default();
    if query.format != ExportFormat::Csv && query.reader.is_some() {
        let fault = format!("found `{}`, expected it with `format=csv` only", reader.as_str());
        return Err(QueryFault::of("for", fault).into());
    }
    let scope = ExportScope { as_of: query.as_of, editions: query.from.zip(query.to) };
    let file = application::export(&context, *table, (query.format, reader), scope).await?;
    Ok(HttpResponse::Ok()
        .content_type(query.format.media_type())
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{}\"", file.name)))
        .body(file.bytes))
}
