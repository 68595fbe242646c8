//! Who may pass: each request is held to the table of doors before any handler sees it.

pub(super) mod browser;
mod doors;
mod proof;
mod refusals;

use actix_web::HttpMessage as _;
use actix_web::HttpRequest;
use actix_web::ResponseError as _;
use actix_web::body::BoxBody;
use actix_web::body::MessageBody;
use actix_web::dev::ServiceRequest;
use actix_web::dev::ServiceResponse;
use actix_web::middleware::Next;
use actix_web::web;

use super::desk::Workshop;
use super::error::Problem;
use super::limits::Allowance;
use super::limits::Limits;
use super::limits::Who;
use super::metrics::Metrics;
use crate::domain::access::Caller;
use crate::domain::access::Lack;
use crate::domain::audit::Actor;
use crate::domain::audit::Deed;

pub use browser::Cookies;
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
    let admitted = admit(&request).await;
    let allowance = allowance(request.request(), &admitted);
    let within = allowance.map_or(Ok(()), Allowance::check);
    let mut response = match admitted {
        Ok(caller) => match within {
            Ok(()) => pass(caller, request, next).await?,
            Err(problem) => request.into_response(problem.error_response()),
        },
        // Led to sign in, and so not refused.
        Err(refusal) if within.is_ok() && refusal.leads_to_sign_in(&request) => {
            let away = browser::to_sign_in(request.path());
            request.into_response(away)
        }
        Err(refusal) => {
            let problem = note(request.request(), *refusal);
            let problem = within.err().unwrap_or(problem);
            request.into_response(problem.error_response())
        }
    };
    if let Some(allowance) = allowance {
        allowance.tell(response.headers_mut());
    }
    Ok(response)
}

async fn pass(
    caller: Option<Caller>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    if let Some(caller) = caller {
        request.extensions_mut().insert(caller);
    }
    let response = next.call(request).await?.map_into_boxed_body();
    note_late(&response)?;
    Ok(response)
}

/// Takes the request off what is left to whoever asks.
fn allowance(
    request: &HttpRequest,
    admitted: &Result<Option<Caller>, Box<Refusal>>,
) -> Option<Allowance> {
    let caller = match admitted {
        Ok(caller) => caller.as_ref(),
        Err(refusal) => refusal.who.as_ref(),
    };
    let who = caller.map_or(Who::Nobody, |caller| Who::Account(caller.account));
    let allowance = request.app_data::<web::Data<Limits>>()?.take(request, who)?;
    if allowance.check().is_err()
        && let Some(metrics) = request.app_data::<web::Data<Metrics>>()
    {
        metrics.count_limited(allowance.policy());
    }
    Some(allowance)
}

/// Somebody who is not let through.
struct Refusal {
    /// `None` when nobody knows.
    who: Option<Caller>,
    problem: Problem,
}

impl Refusal {
    fn leads_to_sign_in(&self, request: &ServiceRequest) -> bool {
        matches!(self.problem, Problem::Unproven { .. }) && browser::wants_page(request)
    }
}

/// `None` where nobody need be known.
async fn admit(request: &ServiceRequest) -> Result<Option<Caller>, Box<Refusal>> {
    let nobody = |problem| Box::new(Refusal { who: None, problem });
    let Some(pattern) = request.match_pattern() else { return Ok(None) };
    let workshop = workshop(request.request()).map_err(nobody)?;
    let method = request.method().as_str();
    let Some(door) = doors::find(method, &pattern) else {
        let allowed = doors::methods(&pattern);
        let problem =
            if allowed.is_empty() { Problem::NoDoor } else { Problem::BadMethod { allowed } };
        return Err(nobody(problem));
    };
    let Asks::Account(permission, reach) = door.asks else { return Ok(None) };
    let caller = proof::caller(request, workshop).await.map_err(nobody)?;
    let problem = if caller.lacks(permission) == Some(Lack::Factor) {
        Problem::OneFactor { permission: permission.word() }
    } else if !caller.may(permission) {
        Problem::NotAllowed { permission: permission.word() }
    } else if reach == Reach::Whole && !caller.scope.is_whole() {
        Problem::BeyondScope
    } else {
        return Ok(Some(caller));
    };
    Err(Box::new(Refusal { who: Some(caller), problem }))
}

/// A handler refuses as the guard does, and its refusals are told as well.
fn note_late(response: &ServiceResponse<BoxBody>) -> Result<(), Problem> {
    let Some(error) = response.response().error() else { return Ok(()) };
    let Some(problem) = error.as_error::<Problem>().filter(|problem| problem.is_refusal()) else {
        return Ok(());
    };
    let request = response.request();
    let who = request.extensions().get::<Caller>().cloned();
    workshop(request)?.note_refusal(deed(request, who, problem));
    Ok(())
}

/// The problem to answer.
fn note(request: &HttpRequest, refusal: Refusal) -> Problem {
    let Refusal { who, problem } = refusal;
    if !problem.is_refusal() {
        return problem;
    }
    match workshop(request) {
        Ok(workshop) => workshop.note_refusal(deed(request, who, &problem)),
        Err(unassembled) => return unassembled,
    }
    problem
}

fn deed(request: &HttpRequest, who: Option<Caller>, problem: &Problem) -> Deed {
    let route = request.match_pattern().unwrap_or_default();
    let subject = format!("route/{} {route}", request.method());
    let who = who.map_or_else(Actor::vigie, |caller| caller.name);
    Deed::by(&who, "request_refused", subject).because(&problem.to_string())
}

fn workshop(request: &HttpRequest) -> Result<&web::Data<Workshop>, Problem> {
    request.app_data::<web::Data<Workshop>>().ok_or(Problem::Unassembled)
}
