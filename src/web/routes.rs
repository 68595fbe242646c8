//! The table of pages: each address with its handlers and what they require of the caller.

use std::sync::LazyLock;

use actix_web::web::{ServiceConfig, route};

use super::assets;
use super::pages::entry::{account, first_start, mail_links, provider, session_links, sign_in};
use super::pages::{administration, alerts, comparison, dashboard, people, project, projects};
use crate::api;
use crate::api::{Resource, Route, anonymous, own};
use crate::domain::accounts::access::Permission::{Act, Read};

static ROUTES: LazyLock<Vec<Route>> = LazyLock::new(|| {
    let get = Route::page;
    let post = Route::form;
    let mut routes = vec![
        get(assets::PATH, anonymous(), || route().to(assets::serve)),
        get("/", own(Read), || route().to(dashboard::show)),
        get("/setup/{invitation}", anonymous(), || route().to(first_start::show)),
        post("/setup/{invitation}", anonymous(), || route().to(first_start::create)),
        get("/connexion", anonymous(), || route().to(sign_in::show)),
        post("/connexion", anonymous(), || route().to(sign_in::send_link)),
        get("/connexion/{link}", anonymous(), || route().to(session_links::show_sign_in_link)),
        post("/connexion/{link}", anonymous(), || route().to(session_links::sign_in_by_link)),
        get("/invitation/{invitation}", anonymous(), || route().to(session_links::show_invitation)),
        post("/invitation/{invitation}", anonymous(), || {
            route().to(session_links::accept_invitation)
        }),
        get("/sign-in", anonymous(), || route().to(provider::start_sign_in)),
        get("/sign-in/return", anonymous(), || route().to(provider::end_sign_in)),
        post("/sign-out", anonymous(), || route().to(provider::sign_out)),
        get("/signed-out", anonymous(), || route().to(provider::show_signed_out)),
        get("/account", anonymous(), || route().to(account::move_on)),
        get("/compte", own(Read), || route().to(account::show)),
        post("/compte/jetons", own(Read), || route().to(account::issue_token)),
        post("/compte/jetons/{token}/revocation", own(Read), || route().to(account::revoke_token)),
        post("/compte/sessions/{session}/fin", own(Read), || route().to(account::end_session)),
        get("/messages/{link}", anonymous(), || route().to(mail_links::show_message)),
        get("/acknowledgements/{link}", anonymous(), || {
            route().to(mail_links::show_acknowledgement)
        }),
        post("/acknowledgements/{link}", anonymous(), || {
            route().to(mail_links::acknowledge_by_link)
        }),
        get("/projets", own(Read), || route().to(projects::list)),
        get("/projets/{project}", own(Read), || route().to(project::show)),
        get("/projets/{project}/comparaison", own(Read), || route().to(comparison::show)),
        get("/alertes", own(Read), || route().to(alerts::list)),
        get("/alertes/{alert}", own(Read), || route().to(alerts::show)),
        post("/alertes/{alert}/acquittement", own(Act), || route().to(alerts::acknowledge)),
    ];
    routes.extend(administration::routes());
    routes.extend(people::routes());
    routes
});

static RESOURCES: LazyLock<Vec<Resource>> = LazyLock::new(|| Resource::all(&ROUTES));

/// All pages, and what their forms post to, in the order of the table.
pub fn routes() -> &'static [Route] {
    &ROUTES
}

/// Registers the pages, behind the guard that protects the API.
pub fn configure(service: &mut ServiceConfig) {
    api::register(service, &RESOURCES);
}
