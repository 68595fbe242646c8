//! Files that come in: the history of imports, what is simulated before it is recorded, and the editions of the panorama.

mod assistant;
mod changes;
mod editions;
mod imports;
mod mapping;
mod preview;
mod recorded_names;
mod simulation;
mod unknown_names;
mod upload;
mod words;

use actix_web::web::route;

use crate::api::{Route, own, whole};
use crate::domain::accounts::access::Permission::{Operate, Read};

/// Files that wait to be imported.
const SIMULATION: &str = "/imports/simulations/{simulation}";

/// The assistant that describes the layout of one of them.
const MAPPING: &str = "/imports/simulations/{simulation}/{file}/modele";

/// The rows of these pages in the table of pages.
pub(in crate::web) fn routes() -> Vec<Route> {
    let get = Route::page;
    let mut routes = vec![
        get("/editions", own(Read), || route().to(editions::list)),
        get("/editions/comparaison", own(Read), || route().to(editions::compare)),
        get("/editions/{edition}", own(Read), || route().to(editions::show)),
    ];
    routes.extend(about_imports());
    routes
}

fn about_imports() -> Vec<Route> {
    let get = Route::page;
    let post = Route::form;
    vec![
        get("/imports", whole(Read), || route().to(imports::list)),
        get("/imports/nouveau", whole(Operate), || route().to(upload::show)),
        post("/imports/nouveau", whole(Operate), || route().to(upload::send)),
        get("/imports/noms", whole(Read), || route().to(recorded_names::list)),
        post("/imports/noms/{name}/retrait", whole(Operate), || {
            route().to(recorded_names::withdraw)
        }),
        get(SIMULATION, whole(Operate), || route().to(simulation::show)),
        post("/imports/simulations/{simulation}/fichiers", whole(Operate), || {
            route().to(upload::add)
        }),
        post("/imports/simulations/{simulation}/importation", whole(Operate), || {
            route().to(simulation::import)
        }),
        post("/imports/simulations/{simulation}/noms", whole(Operate), || {
            route().to(simulation::settle_names)
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
}
