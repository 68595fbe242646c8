//! Administration: what the service does by itself, what carries its messages, its settings, and its audit trail.

mod account_form;
mod accounts;
mod audit_trail;
mod channels;
mod cycles;
mod jobs;
mod settings;
mod tabs;

use actix_web::web::route;

use crate::api::{Route, whole};
use crate::domain::accounts::access::Permission::{Administer, Operate, Read};

/// The rows of these pages in the table of pages.
pub(in crate::web) fn routes() -> Vec<Route> {
    let mut routes = about_accounts();
    routes.extend(about_the_service());
    routes
}

fn about_accounts() -> Vec<Route> {
    let get = Route::page;
    let post = Route::form;
    let chief = whole(Administer);
    vec![
        get("/administration/comptes", chief, || route().to(accounts::list)),
        post("/administration/comptes", chief, || route().to(accounts::make)),
        get("/administration/comptes/{account}", chief, || route().to(accounts::show)),
        post("/administration/comptes/{account}", chief, || route().to(accounts::change)),
        post("/administration/comptes/{account}/fermeture", chief, || route().to(accounts::close)),
        post("/administration/comptes/{account}/invitation", chief, || {
            route().to(accounts::invite)
        }),
        post("/administration/comptes/{account}/jetons", chief, || {
            route().to(accounts::issue_token)
        }),
        post("/administration/comptes/{account}/jetons/{token}/revocation", chief, || {
            route().to(accounts::revoke_token)
        }),
        post("/administration/comptes/{account}/sessions/{session}/fin", chief, || {
            route().to(accounts::end_session)
        }),
    ]
}

fn about_the_service() -> Vec<Route> {
    let get = Route::page;
    let post = Route::form;
    vec![
        get("/administration", whole(Read), || route().to(jobs::list)),
        get("/administration/taches/{job}", whole(Read), || route().to(jobs::show)),
        post("/administration/taches/{job}/execution", whole(Administer), || route().to(jobs::run)),
        get("/administration/executions/{run}", whole(Read), || route().to(jobs::show_run)),
        get("/administration/cycles", whole(Read), || route().to(cycles::list)),
        post("/administration/cycles/execution", whole(Operate), || route().to(cycles::start)),
        get("/administration/cycles/{cycle}", whole(Read), || route().to(cycles::show)),
        post("/administration/cycles/{cycle}/annulation", whole(Administer), || {
            route().to(cycles::void)
        }),
        post("/administration/cycles/{cycle}/verification", whole(Operate), || {
            route().to(cycles::replay)
        }),
        get("/administration/canaux", whole(Read), || route().to(channels::list)),
        post("/administration/canaux/reouverture", whole(Administer), || {
            route().to(channels::reopen)
        }),
        get("/administration/reglages", whole(Administer), || route().to(settings::show)),
        get("/administration/journal", whole(Administer), || route().to(audit_trail::list)),
        get("/administration/journal/verification", whole(Administer), || {
            route().to(audit_trail::verify)
        }),
    ]
}
