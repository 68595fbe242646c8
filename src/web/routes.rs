//! The table of pages: each address with its handlers and what they require of the caller.

use std::sync::LazyLock;

use actix_web::web::{ServiceConfig, route};

use super::assets;
use super::pages::intake::{assistant, editions, imports, simulation, upload};
use super::pages::{alerts, dashboard, projects};
use crate::api;
use crate::api::{Resource, Route, anonymous, own, whole};
use crate::domain::accounts::access::Permission::{Act, Operate, Read};

/// Files that wait to be imported.
const SIMULATION: &str = "/imports/simulations/{simulation}";

/// The assistant that describes the layout of one of them.
const MAPPING: &str = "/imports/simulations/{simulation}/{file}/modele";

static ROUTES: LazyLock<Vec<Route>> = LazyLock::new(|| {
    let get = Route::page;
    let post = Route::form;
    vec![
        get(assets::PATH, anonymous(), || route().to(assets::serve)),
        get("/", own(Read), || route().to(dashboard::show)),
        get("/projets", own(Read), || route().to(projects::list)),
        get("/projets/{project}", own(Read), || route().to(projects::show)),
        get("/alertes", own(Read), || route().to(alerts::list)),
        get("/alertes/{alert}", own(Read), || route().to(alerts::show)),
        post("/alertes/{alert}/acquittement", own(Act), || route().to(alerts::acknowledge)),
        get("/editions", own(Read), || route().to(editions::list)),
        get("/editions/comparaison", own(Read), || route().to(editions::compare)),
        get("/editions/{edition}", own(Read), || route().to(editions::show)),
        get("/imports", whole(Read), || route().to(imports::list)),
        get("/imports/nouveau", whole(Operate), || route().to(upload::show)),
        post("/imports/nouveau", whole(Operate), || route().to(upload::send)),
        get(SIMULATION, whole(Operate), || route().to(simulation::show)),
        post("/imports/simulations/{simulation}/fichiers", whole(Operate), || {
            route().to(upload::add)
        }),
        post("/imports/simulations/{simulation}/importation", whole(Operate), || {
            route().to(simulation::import)
        }),
        post("/imports/simulations/{simulation}/abandon", whole(Operate), || {
            route().to(simulation::forget)
        }),
        post("/imports/simulations/{simulation}/{file}", whole(Operate), || {
            route().to(simulation::set_options)
        }),
        get(MAPPING, whole(Operate), || route().to(assistant::show)),
        post(MAPPING, whole(Operate), || route().to(assistant::submit)),
        post("/imports/simulations/{simulation}/{file}/retrait", whole(Operate), || {
            route().to(simulation::remove)
        }),
        get("/imports/{import}", whole(Read), || route().to(imports::show)),
        post("/imports/{import}/confirmation", whole(Operate), || route().to(imports::confirm)),
        post("/imports/{import}/retrait", whole(Operate), || route().to(imports::withdraw)),
        post("/imports/{import}/rattachement", whole(Operate), || route().to(imports::link)),
    ]
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
