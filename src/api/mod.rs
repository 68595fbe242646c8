//! The HTTP face. Every route stands here; a handler extracts, makes one call and wraps the answer.

mod access;
mod accounts;
mod alert_acts;
mod alert_filter;
mod alertmanager;
mod alerts;
mod answers;
mod audit;
mod bounds;
mod browser;
mod contract;
mod coverage;
mod cycles;
mod desk;
mod disputes;
mod drafts;
mod error;
mod exports;
mod feed;
mod headers;
mod health;
mod imports;
mod jobs;
mod limits;
mod links;
mod metrics;
mod mission_acts;
mod missions;
mod mistakes;
mod notice_acts;
mod notices;
mod once;
mod openapi;
mod origins;
mod page;
mod panorama;
mod practice;
mod problem_details;
mod problem_errors;
mod projects;
mod publications;
mod query;
mod review_acts;
mod reviews;
mod revision;
mod rules;
mod runs;
mod session;
mod settings;
mod sign_in;
mod silences;
mod tokens;
mod trace;
mod trials;
mod uploads;
mod validators;
mod words;

use actix_web::HttpResponse;
use actix_web::http::header::LOCATION;
use actix_web::web;
use serde::Serialize;
use utoipa::OpenApi;

pub use access::Asks;
pub use access::Cookies;
pub use access::DOORS;
pub use access::Door;
pub use access::Reach;
pub use access::guard;
pub use answers::Answers;
pub use answers::KEPT;
pub use answers::Rests;
pub use answers::remember;
pub use bounds::bound_address;
pub use bounds::bound_body;
pub use bounds::bounds;
pub use contract::hold_body_to_document;
pub use contract::hold_to_document;
pub use desk::Workshop;
pub use error::Problem;
pub use headers::headers;
pub use limits::Limits;
pub use limits::ProxyHeader;
pub use metrics::Metrics;
pub use metrics::measure;
pub use once::answer_once;
pub use openapi::document;
pub use origins::screen_origins;
pub use practice::Practice;
pub use problem_errors::ProblemError;
pub use settings::Settings;
pub use sign_in::SignIn;
pub use trace::RequestSpan;
pub use trace::echo_ids;
pub use uploads::Uploads;
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
    sign_in::start_sign_in,
    sign_in::end_sign_in,
    sign_in::sign_out,
    sign_in::account::show_signed_out,
    sign_in::account::show_account,
    sign_in::setup::show_setup,
    sign_in::setup::set_up,
    session::find_session,
    tokens::list_own_tokens,
    tokens::issue_own_token,
    tokens::revoke_own_token,
    accounts::list_accounts,
    accounts::make_account,
    accounts::find_account,
    accounts::change_account,
    accounts::close_account,
    tokens::list_tokens,
    tokens::issue_token,
    tokens::revoke_token,
    panorama::find_portfolio,
    exports::find_export,
    feed::find_feed,
    panorama::list_editions,
    panorama::list_imports,
    imports::import_file,
    imports::find_import,
    panorama::list_fields,
    projects::list_projects,
    projects::find_project,
    projects::list_history,
    projects::list_timeline,
    projects::list_verdicts,
    links::list_known_projects,
    links::link_project,
    links::unlink_project,
    alerts::list_alerts,
    alerts::find_alert,
    alerts::acknowledge,
    alert_acts::assign_alert,
    alert_acts::comment_alert,
    alert_acts::dispute_alert,
    alerts::list_silences,
    silences::make_silence,
    silences::find_silence,
    silences::end_silence,
    alerts::list_disputes,
    disputes::find_dispute,
    disputes::answer_dispute,
    audit::list_audit,
    audit::verify_audit,
    missions::list_missions,
    missions::list_ranking,
    missions::list_outcomes,
    missions::find_mission,
    mission_acts::decide_mission,
    mission_acts::start_mission,
    mission_acts::add_milestone,
    mission_acts::finish_milestone,
    mission_acts::note_mission,
    mission_acts::keep_vendor_reply,
    mission_acts::name_vendor,
    mission_acts::close_mission,
    notices::list_notices,
    notice_acts::preview_notices,
    notice_acts::replay_dead_notices,
    notices::find_notice,
    notice_acts::replay_notice,
    notice_acts::list_receivers,
    notice_acts::open_receiver,
    reviews::list_reviews,
    review_acts::plan_reviews,
    review_acts::list_actions,
    reviews::find_review,
    review_acts::hold_review,
    review_acts::move_review,
    review_acts::cancel_review,
    review_acts::tick_action,
    reviews::find_calendar,
    rules::list_rules,
    rules::find_rule,
    rules::find_catalogue,
    rules::explain_rule,
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
    runs::run_job,
    runs::find_run,
    jobs::list_sources,
    alertmanager::list_firing,
    alertmanager::list_firing_groups,
    alertmanager::list_offices,
    alertmanager::list_gettable_silences,
    alertmanager::find_gettable_silence,
    alertmanager::find_status,
    cycles::list_cycles,
    runs::start_cycle,
    cycles::find_cycle,
    cycles::list_cycle_verdicts,
    cycles::replay_cycle,
    cycles::void_cycle,
];

/// Every route of the API, as documented in `docs/API.md`.
pub fn routes(service: &mut web::ServiceConfig) {
    service
        .app_data(web::PathConfig::default().error_handler(problem_details::path))
        .configure(handlers)
        .service(browser::to_page)
        .service(browser::show_page)
        .default_service(web::to(problem_details::no_route));
}

/// 201: something new, and where it is.
fn created(address: &str, thing: &impl Serialize) -> HttpResponse {
    HttpResponse::Created().insert_header((LOCATION, address)).json(thing)
}
