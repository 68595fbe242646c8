//! The HTTP face. Every route stands here; a handler extracts, makes one call and wraps the answer.

mod access;
mod alerts;
mod audit;
mod coverage;
mod cycles;
mod desk;
mod error;
mod health;
mod jobs;
mod metrics;
mod missions;
mod notices;
mod panorama;
mod projects;
mod reviews;
mod rules;
mod session;
mod sign_in;
mod trace;

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

pub use access::Asks;
pub use access::DOORS;
pub use access::Door;
pub use access::Reach;
pub use access::guard;
pub use desk::Workshop;
pub use error::Problem;
pub use metrics::Metrics;
pub use metrics::measure;
pub use sign_in::SignIn;
pub use trace::RequestSpan;

/// Of a body that a person or a program writes; files have routes of their own.
const BODY_BYTES: usize = 64 * 1024;

/// Every route of the API, as documented in `docs/API.md`.
pub fn routes(service: &mut web::ServiceConfig) {
    service
        .app_data(web::QueryConfig::default().error_handler(error::query))
        .app_data(web::PathConfig::default().error_handler(error::path))
        .app_data(web::JsonConfig::default().limit(BODY_BYTES).error_handler(error::json))
        .route("/healthz", web::get().to(health::is_alive))
        .route("/livez", web::get().to(health::is_alive))
        .route("/readyz", web::get().to(health::is_ready))
        .route("/sign-in", web::get().to(sign_in::start_sign_in))
        .route("/sign-in/return", web::get().to(sign_in::end_sign_in))
        .route("/sign-out", web::post().to(sign_in::sign_out))
        .route("/signed-out", web::get().to(sign_in::show_signed_out))
        .route("/account", web::get().to(sign_in::show_account))
        .route("/metrics", web::get().to(metrics::show_metrics))
        .route("/notices/{notice}", web::get().to(notices::show_notice))
        .service(
            web::scope("/api/v1")
                .route("/session", web::get().to(session::find_session))
                .route("/portfolio", web::get().to(panorama::find_portfolio))
                .route("/editions", web::get().to(panorama::list_editions))
                .route("/imports", web::get().to(panorama::list_imports))
                .route("/dictionary", web::get().to(panorama::list_fields))
                .route("/projects", web::get().to(projects::list_projects))
                .route("/projects/{project}", web::get().to(projects::find_project))
                .route("/projects/{project}/history", web::get().to(projects::list_history))
                .route("/projects/{project}/verdicts", web::get().to(projects::list_verdicts))
                .route("/alerts", web::get().to(alerts::list_alerts))
                .route("/alerts/{alert}", web::get().to(alerts::find_alert))
                .route("/alerts/{alert}/acknowledgement", web::post().to(alerts::acknowledge))
                .route("/silences", web::get().to(alerts::list_silences))
                .route("/disputes", web::get().to(alerts::list_disputes))
                .route("/audit", web::get().to(audit::list_audit))
                .route("/audit/verify", web::get().to(audit::verify_audit))
                .route("/missions", web::get().to(missions::list_missions))
                .route("/missions/ranking", web::get().to(missions::list_ranking))
                .route("/missions/outcomes", web::get().to(missions::list_outcomes))
                .route("/missions/{mission}", web::get().to(missions::find_mission))
                .route("/notices", web::get().to(notices::list_notices))
                .route("/notices/{notice}", web::get().to(notices::find_notice))
                .route("/reviews", web::get().to(reviews::list_reviews))
                .route("/reviews/{review}", web::get().to(reviews::find_review))
                .route("/ministries/{ministry}/reviews.ics", web::get().to(reviews::find_calendar))
                .route("/rules", web::get().to(rules::list_rules))
                .route("/rules/{rule}", web::get().to(rules::find_rule))
                .route("/coverage", web::get().to(coverage::list_coverage))
                .route("/jobs", web::get().to(jobs::list_jobs))
                .route("/jobs/{job}/runs", web::get().to(jobs::list_runs))
                .route("/sources", web::get().to(jobs::list_sources))
                .route("/cycles", web::get().to(cycles::list_cycles))
                .route("/cycles/{cycle}", web::get().to(cycles::find_cycle)),
        )
        .default_service(web::to(error::no_route));
}

/// A list, in an object so that it can grow fields.
#[derive(Debug, Serialize)]
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
