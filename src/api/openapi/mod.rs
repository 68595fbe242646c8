//! The OpenAPI document, generated from the handlers and their types.
//!
//! To add a route:
//! 1. write the handler, and above it `#[utoipa::path(post, path = "/api/v1/alerts/{alert}/…", tag = …, params(…),
//!    request_body = …, responses((status = …, body = …)))]`; the first line of its doc is the summary: a verb
//!    first, in English;
//! 2. derive `ToSchema` for its request and response bodies, `IntoParams` for its query;
//! 3. add it with what it requires of its caller to the table in `api/routes.rs`, and to that of `docs/API.md`;
//! 4. `INSTA_UPDATE=always cargo test --test it openapi` writes the new document; review the difference.
//!
//! These responses are added to every route, so a handler does not list them: 400, 401, 403, 404 for a path with
//! parameters, 414, 413 and 415 for a route with a body, 429, 500, 503. A handler adds others by name, such as
//! `NoData` or `Conflict`. A list takes `Listing<Filters>` and returns `Page<Entry>`; `limit`, `cursor` and `Link`
//! are added to it. A field that may be `null` is always present in responses, so it is marked as required; a field
//! that is left out when it has no value is marked `#[schema(nullable = false)]`.

mod answers;
mod lists;
mod schemas;
mod security;
mod texts;

use std::sync::LazyLock;

use actix_web::HttpResponse;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};

use super::problem::details::ProblemDetails;
use super::routes::Documented;
use crate::domain::portfolio::follow_up::WatchList;
use crate::domain::portfolio::snapshot::Phase;

pub(super) use answers::{
    Conflict, NoData, NoRevision, NotFound, Stale, UnavailableResponse, Unprocessable,
};

pub(super) const ADDRESS: &str = "/api/openapi.json";

/// Name of the session cookie.
const COOKIE: &str = "vigie_session";

static TEXT: LazyLock<Option<String>> = LazyLock::new(|| document().to_json().ok());

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Vigie",
        description = "Rules-based early warning for the French State's large digital projects.\n\n\
            Times are RFC 3339 in UTC, dates `YYYY-MM-DD`, editions `YYYY-MM`. Amounts are decimals in \
            millions of euros (EUR), taxes included; durations are in months; drifts are shares of the baseline \
            (0.25 is 25 %). Unknown values are `null`. Texts for people are in French.",
        license(name = "MIT", identifier = "MIT")
    ),
    servers((url = "/", description = "This service")),
    security(("token" = []), ("session" = [])),
    tags(
        (name = "portfolio", description = "Portfolio figures, editions, imports, exports and the data dictionary"),
        (name = "projects", description = "Projects, their history and verdicts"),
        (name = "alerts", description = "Alerts, silences and disputes"),
        (name = "alertmanager", description = "Alerts and silences in the format of the Alertmanager API v2"),
        (name = "feed", description = "Recent changes as an Atom feed"),
        (name = "missions", description = "Missions that DINUM opens in response to alerts"),
        (name = "reviews", description = "Reviews of watch-listed projects"),
        (name = "notices", description = "Notifications and their delivery"),
        (name = "rules", description = "The rule catalogue, drafts and publications"),
        (name = "cycles", description = "Evaluation cycles, their verdicts and coverage"),
        (name = "jobs", description = "Scheduled jobs and their runs"),
        (name = "audit", description = "The audit trail"),
        (name = "accounts", description = "Accounts, tokens, sessions and sign-in"),
        (name = "operations", description = "Health, metrics and this document"),
    ),
    components(schemas(Phase, ProblemDetails, WatchList)),
    modifiers(&Finish)
)]
struct Head;

struct Finish;

impl Modify for Finish {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        document.merge(Documented::openapi());
        let components = document.components.get_or_insert_default();
        let token = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("A token issued by `vigie tokens issue`, for programs."))
            .build();
        let session = ApiKeyValue::with_description(
            COOKIE,
            "The session cookie of a browser, set at sign-in.",
        );
        let schemes =
            [SecurityScheme::Http(token), SecurityScheme::ApiKey(ApiKey::Cookie(session))];
        for (name, scheme) in security::SCHEMES.into_iter().zip(schemes) {
            components.add_security_scheme(name, scheme);
        }
        security::complete(document);
        answers::complete(document);
        lists::complete(document);
        texts::complete(document);
        schemas::complete(document);
    }
}

/// Returns the OpenAPI document that `/api/openapi.json` serves.
pub fn document() -> utoipa::openapi::OpenApi {
    Head::openapi()
}

/// Return this OpenAPI document.
#[utoipa::path(
    get,
    path = "/api/openapi.json",
    tag = "operations",
    responses((status = 200, description = "The OpenAPI 3.1 document", body = Object))
)]
pub(super) async fn show_document() -> HttpResponse {
    let Some(text) = TEXT.as_deref() else { return HttpResponse::InternalServerError().finish() };
    HttpResponse::Ok().content_type("application/json").body(text)
}
