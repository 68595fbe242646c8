//! Pages about what past editions teach.

mod trajectory;
mod trajectory_chart;

use actix_web::web::route;

use crate::api::{Route, own};
use crate::domain::accounts::access::Permission::Read;

/// The rows of these pages in the table of pages.
pub(in crate::web) fn routes() -> Vec<Route> {
    vec![Route::page("/trajectoire", own(Read), || route().to(trajectory::show))]
}
