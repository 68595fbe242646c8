//! Stylesheets and scripts, part of the program, under addresses that hold the fingerprint of their bytes: a browser keeps each
//! for a year, and asks for another when it changes.

use std::io::Write as _;
use std::sync::LazyLock;

use actix_web::http::header;
use actix_web::http::header::{AcceptEncoding, Encoding, Header as _};
use actix_web::{HttpRequest, HttpResponse, web};
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::api::Problem;
use crate::support::fingerprint::Fingerprint;

/// Where assets are served.
pub(super) const PATH: &str = "/assets/{fingerprint}/{file}";

const FOR_A_YEAR: &str = "public, max-age=31536000, immutable";

macro_rules! assets {
    ($($name:literal: $media_type:literal),+ $(,)?) => {
        /// Name, media type and bytes of each asset.
        const FILES: &[(&str, &str, &[u8])] =
            &[$(($name, $media_type, include_bytes!(concat!("assets/", $name)))),+];
    };
}

assets! {
    "codemirror.js": "text/javascript; charset=utf-8",
    "editor.js": "text/javascript; charset=utf-8",
    "queue.js": "text/javascript; charset=utf-8",
    "intake.js": "text/javascript; charset=utf-8",
    "vigie.css": "text/css; charset=utf-8",
    "vigie.js": "text/javascript; charset=utf-8",
    "vigie.svg": "image/svg+xml",
}

struct Asset {
    name: &'static str,
    media_type: &'static str,
    address: String,
    bytes: &'static [u8],
    compressed: Vec<u8>,
}

static ASSETS: LazyLock<Vec<Asset>> = LazyLock::new(|| {
    let asset = |(name, media_type, bytes): &(&'static str, &'static str, &'static [u8])| Asset {
        name,
        media_type,
        address: format!("/assets/{}/{name}", Fingerprint::of(bytes).short()),
        bytes,
        compressed: compressed(bytes).unwrap_or_default(),
    };
    FILES.iter().map(asset).collect()
});

/// The address of an asset; empty if there is none of that name, which tests of templates find.
pub(super) fn address(name: &str) -> &'static str {
    ASSETS.iter().find(|asset| asset.name == name).map_or("", |asset| asset.address.as_str())
}

/// Serves an asset.
///
/// # Errors
/// If no asset has the address, fingerprint included.
pub(super) async fn serve(
    request: HttpRequest,
    _: web::Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let asset = ASSETS.iter().find(|asset| asset.address == request.path());
    let asset = asset.ok_or_else(|| Problem::NoRoute { path: request.path().to_owned() })?;
    let takes_gzip = AcceptEncoding::parse(&request).is_ok_and(|accepted| {
        accepted.negotiate([Encoding::gzip()].iter()) == Some(Encoding::gzip())
    });
    let mut response = HttpResponse::Ok();
    response
        .insert_header((header::CONTENT_TYPE, asset.media_type))
        .insert_header((header::CACHE_CONTROL, FOR_A_YEAR))
        .insert_header((header::VARY, "Accept-Encoding"));
    if takes_gzip && !asset.compressed.is_empty() {
        let zipped = web::Bytes::from_static(asset.compressed.as_slice());
        return Ok(response.insert_header((header::CONTENT_ENCODING, "gzip")).body(zipped));
    }
    Ok(response.body(web::Bytes::from_static(asset.bytes)))
}

fn compressed(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    encoder.finish()
}
