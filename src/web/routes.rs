//! The table of pages: each address with its handlers and what they require of the caller.

use std::sync::LazyLock;

use actix_web::web::{ServiceConfig, route};

use super::assets;
use super::pages::{
    administration, asset, comparison, dashboard, decisions, entry, foresight, intake, people,
    project, projects, rules,
};
use crate::api;
use crate::api::{Resource, Route, anonymous, own};
use crate::domain::accounts::access::Permission::Read;

static ROUTES: LazyLock<Vec<Route>> = LazyLock::new(|| {
    let get = Route::page;
    let mut routes = vec![
        get(assets::PATH, anonymous(), || route().to(asset::serve)),
        get("/", own(Read), || route().to(dashboard::show)),
        get("/projets", own(Read), || route().to(projects::list)),
        get("/projets/{project}", own(Read), || route().to(project::show)),
        get("/projets/{project}/comparaison", own(Read), || route().to(comparison::show)),
    ];
    routes.extend(entry::routes());
    routes.extend(decisions::routes());
    routes.extend(administration::routes());
    routes.extend(people::routes());
    routes.extend(intake::routes());
    routes.extend(rules::routes());
    routes.extend(foresight::routes());
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
