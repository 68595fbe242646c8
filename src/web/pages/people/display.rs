//! `/affichage`: the colours in which somebody reads pages, remembered by their browser.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};

use crate::api::{Problem, check_origin, is_own_path};
use crate::domain::words::Labelled as _;
use crate::web::confirmations::Confirmation;
use crate::web::context::Heading;
use crate::web::query::PageQuery;
use crate::web::theme::ColourScheme;
use crate::web::visitor::VisitorContext;

/// What the form sends.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DisplayChoice {
    theme: ColourScheme,
    /// Path of the page that the reader comes from; empty for this one.
    #[serde(default)]
    retour: String,
}

#[derive(Debug, Serialize)]
struct DisplayView<'a> {
    chosen: ColourScheme,
    /// Each choice: value and label.
    schemes: Vec<SchemeOption>,
    go_to: &'a str,
}

#[derive(Debug, Serialize)]
struct SchemeOption {
    value: &'static str,
    label: &'static str,
}

/// Shows the choices, with the one in force.
///
/// # Errors
/// If the page cannot be made.
pub(super) async fn show(
    context: VisitorContext,
    query: PageQuery,
) -> Result<HttpResponse, Problem> {
    let given = query.given.get("retour").and_then(|values| values.first());
    let go_to = given.map(String::as_str).filter(|path| is_own_path(path)).unwrap_or_default();
    let schemes = ColourScheme::labels();
    let view = DisplayView {
        chosen: context.frame().scheme(),
        schemes: schemes.into_iter().map(|(value, label)| SchemeOption { value, label }).collect(),
        go_to,
    };
    let heading = Heading::of("Paramètres d’affichage", "");
    context.page(StatusCode::OK, "pages/display.html", &heading, &view)
}

/// Remembers a choice, and leads back to the page that the reader comes from.
///
/// # Errors
/// If the request comes from a page of another site.
pub(super) async fn choose(
    context: VisitorContext,
    request: HttpRequest,
    body: web::Form<DisplayChoice>,
) -> Result<HttpResponse, Problem> {
    check_origin(&request)?;
    let DisplayChoice { theme, retour } = body.into_inner();
    let go_to = if is_own_path(&retour) { retour.as_str() } else { "/affichage" };
    let mut response = context.frame().done(Confirmation::DisplayChosen, go_to);
    let cookie = theme.cookie(context.frame().is_secure());
    response.add_cookie(&cookie).map_err(|_| Problem::PageNotMade)?;
    Ok(response)
}
