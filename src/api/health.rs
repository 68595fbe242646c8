//! Whether the service is alive, and whether it can do its work.

use actix_web::HttpResponse;
use serde_json::json;

use super::desk::Desk;
use super::error::Problem;
use crate::cycle;

/// Never touches the database.
pub(super) async fn is_alive() -> HttpResponse {
    HttpResponse::Ok().json(json!({ "status": "alive" }))
}

pub(super) async fn is_ready(desk: Desk) -> Result<HttpResponse, Problem> {
    desk.store.check().await.map_err(|error| Problem::NotReady(error.to_string()))?;
    let in_force =
        cycle::catalogue(&desk).await.map_err(|error| Problem::NotReady(error.to_string()))?;
    let (rules, faults) = (in_force.catalogue.rules().count(), in_force.faults.len());
    if rules == 0 {
        let words = format!("no rule compiles; {faults} faults");
        return Err(Problem::NotReady(words));
    }
    Ok(HttpResponse::Ok().json(json!({
        "status": "ready",
        "checks": { "database": "ok", "rules": rules, "rule_faults": faults },
    })))
}
