//! Stylesheets, scripts and what they take, under addresses that hold the fingerprint of their bytes: a browser keeps each for a
//! year, and asks for another when it changes. Some are part of the program; those of the DSFR are read at the start.

use std::io::Write as _;
use std::sync::LazyLock;

use actix_web::http::header;
use actix_web::http::header::{AcceptEncoding, Encoding, Header as _};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse};
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::support::fingerprint::Fingerprint;

/// Where assets are served.
pub(super) const PATH: &str = "/assets/{fingerprint}/{file:.*}";

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
    "neutral.css": "text/css; charset=utf-8",
    "scheme.js": "text/javascript; charset=utf-8",
    "vigie.css": "text/css; charset=utf-8",
    "vigie.js": "text/javascript; charset=utf-8",
    "vigie.svg": "image/svg+xml",
}

/// A file that pages link, compressed once.
#[derive(Debug)]
pub(super) struct Asset {
    pub(super) address: String,
    media_type: &'static str,
    bytes: Bytes,
    /// Empty where it would not be smaller.
    compressed: Bytes,
}

impl Asset {
    /// The file of this name, among files that change together: `fingerprint` is that of all of them.
    pub(super) fn new(
        fingerprint: &Fingerprint,
        name: &str,
        media_type: &'static str,
        bytes: Bytes,
    ) -> Self {
        let compressed = compressed(&bytes).unwrap_or_default();
        Self {
            address: format!("/assets/{}/{name}", fingerprint.short()),
            media_type,
            compressed: if compressed.len() < bytes.len() {
                compressed.into()
            } else {
                Bytes::new()
            },
            bytes,
        }
    }

    /// The file, in the encoding that the browser takes.
    pub(super) fn response(&self, request: &HttpRequest) -> HttpResponse {
        let takes_gzip = AcceptEncoding::parse(request).is_ok_and(|accepted| {
            accepted.negotiate([Encoding::gzip()].iter()) == Some(Encoding::gzip())
        });
        let mut response = HttpResponse::Ok();
        response
            .insert_header((header::CONTENT_TYPE, self.media_type))
            .insert_header((header::CACHE_CONTROL, FOR_A_YEAR))
            .insert_header((header::VARY, "Accept-Encoding"));
        if takes_gzip && !self.compressed.is_empty() {
            response.insert_header((header::CONTENT_ENCODING, "gzip"));
            return response.body(self.compressed.clone());
        }
        response.body(self.bytes.clone())
    }
}

static ASSETS: LazyLock<Vec<(&'static str, Asset)>> = LazyLock::new(|| {
    let asset = |(name, media_type, bytes): &(&'static str, &'static str, &'static [u8])| {
        let fingerprint = Fingerprint::of(bytes);
        (*name, Asset::new(&fingerprint, name, media_type, Bytes::from_static(bytes)))
    };
    FILES.iter().map(asset).collect()
});

/// The address of an asset of the program; empty if there is none of that name, which tests of templates find.
pub(super) fn address(name: &str) -> &'static str {
    ASSETS.iter().find(|(known, _)| *known == name).map_or("", |(_, asset)| asset.address.as_str())
}

/// The asset of the program that has this address.
pub(super) fn at(address: &str) -> Option<&'static Asset> {
    ASSETS.iter().map(|(_, asset)| asset).find(|asset| asset.address == address)
}

fn compressed(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    encoder.finish()
}
