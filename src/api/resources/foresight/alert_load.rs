//! What the open alerts ask of those who read them.

use actix_web::web;

use crate::api::context::RequestContext;
use crate::api::problem::kinds::Problem;
use crate::application;
use crate::application::AlertLoad;

/// Count the open alerts of each rule, and propose which to read under a more serious one, by what past editions say.
#[utoipa::path(
    get,
    path = "/api/v1/alert-load",
    responses((status = 200, description = "The load, rule by rule, with the evidence and the proposal", body = AlertLoad))
)]
pub(crate) async fn show_alert_load(
    context: RequestContext,
) -> Result<web::Json<AlertLoad>, Problem> {
    Ok(web::Json(application::alert_load(&context).await?))
}
