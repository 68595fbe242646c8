//! Pages about what past editions teach.

mod attention;
mod near_misses;
mod trajectory;
mod trajectory_chart;

use actix_web::web::route;

use crate::api::{Route, own, whole};
use crate::domain::accounts::access::Permission::Read;

/// The rows of these pages in the table of pages.
pub(in crate::web) fn routes() -> Vec<Route> {
    vec![
        Route::page("/priorites", whole(Read), || route().to(attention::show)),
        Route::page("/proches-du-seuil", own(Read), || route().to(near_misses::show)),
        Route::page("/trajectoire", own(Read), || route().to(trajectory::show)),
    ]
}
