//! Disputes raised by project teams, and answers to them.

use actix_web::web;

use crate::api::context::RequestContext;
use crate::api::problem::kinds::Problem;
use crate::domain::action_bodies::{DisputeAnswer, DisputeVerdict};
use crate::domain::alerts::dispute::{Dispute, DisputeState};
use crate::domain::ids::DisputeNumber;

/// Return one dispute.
#[utoipa::path(
    get,
    path = "/api/v1/disputes/{dispute}",
    params(("dispute" = i64, Path, description = "Number of the dispute")),
    responses((status = 200, description = "The dispute", body = Dispute))
)]
pub(crate) async fn find_dispute(
    context: RequestContext,
    number: web::Path<i64>,
) -> Result<web::Json<Dispute>, Problem> {
    let number = DisputeNumber(number.into_inner());
    let found =
        context.store.disputes().await?.into_iter().find(|dispute| dispute.number == number);
    found.map(web::Json).ok_or(Problem::NotFound { kind: "dispute", id: number.to_string() })
}

/// Answer a dispute: uphold or reject it.
#[utoipa::path(
    post,
    path = "/api/v1/disputes/{dispute}/answer",
    params(("dispute" = i64, Path, description = "Number of the dispute")),
    request_body = DisputeAnswer,
    responses((status = 200, description = "The answered dispute", body = Dispute))
)]
pub(crate) async fn answer_dispute(
    context: RequestContext,
    number: web::Path<i64>,
    body: web::Json<DisputeAnswer>,
) -> Result<web::Json<Dispute>, Problem> {
    let state = match body.verdict {
        DisputeVerdict::Upheld => DisputeState::Upheld,
        DisputeVerdict::Rejected => DisputeState::Rejected,
    };
    let number = DisputeNumber(number.into_inner());
    let act = context.act(body.reason.as_str())?;
    Ok(web::Json(context.store.answer_dispute(number, state, &act).await?))
}
