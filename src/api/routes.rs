//! The table of routes: each handler with its requirement, under its tag in the OpenAPI document. The method and path of
//! a route are declared once, above its handler, and its requirement once, here. A row without a requirement does not
//! compile, and a handler without a row is not served.

use std::sync::LazyLock;

use utoipa::OpenApi;

use super::alertmanager::alertmanager_api;
use super::metrics::process_metrics;
use super::middleware::access::permissions::{anonymous, own, whole};
use super::openapi::document;
use super::resources::catalogue::{drafts, publications, rules, trials};
use super::resources::decisions::{
    alerts, disputes, missions, notices, recipients, reviews, silences,
};
use super::resources::documents;
use super::resources::foresight::{alert_load, attention, backtest, forecast, near_misses, sweep};
use super::resources::operation::{cycles, feed, health, jobs, runs, swagger_ui};
use super::resources::people::{accounts, audit, session, tokens};
use super::resources::portfolio::{
    campaigns, coverage, editions, exits, exports, imports, layouts, links, panorama, profiles,
    projects, questionnaire, recorded_names, wanted_answers,
};
use super::route::Route;
use crate::domain::accounts::access::Permission::{
    Act, Administer, Operate, PublishRules, Read, WriteRules,
};

/// Generates both the operations of the OpenAPI document and the served routes from the same rows.
macro_rules! routes {
    ($($tag:literal { $($module:ident::$handler:ident: $requirement:expr),+ $(,)? })+) => {
        #[derive(Debug, OpenApi)]
        #[openapi(paths($($($module::$handler),+),+))]
        pub(super) struct Documented;

        fn documented() -> Vec<Route> {
            vec![$($(
                Route::documented::<pastey::paste!($module::[<__path_ $handler>])>(
                    $tag,
                    $requirement,
                    || actix_web::web::route().to($module::$handler),
                )
            ),+),+]
        }
    };
}

