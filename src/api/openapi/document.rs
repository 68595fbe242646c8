//! The OpenAPI document as a whole: what it says of the service, and the operations that the table of routes names.

use std::sync::OnceLock;

use actix_web::{HttpResponse, web};
use utoipa::OpenApi;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};

use super::{answers, lists, operations, schemas, texts};
use crate::api::problem::details::ProblemDetails;
use crate::api::problem::kinds::Problem;
use crate::api::route::Route;
use crate::domain::portfolio::follow_up::WatchList;
use crate::domain::portfolio::snapshot::Phase;

pub(in crate::api) const ADDRESS: &str = "/api/openapi.json";

/// Name of the session cookie.
const COOKIE: &str = "vigie_session";

/// The document of the routes that are served, as JSON text. It is written when something first needs it: a service of which only
/// pages are read never does.
#[derive(Debug)]
pub(in crate::api) struct LazyDocument {
    write: fn() -> Option<Vec<u8>>,
    text: OnceLock<Option<web::Bytes>>,
}

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
        (name = "foresight", description = "What past editions teach: how often warnings came true, which projects to look at first, where the rate is going"),
        (name = "questionnaire", description = "What project teams are asked: campaigns, their answers, and the answers to ask for first"),
        (name = "projects", description = "Projects, their history and verdicts"),
        (name = "alerts", description = "Alerts, silences and disputes"),
        (name = "alertmanager", description = "Alerts and silences in the format of the Alertmanager API v2"),
        (name = "documents", description = "Documents that people hand out, and what people write in them"),
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
    components(schemas(Phase, ProblemDetails, WatchList))
)]
struct Head;

/// The document of `operations`, with what each of `routes` requires of its caller.
pub(in crate::api) fn complete(
    operations: utoipa::openapi::OpenApi,
    routes: &[Route],
) -> utoipa::openapi::OpenApi {
    let mut document = Head::openapi();
    document.merge(operations);
    let components = document.components.get_or_insert_default();
    let token = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("A token issued by `vigie tokens issue`, for programs."))
        .build();
    let session =
        ApiKeyValue::with_description(COOKIE, "The session cookie of a browser, set at sign-in.");
    let schemes = [SecurityScheme::Http(token), SecurityScheme::ApiKey(ApiKey::Cookie(session))];
    for (name, scheme) in operations::SCHEMES.into_iter().zip(schemes) {
        components.add_security_scheme(name, scheme);
    }
    operations::complete(&mut document, routes);
    answers::complete(&mut document);
    lists::complete(&mut document);
    texts::complete(&mut document);
    schemas::complete(&mut document);
    document
}

impl LazyDocument {
    pub(in crate::api) const fn written_by(write: fn() -> Option<Vec<u8>>) -> Self {
        Self { write, text: OnceLock::new() }
    }

    /// The text; `None` if it cannot be written. The first call takes tens of milliseconds.
    pub(in crate::api) fn json(&self) -> Option<&web::Bytes> {
        self.text.get_or_init(|| (self.write)().map(web::Bytes::from)).as_ref()
    }
}

/// Return this OpenAPI document.
#[utoipa::path(
    get,
    path = "/api/openapi.json",
    responses((status = 200, description = "The OpenAPI 3.1 document", body = Object))
)]
pub(in crate::api) async fn show_document(
    document: web::Data<&'static LazyDocument>,
) -> Result<HttpResponse, Problem> {
    let document = **document;
    let text = web::block(|| document.json()).await.ok().flatten().ok_or(Problem::Unassembled)?;
    Ok(HttpResponse::Ok().content_type("application/json").body(text.clone()))
}
