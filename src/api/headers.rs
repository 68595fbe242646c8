//! What every answer says to browsers and caches, whatever it is about.

use actix_web::http::header;
use actix_web::middleware::DefaultHeaders;

/// JSON is no page: nothing in it is to be run, shown in a frame or looked for elsewhere.
const POLICY: &str = "default-src 'none'; frame-ancestors 'none'";

/// A year, for browsers that were once answered over TLS.
const STRICT_TRANSPORT: &str = "max-age=31536000";

/// A handler that says otherwise is left to it. `public_url` tells whether readers come over TLS.
pub fn headers(public_url: &str) -> DefaultHeaders {
    let common = DefaultHeaders::new()
        .add((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .add((header::CONTENT_SECURITY_POLICY, POLICY))
        .add((header::REFERRER_POLICY, "no-referrer"))
        .add(("Cross-Origin-Resource-Policy", "same-origin"))
        .add((header::CACHE_CONTROL, "no-store"));
    if public_url.starts_with("https://") {
        common.add((header::STRICT_TRANSPORT_SECURITY, STRICT_TRANSPORT))
    } else {
        common
    }
}
