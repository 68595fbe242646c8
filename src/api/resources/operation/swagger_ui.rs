//! Swagger UI, served from this program: it loads nothing from other hosts.

use std::sync::{Arc, LazyLock};

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use utoipa_swagger_ui::Config;

use crate::api::openapi::document::ADDRESS;
use crate::api::problem::kinds::Problem;

const PAGE: &str = "/api/docs/";

/// Content security policy: scripts, styles and images of the page itself, and requests to this service.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
     img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; \
     frame-ancestors 'none'";

static CONFIG: LazyLock<Arc<Config<'static>>> = LazyLock::new(|| {
    let config = Config::from(ADDRESS).display_request_duration(true).filter(true);
    Arc::new(config.validator_url("none").show_common_extensions(true))
});

pub(crate) async fn to_page() -> HttpResponse {
    HttpResponse::PermanentRedirect().insert_header((header::LOCATION, PAGE)).finish()
}

pub(crate) async fn show_page(file: web::Path<String>) -> Result<HttpResponse, Problem> {
    let path = || format!("{PAGE}{file}");
    let found = utoipa_swagger_ui::serve(&file, Arc::clone(&CONFIG));
    let found = found.ok().flatten().ok_or_else(|| Problem::NoRoute { path: path() })?;
    let mut page = HttpResponse::Ok();
    if found.gzpipped {
        page.insert_header(header::ContentEncoding::Gzip);
    }
    Ok(page
        .content_type(found.content_type)
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((header::REFERRER_POLICY, "no-referrer"))
        .body(found.bytes.into_owned()))
}