routes! {
    "operations" {
        health::is_alive: anonymous(),
        health::is_live: anonymous(),
        health::is_ready: anonymous(),
        process_metrics::show_metrics: whole(Read),
        document::show_document: anonymous(),
    }
    "accounts" {
        session::find_session: own(Read),
        session::list_own_sessions: own(Read),
        session::end_own_session: own(Read),
        tokens::list_own_tokens: own(Read),
        tokens::issue_own_token: own(Read),
        tokens::revoke_own_token: own(Read),
        tokens::list_tokens: whole(Administer),
        tokens::issue_token: whole(Administer),
        tokens::revoke_token: whole(Administer),
        accounts::list_accounts: whole(Administer),
        accounts::make_account: whole(Administer),
        accounts::find_account: whole(Administer),
        accounts::change_account: whole(Administer),
        accounts::close_account: whole(Administer),
        accounts::invite_account: whole(Administer),
        session::list_sessions: whole(Administer),
        session::end_session: whole(Administer),
    }
    "portfolio" {
        panorama::find_portfolio: own(Read),
        editions::list_editions: own(Read),
        editions::compare_editions: own(Read),
        panorama::list_imports: whole(Read),
        panorama::list_fields: own(Read),
        exports::find_export: own(Read),
    }
    "foresight" {
        alert_load::show_alert_load: whole(Read),
        attention::show_attention: whole(Read),
        backtest::show_backtest: whole(Read),
        forecast::find_forecast: own(Read),
        near_misses::list_near_misses: own(Read),
        sweep::sweep_threshold: whole(Read),
    }
    "documents" {
        documents::find_note: whole(Read),
        documents::find_ministry_page: own(Read),
        documents::find_project_page: own(Read),
        documents::find_document_template: own(Read),
        documents::list_note_texts: whole(Read),
        documents::write_note_text: whole(Act),
    }
    "feed" {
        feed::find_feed: own(Read),
    }
    "portfolio" {
        imports::import_file: whole(Operate),
        imports::find_import: whole(Read),
        imports::confirm_import: whole(Operate),
        imports::withdraw_import: whole(Operate),
        layouts::propose_profile: whole(Operate),
        layouts::try_profile: whole(Operate),
        profiles::list_profiles: whole(Read),
        profiles::find_profile: whole(Read),
        profiles::save_profile: whole(Operate),
        profiles::withdraw_profile: whole(Operate),
        recorded_names::list_names: whole(Read),
        recorded_names::record_names: whole(Operate),
        recorded_names::withdraw_name: whole(Operate),
    }
    "projects" {
        projects::list_projects: own(Read),
        projects::find_project: own(Read),
        projects::list_history: own(Read),
        projects::list_timeline: own(Read),
        projects::list_verdicts: own(Read),
        links::list_known_projects: own(Read),
        links::link_project: whole(Operate),
        links::unlink_project: whole(Operate),
        exits::list_exits: own(Read),
        exits::explain_exit: whole(Operate),
        exits::withdraw_exit: whole(Operate),
    }
    "questionnaire" {
        campaigns::list_campaigns: own(Read),
        campaigns::find_campaign: own(Read),
        campaigns::list_answers: own(Read),
        wanted_answers::list_wanted_answers: own(Read),
        questionnaire::find_questionnaire: own(Read),
        campaigns::plan_campaign: whole(Operate),
        campaigns::cancel_campaign: whole(Operate),
    }
    "alerts" {
        alerts::list_alerts: own(Read),
        alerts::find_alert: own(Read),
        alerts::acknowledge: own(Act),
        alerts::list_silences: own(Read),
        alerts::list_disputes: own(Read),
        alerts::assign_alert: own(Act),
        alerts::comment_alert: own(Act),
        alerts::dispute_alert: own(Act),
        silences::make_silence: own(Act),
        silences::find_silence: own(Read),
        silences::end_silence: own(Act),
        disputes::find_dispute: own(Read),
        disputes::answer_dispute: own(Act),
    }
    "audit" {
        audit::list_audit: whole(Administer),
        audit::verify_audit: whole(Administer),
    }
    "missions" {
        missions::list_missions: own(Read),
        missions::list_ranking: own(Read),
        missions::list_outcomes: own(Read),
        missions::find_mission: own(Read),
        missions::decide_mission: own(Act),
        missions::start_mission: own(Act),
        missions::add_milestone: own(Act),
        missions::finish_milestone: own(Act),
        missions::note_mission: own(Act),
        missions::keep_vendor_reply: own(Act),
        missions::name_vendor: own(Act),
        missions::close_mission: own(Act),
    }
    "notices" {
        notices::show_notice: own(Read),
        notices::revoke_links: whole(Administer),
        notices::list_notices: own(Read),
        notices::find_notice: own(Read),
        notices::preview_notices: whole(Read),
        notices::replay_dead_notices: whole(Administer),
        notices::replay_notice: whole(Administer),
        recipients::list_recipients: whole(Operate),
        notices::list_receivers: whole(Read),
        notices::open_receiver: whole(Administer),
    }
    "reviews" {
        reviews::list_reviews: own(Read),
        reviews::find_review: own(Read),
        reviews::find_calendar: own(Read),
        reviews::plan_reviews: whole(Act),
        reviews::list_actions: own(Read),
        reviews::hold_review: own(Act),
        reviews::move_review: own(Act),
        reviews::cancel_review: own(Act),
        reviews::tick_action: own(Act),
    }
    "rules" {
        rules::list_rules: own(Read),
        rules::find_rule: own(Read),
        rules::find_catalogue: own(Read),
        rules::explain_rule: own(Read),
        publications::list_versions: own(Read),
        publications::compare_rule: own(Read),
        publications::roll_back_rule: whole(PublishRules),
        publications::list_publications: own(Read),
        publications::list_overrides: own(Read),
        publications::find_override: own(Read),
        publications::publish_draft: whole(PublishRules),
        drafts::list_drafts: own(Read),
        drafts::find_draft: own(Read),
        drafts::open_draft: whole(WriteRules),
        drafts::save_draft: whole(WriteRules),
        drafts::submit_draft: whole(WriteRules),
        drafts::return_draft: whole(PublishRules),
        drafts::withdraw_draft: whole(WriteRules),
        trials::prove_draft: own(Read),
        trials::diff_draft: own(Read),
        trials::check_rules: own(WriteRules),
        trials::test_rules: own(WriteRules),
        trials::diff_rules: own(WriteRules),
        trials::list_thresholds: own(Read),
    }
    "cycles" {
        coverage::list_coverage: own(Read),
    }
    "jobs" {
        jobs::list_jobs: whole(Read),
        jobs::list_runs: whole(Read),
        jobs::list_sources: whole(Read),
        runs::run_job: whole(Administer),
        runs::find_run: whole(Read),
    }
    "cycles" {
        runs::start_cycle: whole(Operate),
    }
    "alertmanager" {
        alertmanager_api::list_firing: own(Read),
        alertmanager_api::list_firing_groups: own(Read),
        alertmanager_api::list_offices: own(Read),
        alertmanager_api::list_gettable_silences: own(Read),
        alertmanager_api::find_gettable_silence: own(Read),
        alertmanager_api::find_status: own(Read),
    }
    "cycles" {
        cycles::list_cycles: own(Read),
        cycles::find_cycle: own(Read),
        cycles::list_cycle_verdicts: own(Read),
        cycles::replay_cycle: whole(Operate),
        cycles::void_cycle: whole(Administer),
    }
}

/// Pages that the OpenAPI document does not list.
fn undocumented() -> Vec<Route> {
    let page = |path: &str, handler| Route::page(path, anonymous(), handler);
    vec![
        page("/api/docs", || actix_web::web::route().to(swagger_ui::to_page)),
        page("/api/docs/{file:.*}", || actix_web::web::route().to(swagger_ui::show_page)),
    ]
}

static ROUTES: LazyLock<Vec<Route>> = LazyLock::new(|| {
    let mut routes = documented();
    routes.extend(undocumented());
    routes
});

/// All routes, in the order of the table.
pub fn routes() -> &'static [Route] {
    &ROUTES
}
