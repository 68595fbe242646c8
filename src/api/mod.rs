//! The HTTP face. Every route stands here; a handler extracts, makes one call and wraps the answer.

mod access;
mod alerts;
mod audit;
mod browser;
mod coverage;
mod cycles;
mod desk;
mod drafts;
mod error;
mod health;
mod jobs;
mod metrics;
mod missions;
mod notices;
mod openapi;
mod panorama;
mod problem_errors;
mod projects;
mod publications;
mod query;
mod reviews;
mod revision;
mod rules;
mod session;
mod trace;
mod trials;

use actix_web::HttpMessage as _;
use actix_web::body::MessageBody;
use actix_web::dev::ServiceRequest;
use actix_web::dev::ServiceResponse;
use actix_web::http::header::HeaderName;
use actix_web::http::header::HeaderValue;
use actix_web::middleware::DefaultHeaders;
use actix_web::middleware::Next;
use actix_web::web;
use serde::Serialize;
use tracing_actix_web::RequestId;
use utoipa::OpenApi;
use utoipa::ToSchema;

pub use access::Asks;
pub use access::DOORS;
pub use access::Door;
pub use access::Reach;
pub use access::guard;
pub use desk::Workshop;
pub use error::Problem;
pub use metrics::Metrics;
pub use metrics::measure;
pub use openapi::document;
pub use problem_errors::ProblemError;
pub use trace::RequestSpan;

/// One list, of which both the routes and the document of the API are made. The method and the
/// address of a handler stand above it.
macro_rules! routes {
    ($($($part:ident)::+),+ $(,)?) => {
        #[derive(Debug, OpenApi)]
        #[openapi(paths($($($part)::+),+))]
        struct Documented;

        fn handlers(service: &mut web::ServiceConfig) {
            service$(.service($($part)::+))+;
        }
    };
}

// Of two addresses that fit a request, the first one answers.
routes![
    health::is_alive,
    health::is_live,
    health::is_ready,
    metrics::show_metrics,
    openapi::show_document,
    notices::show_notice,
    session::find_session,
    panorama::find_portfolio,
    panorama::list_editions,
    panorama::list_imports,
    panorama::list_fields,
    projects::list_projects,
    projects::find_project,
    projects::list_history,
    projects::list_verdicts,
    alerts::list_alerts,
    alerts::find_alert,
    alerts::acknowledge,
    alerts::list_silences,
    alerts::list_disputes,
    audit::list_audit,
    audit::verify_audit,
    missions::list_missions,
    missions::list_ranking,
    missions::list_outcomes,
    missions::find_mission,
    notices::list_notices,
    notices::find_notice,
    reviews::list_reviews,
    reviews::find_review,
    reviews::find_calendar,
    rules::list_rules,
    rules::find_rule,
    publications::list_versions,
    publications::compare_rule,
    publications::roll_back_rule,
    publications::list_publications,
    publications::list_overrides,
    publications::find_override,
    drafts::list_drafts,
    drafts::find_draft,
    drafts::open_draft,
    drafts::save_draft,
    drafts::submit_draft,
    drafts::return_draft,
    drafts::withdraw_draft,
    publications::publish_draft,
    trials::prove_draft,
    trials::diff_draft,
    trials::check_rules,
    trials::test_rules,
    trials::diff_rules,
    trials::list_thresholds,
    coverage::list_coverage,
    jobs::list_jobs,
    jobs::list_runs,
    jobs::list_sources,
    cycles::list_cycles,
    cycles::find_cycle,
];
/// Of a body that a person or a program writes; files have routes of their own.
const BODY_BYTES: usize = 64 * 1024;

/// Every route of the API, as documented in `docs/API.md`.
pub fn routes(service: &mut web::ServiceConfig) {
    service
        .app_data(web::PathConfig::default().error_handler(error::path))
        .app_data(web::JsonConfig::default().limit(BODY_BYTES).error_handler(error::json))
        .configure(handlers)
        .service(browser::to_page)
        .service(browser::show_page)
        .default_service(web::to(error::no_route));
}

/// A list, in an object so that it can grow fields.
#[derive(Debug, Serialize, ToSchema)]
struct List<T> {
    data: Vec<T>,
}

impl<T> List<T> {
    fn of(data: Vec<T>) -> web::Json<Self> {
        web::Json(Self { data })
    }
}

pub fn headers() -> DefaultHeaders {
    DefaultHeaders::new()
        .add(("X-Content-Type-Options", "nosniff"))
        .add(("Cache-Control", "no-store"))
}

/// The id under which the logs know a request goes back with its answer.
pub async fn echo_request_id(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let id = request.extensions().get::<RequestId>().map(ToString::to_string);
    let mut response = next.call(request).await?;
    if let Some(value) = id.and_then(|id| HeaderValue::from_str(&id).ok()) {
        response.headers_mut().insert(HeaderName::from_static("x-request-id"), value);
    }
    Ok(response)
}
