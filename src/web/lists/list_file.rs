//! Lists as files: what a page shows with its filters and its order, all pages of it.

use actix_web::HttpResponse;
use actix_web::http::header::CONTENT_DISPOSITION;

use crate::api::Problem;
use crate::application;
use crate::application::{ExportFormat, ListContents, ListFormat, ListTable, MOST_LISTED};
use crate::support::french;
use crate::web::context::PageContext;
use crate::web::link::Link;

/// The file of a list; `filters` are those in force.
///
/// # Errors
/// If the list has more rows than a file may have, or cannot be written.
pub(in crate::web) async fn list_file<T: Send + 'static>(
    context: &PageContext,
    (list, format): (&'static ListTable<T>, ListFormat),
    rows: Vec<T>,
    filters: Vec<Link>,
) -> Result<HttpResponse, Problem> {
    let most = usize::try_from(MOST_LISTED).unwrap_or(usize::MAX);
    if rows.len() > most {
        let words = format!(
            "cette liste a plus de {}\u{a0}lignes, ce qu’un fichier peut avoir au plus : ajoutez un filtre, puis exportez-la",
            french::integer(i64::from(MOST_LISTED))
        );
        return Err(Problem::Unfit(words));
    }
    let filters = filters.into_iter().map(|filter| filter.label).collect();
    let contents = ListContents { rows, filters };
    let file = application::export_list(context, list, contents, format).await?;
    Ok(HttpResponse::Ok()
        .content_type(ExportFormat::from(format).media_type())
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{}\"", file.name)))
        .body(file.bytes))
}
