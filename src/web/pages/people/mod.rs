//! Pages about Vigie itself, and those about whom it asks and tells: messages, campaigns, secretaries-general.

mod about;

use actix_web::web::route;

use crate::api::{Route, anonymous};

/// The rows of these pages in the table of pages.
pub(in crate::web) fn routes() -> Vec<Route> {
    let get = Route::page;
    vec![
        get("/aide", anonymous(), || route().to(about::help)),
        get("/accessibilite", anonymous(), || route().to(about::accessibility)),
        get("/mentions-legales", anonymous(), || route().to(about::legal_notice)),
        get("/plan-du-site", anonymous(), || route().to(about::site_map)),
    ]
}
