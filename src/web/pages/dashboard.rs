//! The dashboard: the figures of the last edition, what moved, what awaits a decision.

use actix_web::HttpResponse;
use serde::Serialize;

use crate::api::Problem;
use crate::application;
use crate::application::Panorama;
use crate::web::context::{Heading, PageContext};

#[derive(Debug, Serialize)]
struct DashboardView {
    /// `None` before the first edition is imported.
    panorama: Option<Panorama>,
}

/// Shows the dashboard.
///
/// # Errors
/// If the data cannot be read.
pub(in crate::web) async fn show(context: PageContext) -> Result<HttpResponse, Problem> {
    let panorama = match application::panorama(&context, None).await.map_err(Problem::from) {
        Ok(panorama) => Some(panorama),
        Err(Problem::NotYet(_)) => None,
        Err(problem) => return Err(problem),
    };
    let view = DashboardView { panorama };
    context.page("pages/dashboard.html", &Heading::of("Tableau de bord", "tableau-de-bord"), &view)
}
