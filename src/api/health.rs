//! Whether the service is alive, and whether it can do its work.

use actix_web::get;
use actix_web::web;
use serde::Serialize;
use utoipa::ToSchema;

use super::desk::Desk;
use super::error::Problem;
use super::openapi::Unavailable;
use crate::cycle;

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Alive {
    #[schema(pattern = "^alive$")]
    status: &'static str,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Ready {
    #[schema(pattern = "^ready$")]
    status: &'static str,
    checks: Checks,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Checks {
    #[schema(pattern = "^ok$")]
    database: &'static str,
    /// `jumped` while the clock is days from where it stood, as time passed since the service started.
    #[schema(pattern = "^(ok|jumped)$")]
    clock: &'static str,
    /// Rules that compile.
    rules: usize,
    /// Faults of those that do not.
    rule_faults: usize,
}

/// Say that the process is alive.
///
/// Never touches the database.
#[utoipa::path(
    tag = "operations",
    security(()),
    responses((status = 200, description = "It is", body = Alive))
)]
#[get("/healthz")]
pub(super) async fn is_alive() -> web::Json<Alive> {
    web::Json(Alive { status: "alive" })
}

/// The same as `/healthz`.
#[utoipa::path(
    tag = "operations",
    security(()),
    responses((status = 200, description = "It is", body = Alive))
)]
#[get("/livez")]
pub(super) async fn is_live() -> web::Json<Alive> {
    web::Json(Alive { status: "alive" })
}

/// Say whether the database and the catalogue can be used.
#[utoipa::path(
    tag = "operations",
    security(()),
    responses((status = 200, description = "They can", body = Ready), Unavailable)
)]
#[get("/readyz")]
pub(super) async fn is_ready(desk: Desk) -> Result<web::Json<Ready>, Problem> {
    desk.store.check().await.map_err(|error| Problem::NotReady(error.to_string()))?;
    let in_force =
        cycle::catalogue(&desk).await.map_err(|error| Problem::NotReady(error.to_string()))?;
    let (rules, rule_faults) = (in_force.catalogue.rules().count(), in_force.faults.len());
    if rules == 0 {
        return Err(Problem::NotReady(format!("no rule compiles; {rule_faults} faults")));
    }
    let clock = if desk.is_clock_right().await { "ok" } else { "jumped" };
    let checks = Checks { database: "ok", clock, rules, rule_faults };
    Ok(web::Json(Ready { status: "ready", checks }))
}
