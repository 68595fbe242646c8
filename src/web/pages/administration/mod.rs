//! Administration: what the service does by itself, what carries its messages, its settings, and its audit trail.

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
