//! The HTTP API. `routes` lists every route; a handler extracts its input, makes one call and wraps the result.

mod alertmanager;
mod context;
mod extract;
mod metrics;
mod middleware;
mod openapi;
mod problem;
mod resources;
mod route;
mod routes;
mod routing;
mod settings;

use actix_web::HttpResponse;
use actix_web::http::header::LOCATION;
use serde::Serialize;

pub use context::AppState;
pub use extract::action_settings::ActionSettings;
pub use extract::uploads::Uploads;
pub use metrics::measure::measure;
pub use metrics::process_metrics::Metrics;
pub use middleware::access::cookies::Cookies;
pub use middleware::access::local::LocalCaller;
pub use middleware::access::permissions::{DataScope, Requirement};
pub use middleware::access::sign_in::SignIn;
pub use middleware::cors::screen_origins;
pub use middleware::etag::{tell_codings_apart, validate};
pub use middleware::headers::headers;
pub use middleware::limits::address::ProxyHeader;
pub use middleware::limits::rate_limits::RateLimits;
pub use middleware::presence::Presence;
pub use middleware::request_size::bounds;
pub use middleware::request_target::normalize_target;
pub use middleware::response_cache::cache::ResponseCache;
pub use middleware::response_cache::key::{CACHED_ROUTES, CacheDependency};
pub use middleware::trace::{RequestSpan, echo_ids};
pub use problem::errors::ProblemError;
pub use problem::kinds::Problem;
pub use problem::unavailable::Unavailable;
pub use route::Route;
pub use routes::routes;
pub use routing::{configure, document};
pub use settings::ApiSettings;

/// A 201 response with the new resource and its address in `Location`.
fn created(address: &str, thing: &impl Serialize) -> HttpResponse {
    HttpResponse::Created().insert_header((LOCATION, address)).json(thing)
}
