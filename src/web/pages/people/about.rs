//! Pages about Vigie itself, open to everybody: help, legal notice, accessibility, plan of the site.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use serde::Serialize;

use crate::api::Problem;
use crate::web::context::Heading;
use crate::web::visitor::VisitorContext;

/// Where questions go; empty if the settings name nobody.
#[derive(Debug, Serialize)]
struct AboutView<'a> {
    contact: &'a str,
}

/// Shows what each page is for, and the words that pages use.
///
/// # Errors
/// If the page cannot be made.
pub(super) async fn help(context: VisitorContext) -> Result<HttpResponse, Problem> {
    show(&context, "pages/help.html", "Aide")
}

/// Shows who publishes the service and what it keeps of people.
///
/// # Errors
/// If the page cannot be made.
pub(super) async fn legal_notice(context: VisitorContext) -> Result<HttpResponse, Problem> {
    show(&context, "pages/legal_notice.html", "Mentions légales")
}

/// Shows the declaration of accessibility: what was tested, how, and what was not.
///
/// # Errors
/// If the page cannot be made.
pub(super) async fn accessibility(context: VisitorContext) -> Result<HttpResponse, Problem> {
    show(&context, "pages/accessibility.html", "Accessibilité : non conforme")
}

/// Shows the plan of the site: the menu of whoever asks, and the pages that are open to everybody.
///
/// # Errors
/// If the page cannot be made.
pub(super) async fn site_map(context: VisitorContext) -> Result<HttpResponse, Problem> {
    show(&context, "pages/site_map.html", "Plan du site")
}

fn show(context: &VisitorContext, template: &str, title: &str) -> Result<HttpResponse, Problem> {
    let view = AboutView { contact: &context.notify.mail.contact };
    context.page(StatusCode::OK, template, &Heading::of(title, ""), &view)
}
