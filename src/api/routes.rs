//! The table of routes: each handler with its requirement. The method and path of a route are declared once, above its
//! handler, and its requirement once, here. A row without a requirement does not compile, and a handler without a row is
//! not served.

use std::sync::LazyLock;

use utoipa::OpenApi;

use super::alertmanager::alertmanager_api;
use super::metrics::process_metrics;
use super::middleware::access::permissions::{anonymous, own, whole};
use super::openapi::document;
use super::resources::catalogue::{drafts, publications, rules, trials};
use super::resources::decisions::{alerts, disputes, missions, notices, reviews, silences};
use super::resources::operation::{cycles, feed, health, jobs, runs, swagger_ui};
use super::resources::people::sign_in::{account, setup, sign_in_flow};
use super::resources::people::{accounts, audit, session, tokens};
use super::resources::portfolio::{coverage, exports, imports, links, panorama, projects};
use super::route::Route;
use crate::domain::accounts::access::Permission::{
    Act, Administer, Operate, PublishRules, Read, WriteRules,
};

/// Generates both the operations of the OpenAPI document and the served routes from the same rows.
macro_rules! routes {
    ($($module:ident { $($handler:ident: $requirement:expr),+ $(,)? })+) => {
        #[derive(Debug, OpenApi)]
        #[openapi(paths($($($module::$handler),+),+))]
        pub(super) struct Documented;

        fn documented() -> Vec<Route> {
            vec![$($(
                Route::documented::<pastey::paste!($module::[<__path_ $handler>])>(
                    $requirement,
                    || actix_web::web::route().to($module::$handler),
                )
            ),+),+]
        }
    };
}

routes! {
    health {
        is_alive: anonymous(),
        is_live: anonymous(),
        is_ready: anonymous(),
    }
    process_metrics {
        show_metrics: whole(Read),
    }
    document {
        show_document: anonymous(),
    }
    sign_in_flow {
        start_sign_in: anonymous(),
        end_sign_in: anonymous(),
        sign_out: anonymous(),
    }
    account {
        show_signed_out: anonymous(),
        show_account: anonymous(),
    }
    setup {
        show_setup: anonymous(),
        set_up: anonymous(),
    }
    session {
        find_session: own(Read),
    }
    tokens {
        list_own_tokens: own(Read),
        issue_own_token: own(Read),
        revoke_own_token: own(Read),
        list_tokens: whole(Administer),
        issue_token: whole(Administer),
        revoke_token: whole(Administer),
    }
    accounts {
        list_accounts: whole(Administer),
        make_account: whole(Administer),
        find_account: whole(Administer),
        change_account: whole(Administer),
        close_account: whole(Administer),
    }
    panorama {
        find_portfolio: own(Read),
        list_editions: own(Read),
        list_imports: whole(Read),
        list_fields: own(Read),
    }
    exports {
        find_export: own(Read),
    }
    feed {
        find_feed: own(Read),
    }
    imports {
        import_file: whole(Operate),
        find_import: whole(Read),
    }
    projects {
        list_projects: own(Read),
        find_project: own(Read),
        list_history: own(Read),
        list_timeline: own(Read),
        list_verdicts: own(Read),
    }
    links {
        list_known_projects: own(Read),
        link_project: whole(Operate),
        unlink_project: whole(Operate),
    }
    alerts {
        list_alerts: own(Read),
        find_alert: own(Read),
        acknowledge: own(Act),
        list_silences: own(Read),
        list_disputes: own(Read),
    }
    alerts {
        assign_alert: own(Act),
        comment_alert: own(Act),
        dispute_alert: own(Act),
    }
    silences {
        make_silence: own(Act),
        find_silence: own(Read),
        end_silence: own(Act),
    }
    disputes {
        find_dispute: own(Read),
        answer_dispute: own(Act),
    }
    audit {
        list_audit: whole(Administer),
        verify_audit: whole(Administer),
    }
    missions {
        list_missions: own(Read),
        list_ranking: own(Read),
        list_outcomes: own(Read),
        find_mission: own(Read),
    }
    missions {
        decide_mission: own(Act),
        start_mission: own(Act),
        add_milestone: own(Act),
        finish_milestone: own(Act),
        note_mission: own(Act),
        keep_vendor_reply: own(Act),
        name_vendor: own(Act),
        close_mission: own(Act),
    }
    notices {
        show_notice: own(Read),
        list_notices: own(Read),
        find_notice: own(Read),
    }
    notices {
        preview_notices: whole(Read),
        replay_dead_notices: whole(Administer),
        replay_notice: whole(Administer),
        list_receivers: whole(Read),
        open_receiver: whole(Administer),
    }
    reviews {
        list_reviews: own(Read),
        find_review: own(Read),
        find_calendar: own(Read),
    }
    reviews {
        plan_reviews: whole(Act),
        list_actions: own(Read),
        hold_review: own(Act),
        move_review: own(Act),
        cancel_review: own(Act),
        tick_action: own(Act),
    }
    rules {
        list_rules: own(Read),
        find_rule: own(Read),
        find_catalogue: own(Read),
        explain_rule: own(Read),
    }
    publications {
        list_versions: own(Read),
        compare_rule: own(Read),
        roll_back_rule: whole(PublishRules),
        list_publications: own(Read),
        list_overrides: own(Read),
        find_override: own(Read),
        publish_draft: whole(PublishRules),
    }
    drafts {
        list_drafts: own(Read),
        find_draft: own(Read),
        open_draft: whole(WriteRules),
        save_draft: whole(WriteRules),
        submit_draft: whole(WriteRules),
        return_draft: whole(PublishRules),
        withdraw_draft: whole(WriteRules),
    }
    trials {
        prove_draft: own(Read),
        diff_draft: own(Read),
        check_rules: own(WriteRules),
        test_rules: own(WriteRules),
        diff_rules: own(WriteRules),
        list_thresholds: own(Read),
    }
    coverage {
        list_coverage: own(Read),
    }
    jobs {
        list_jobs: whole(Read),
        list_runs: whole(Read),
        list_sources: whole(Read),
    }
    runs {
        run_job: whole(Administer),
        find_run: whole(Read),
        start_cycle: whole(Operate),
    }
    alertmanager_api {
        list_firing: own(Read),
        list_firing_groups: own(Read),
        list_offices: own(Read),
        list_gettable_silences: own(Read),
        find_gettable_silence: own(Read),
        find_status: own(Read),
    }
    cycles {
        list_cycles: own(Read),
        find_cycle: own(Read),
        list_cycle_verdicts: own(Read),
        replay_cycle: whole(Operate),
        void_cycle: whole(Administer),
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
