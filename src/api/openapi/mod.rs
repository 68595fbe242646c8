//! The OpenAPI document, generated from the handlers and their types.
//!
//! To add a route:
//! 1. write the handler, and above it `#[utoipa::path(post, path = "/api/v1/alerts/{alert}/…", params(…),
//!    request_body = …, responses((status = …, body = …)))]`; the first line of its doc is the summary: a verb
//!    first, in English;
//! 2. derive `ToSchema` for its request and response bodies, `IntoParams` for its query;
//! 3. add it with what it requires of its caller to the table in `api/routes.rs`, under its tag;
//! 4. `INSTA_UPDATE=always cargo test --test it openapi` writes `docs/openapi.json` and the tables of routes in `docs/API.md`;
//!    review the difference.
//!
//! These responses are added to every route, so a handler does not list them: 400, 401, 403, 404 for a path with
//! parameters, 414, 413 and 415 for a route with a body, 429, 500, 503. A handler adds others by name, such as
//! `NoData` or `Conflict`. A list takes `Listing<Filters>` and returns `Page<Entry>`; `limit`, `cursor` and `Link`
//! are added to it. A field that may be `null` is always present in responses, so it is marked as required; a field
//! that is left out when it has no value is marked `#[schema(nullable = false)]`.

pub(super) mod answers;
pub(super) mod document;
mod lists;
mod operations;
mod schemas;
mod texts;
