//! The document of the API, made from the code: it says what the code does, and nothing is typed twice.
//!
//! To add a route:
//! 1. write the handler, and above it `#[utoipa::path(post, path = "/api/v1/alerts/{alert}/…", tag = …, params(…),
//!    request_body = …, responses((status = …, body = …)))]`; the first line of its doc is the summary: a verb
//!    first, in English;
//! 2. derive `ToSchema` for what it reads and answers, `IntoParams` for its query;
//! 3. add it with what it requires of its caller to the table in `api/routes.rs`, and to that of `docs/API.md`;
//! 4. `INSTA_UPDATE=always cargo test --test it openapi` writes the new document; read its difference.
//!
//! Said here for every route, so not to be repeated: 400, 401, 403, 404 where the address names
//! something, 414, 413 and 415 where there is a body, 429, 500, 503. Others by name: `NoData`, `Conflict`. A
//! list takes `Listing<Filters>` and answers `Page<Entry>`: `limit`, `cursor` and `Link` come with it. A
//! field that may be `null` is always answered, so it is marked as required; one that is left out when
//! there is nothing to say is marked `#[schema(nullable = false)]`.

mod answers;
mod lists;
mod schemas;
mod security;
mod texts;

use std::sync::LazyLock;

use actix_web::HttpResponse;
use utoipa::Modify;
use utoipa::OpenApi;
use utoipa::openapi::security::ApiKey;
use utoipa::openapi::security::ApiKeyValue;
use utoipa::openapi::security::HttpAuthScheme;
use utoipa::openapi::security::HttpBuilder;
use utoipa::openapi::security::SecurityScheme;

use super::problem_details::ProblemDetails;
use super::routes::Documented;

use crate::domain::follow_up::Watch;
use crate::domain::snapshot::Phase;

pub(super) use answers::Conflict;
pub(super) use answers::NoData;
pub(super) use answers::NoRevision;
pub(super) use answers::NotFound;
pub(super) use answers::Stale;
pub(super) use answers::Unavailable;
pub(super) use answers::Unprocessable;

pub(super) const ADDRESS: &str = "/api/openapi.json";

/// The name of the cookie that a session is known by.
const COOKIE: &str = "vigie_session";

static TEXT: LazyLock<Option<String>> = LazyLock::new(|| document().to_json().ok());

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Vigie",
        description = "Watches the State's large digital projects and warns early enough to act.\n\n\
            Times are RFC 3339 in UTC, dates `YYYY-MM-DD`, editions `YYYY-MM`. Amounts are decimals in \
            millions of euros (EUR), taxes included; durations months; drifts shares of the baseline. \
            What is not known is `null`. Texts for people are in French.",
        license(name = "MIT", identifier = "MIT")
    ),
    servers((url = "/", description = "This service")),
    security(("token" = []), ("session" = [])),
    tags(
        (name = "portfolio", description = "The portfolio, its editions, where they came from, its fields"),
        (name = "projects", description = "Projects, their history and what was judged of them"),
        (name = "alerts", description = "Alerts, silences and disputes"),
        (name = "alertmanager", description = "Alerts and silences as tools made for Alertmanager read them"),
        (name = "feed", description = "What changed, for whoever follows"),
        (name = "missions", description = "What DINUM does about alerts"),
        (name = "reviews", description = "Reviews of listed projects"),
        (name = "notices", description = "Messages and what became of them"),
        (name = "rules", description = "The catalogue of rules"),
        (name = "cycles", description = "Evaluations and what they could judge"),
        (name = "jobs", description = "What runs by itself"),
        (name = "audit", description = "Who decided what, when and why"),
        (name = "accounts", description = "Who may call, and as whom"),
        (name = "operations", description = "Health, metrics and this document"),
    ),
    components(schemas(Phase, ProblemDetails, Watch)),
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
            .description(Some("A token that `vigie tokens issue` gave, for programs."))
            .build();
        let session =
            ApiKeyValue::with_description(COOKIE, "The session of a browser, after sign-in.");
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

/// What `/api/openapi.json` answers.
pub fn document() -> utoipa::openapi::OpenApi {
    Head::openapi()
}

/// Give this document.
#[utoipa::path(
    get,
    path = "/api/openapi.json",
    tag = "operations",
    responses((status = 200, description = "This document", body = Object))
)]
pub(super) async fn show_document() -> HttpResponse {
    let Some(text) = TEXT.as_deref() else { return HttpResponse::InternalServerError().finish() };
    HttpResponse::Ok().content_type("application/json").body(text)
}
