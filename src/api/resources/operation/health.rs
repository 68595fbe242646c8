//! Liveness and readiness of the service.

use actix_web::web;
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::context::AnonymousContext;
use crate::api::openapi::answers::UnavailableResponse;
use crate::api::problem::kinds::Problem;
use crate::api::problem::unavailable::Unavailable;
use crate::application;

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Alive {
    #[schema(pattern = "^alive$")]
    status: &'static str,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Ready {
    #[schema(pattern = "^ready$")]
    status: &'static str,
    checks: Checks,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Checks {
    #[schema(pattern = "^ok$")]
    database: &'static str,
    /// `jumped` while the clock differs by a day or more from the time elapsed since the service started.
    #[schema(pattern = "^(ok|jumped)$")]
    clock: &'static str,
    /// Number of rules that compile.
    rules: usize,
    /// Number of errors in rules that do not compile.
    rule_faults: usize,
}

/// Report that the process is alive.
///
/// Never reads the database.
#[utoipa::path(
    get,
    path = "/healthz",
    responses((status = 200, description = "The process is alive", body = Alive))
)]
pub(crate) async fn is_alive() -> web::Json<Alive> {
    web::Json(Alive { status: "alive" })
}

/// Report that the process is alive, as `/healthz` does.
#[utoipa::path(
    get,
    path = "/livez",
    responses((status = 200, description = "The process is alive", body = Alive))
)]
pub(crate) async fn is_live() -> web::Json<Alive> {
    web::Json(Alive { status: "alive" })
}

/// Report whether the database can be read and written, and the rules can be used.
#[utoipa::path(
    get,
    path = "/readyz",
    responses((status = 200, description = "The service is ready", body = Ready), UnavailableResponse)
)]
pub(crate) async fn is_ready(context: AnonymousContext) -> Result<web::Json<Ready>, Problem> {
    let storage = context.store.check_storage().await;
    storage.map_err(|fault| Problem::Unavailable(Unavailable::because_of(&fault)))?;
    context.store.check().await.map_err(|error| {
        // Known good some seconds ago, and gone since.
        if error.disk_fault().is_some() || error.is_busy() {
            Problem::from(error)
        } else {
            Problem::NotReady(error.to_string())
        }
    })?;
    let in_force = application::catalogue(&context)
        .await
        .map_err(|error| Problem::NotReady(error.to_string()))?;
    let (rules, rule_faults) = (in_force.catalogue.rules().count(), in_force.faults.len());
    if rules == 0 {
        return Err(Problem::NotReady(format!("no rule compiles; {rule_faults} errors")));
    }
    let clock = if context.is_clock_right().await { "ok" } else { "jumped" };
    let checks = Checks { database: "ok", clock, rules, rule_faults };
    Ok(web::Json(Ready { status: "ready", checks }))
}
