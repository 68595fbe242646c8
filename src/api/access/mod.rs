//! Who may pass: each request is held to the table of doors before any handler sees it.

mod doors;
mod proof;
mod refusals;

use actix_web::HttpMessage as _;
use actix_web::ResponseError as _;
use actix_web::body::BoxBody;
use actix_web::body::MessageBody;
use actix_web::dev::ServiceRequest;
use actix_web::dev::ServiceResponse;
use actix_web::middleware::Next;
use actix_web::web;

use super::desk::Workshop;
use super::error::Problem;
use crate::domain::access::Caller;
use crate::domain::audit::Actor;
use crate::domain::audit::Deed;

pub use doors::Asks;
pub use doors::DOORS;
pub use doors::Door;
pub use doors::Reach;
pub(super) use refusals::Refusals;
pub(super) use refusals::Telling;

/// Lets a request through to its handler, which then finds the caller, or answers in its place.
pub async fn guard(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    match admit(&request).await {
        Ok(None) => {}
        Ok(Some(caller)) => {
            request.extensions_mut().insert(caller);
        }
        Err(problem) => return Ok(request.into_response(problem.error_response())),
    }
    Ok(next.call(request).await?.map_into_boxed_body())
}

/// `None` where nobody need be known.
async fn admit(request: &ServiceRequest) -> Result<Option<Caller>, Problem> {
    let Some(pattern) = request.match_pattern() else { return Ok(None) };
    let workshop = request.app_data::<web::Data<Workshop>>().ok_or(Problem::Unassembled)?;
    let method = request.method().as_str();
    let Some(door) = doors::find(method, &pattern) else {
        let allowed = doors::methods(&pattern);
        return Err(if allowed.is_empty() {
            Problem::NoDoor
        } else {
            Problem::BadMethod { allowed }
        });
    };
    let Asks::Account(permission, reach) = door.asks else { return Ok(None) };
    let found = proof::caller(request, workshop).await;
    let refusal = match found {
        Ok(caller) if !caller.may(permission) => {
            (caller.name, Problem::NotAllowed { permission: permission.word() })
        }
        Ok(caller) if reach == Reach::Whole && !caller.scope.is_whole() => {
            (caller.name, Problem::BeyondScope)
        }
        Ok(caller) => return Ok(Some(caller)),
        Err(Problem::Unproven { reason }) => (Actor::vigie(), Problem::Unproven { reason }),
        Err(other) => return Err(other),
    };
    let (name, problem) = refusal;
    let deed = Deed::by(&name, "request_refused", format!("route/{method} {pattern}"))
        .because(&problem.to_string());
    workshop.note_refusal(deed).await?;
    Err(problem)
}
