//! The HTTP face. Every route stands here; a handler extracts, makes one call and wraps the answer.

mod access;
mod alertmanager;
mod alerts;
mod audit;
mod bounds;
mod browser;
mod coverage;
mod cycles;
mod desk;
mod error;
mod exports;
mod headers;
mod health;
mod jobs;
mod metrics;
mod missions;
mod notices;
mod openapi;
mod origins;
mod panorama;
mod projects;
mod query;
mod reviews;
mod rules;
mod session;
mod settings;
mod trace;
mod validators;

use actix_web::web;
use serde::Serialize;
use utoipa::OpenApi;
use utoipa::ToSchema;

pub use access::Asks;
pub use access::DOORS;
pub use access::Door;
pub use access::Reach;
pub use access::guard;
pub use bounds::bound_address;
pub use bounds::bound_body;
pub use bounds::bounds;
pub use desk::Workshop;
pub use error::Problem;
pub use headers::headers;
pub use metrics::Metrics;
pub use metrics::measure;
pub use openapi::document;
pub use origins::screen_origins;
pub use settings::Settings;
pub use trace::RequestSpan;
pub use trace::echo_ids;
pub use validators::tell_codings_apart;
pub use validators::validate;

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
    exports::find_export,
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
    coverage::list_coverage,
    jobs::list_jobs,
    jobs::list_runs,
    jobs::list_sources,
    alertmanager::list_firing,
    alertmanager::list_firing_groups,
    alertmanager::list_offices,
    alertmanager::list_gettable_silences,
    alertmanager::find_gettable_silence,
    alertmanager::find_status,
    cycles::list_cycles,
    cycles::find_cycle,
];

/// Every route of the API, as documented in `docs/API.md`.
pub fn routes(service: &mut web::ServiceConfig) {
    service
        .app_data(web::PathConfig::default().error_handler(error::path))
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
