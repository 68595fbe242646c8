//! `/assets`: stylesheets, scripts, and the fonts and pictures that they take.

use actix_web::{HttpRequest, HttpResponse, web};

use crate::api::Problem;
use crate::web::assets;
use crate::web::context::PageSettings;

/// Serves an asset.
///
/// # Errors
/// If no asset has the address, fingerprint included.
pub(in crate::web) async fn serve(
    request: HttpRequest,
    settings: web::Data<PageSettings>,
    _: web::Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let address = request.path();
    let asset = assets::at(address).or_else(|| settings.theme.asset(address));
    let asset = asset.ok_or_else(|| Problem::NoRoute { path: address.to_owned() })?;
    Ok(asset.response(&request))
}
