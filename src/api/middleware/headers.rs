//! Security and cache headers of every response.

use actix_web::http::header;
use actix_web::middleware::DefaultHeaders;
use chrono::NaiveDate;

/// Content security policy of responses that are not pages: load nothing, run nothing, no frames.
const POLICY: &str = "default-src 'none'; frame-ancestors 'none'";

/// The day on which the service started, where it is not that of the system.
const DEMONSTRATION: &str = "Vigie-Demonstration-Date";

/// One year.
const STRICT_TRANSPORT: &str = "max-age=31536000";

/// The default headers of responses; a handler may set others. `Strict-Transport-Security` is added if `public_url` is
/// in https.
pub fn default_headers(public_url: &str, demonstration: Option<NaiveDate>) -> DefaultHeaders {
    let common = DefaultHeaders::new()
        .add((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .add((header::CONTENT_SECURITY_POLICY, POLICY))
        .add((header::REFERRER_POLICY, "no-referrer"))
        .add(("Cross-Origin-Resource-Policy", "same-origin"))
        .add((header::CACHE_CONTROL, "no-store"));
    let common = match demonstration {
        Some(day) => common.add((DEMONSTRATION, day.to_string())),
        None => common,
    };
    if public_url.starts_with("https://") {
        common.add((header::STRICT_TRANSPORT_SECURITY, STRICT_TRANSPORT))
    } else {
        common
    }
}
