//! The guard of each resource checks what the matched route requires of its caller before the handler runs.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, web};
use tracing::Span;

use super::permissions::{DataScope, Requirement};
use super::{credentials, session_cookie};
use crate::api::app_state::AppState;
use crate::api::metrics::http::method_label;
use crate::api::metrics::process_metrics::Metrics;
use crate::api::middleware::limits::rate_limits::{RateLimitStatus, RateLimits, Who};
use crate::api::problem::kinds::Problem;
use crate::api::route::{MatchedRoute, Resource};
use crate::domain::accounts::access::{Caller, Lack};
use crate::domain::accounts::audit::{Actor, AuditRecord};

/// Authenticates and authorizes a request that reached `resource`, then passes it to its handler with the caller in its
/// extensions, or responds with the problem.
pub(in crate::api) async fn guard(
    resource: &'static Resource,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    if let Some(route) = resource.route(request.method()) {
        request.extensions_mut().insert(MatchedRoute(route));
        Span::current().record("http.route", route.path.as_str());
    }
    let admitted = admit(resource, &request).await;
    let known = match &admitted {
        Ok(caller) => caller.as_ref(),
        Err(refusal) => refusal.who.as_ref(),
    };
    let allowance = allowance(request.request(), known);
    let within = allowance.map_or(Ok(()), RateLimitStatus::check);
    let mut response = match admitted {
        Ok(caller) => match within {
            Ok(()) => pass(caller, request, next).await?,
            Err(problem) => refused(request, problem),
        },
        // A redirect to sign-in is not a refusal.
        Err(refusal) if within.is_ok() && refusal.leads_to_sign_in(&request) => {
            let redirect = session_cookie::to_sign_in(&request);
            request.into_response(redirect)
        }
        Err(refusal) => {
            let problem = record_refusal(request.request(), *refusal);
            let problem = within.err().unwrap_or(problem);
            refused(request, problem)
        }
    };
    if let Some(allowance) = allowance {
        allowance.add_headers(response.headers_mut());
    }
    Ok(response)
}

/// The response to a request that is denied, with its problem, which a page may show in its own way.
fn refused(request: ServiceRequest, problem: Problem) -> ServiceResponse<BoxBody> {
    ServiceResponse::new(request.into_parts().0, HttpResponse::from_error(problem))
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
    record_late_refusal(&response)?;
    Ok(response)
}

/// Responds 404 to a request that matched no resource. It counts against the address's quota; the database is not read.
pub(in crate::api) async fn no_route(request: HttpRequest) -> HttpResponse {
    answer_unrouted(&request, Problem::NoRoute { path: request.path().to_owned() })
}

/// Responds to a request that is refused before routing, such as one whose path is not in normal form. It counts
/// against the address's quota and is recorded in the audit trail.
pub(in crate::api) fn refuse(request: &HttpRequest, problem: Problem) -> HttpResponse {
    let noted = record_refusal(request, Refusal { who: None, problem });
    answer_unrouted(request, noted)
}

fn answer_unrouted(request: &HttpRequest, problem: Problem) -> HttpResponse {
    let allowance = allowance(request, None);
    let over = allowance.and_then(|allowance| allowance.check().err());
    let mut answer = HttpResponse::from_error(over.unwrap_or(problem));
    if let Some(allowance) = allowance {
        allowance.add_headers(answer.headers_mut());
    }
    answer
}

/// Counts the request against the quota of the caller's account, or of the address when there is no caller.
fn allowance(request: &HttpRequest, caller: Option<&Caller>) -> Option<RateLimitStatus> {
    let who = caller.map_or(Who::Nobody, |caller| Who::Account(caller.account));
    let allowance = request.app_data::<web::Data<RateLimits>>()?.take(request, who)?;
    if allowance.check().is_err()
        && let Some(metrics) = request.app_data::<web::Data<Metrics>>()
    {
        metrics.count_limited(allowance.policy());
    }
    Some(allowance)
}

/// A request that is denied.
struct Refusal {
    /// The caller, if authenticated.
    who: Option<Caller>,
    problem: Problem,
}

impl Refusal {
    fn leads_to_sign_in(&self, request: &ServiceRequest) -> bool {
        matches!(self.problem, Problem::Unproven { .. }) && session_cookie::wants_page(request)
    }
}

/// The caller, or `None` where the route is open to anonymous callers.
async fn admit(
    resource: &'static Resource,
    request: &ServiceRequest,
) -> Result<Option<Caller>, Box<Refusal>> {
    let nobody = |problem| Box::new(Refusal { who: None, problem });
    let state = AppState::of(request.request()).map_err(nobody)?;
    let Some(route) = MatchedRoute::of(request.request()) else {
        return Err(nobody(Problem::BadMethod { allowed: resource.allowed() }));
    };
    let Requirement::Account(permission, data_scope) = route.requirement else { return Ok(None) };
    let caller = credentials::caller(request, state).await.map_err(nobody)?;
    let problem = if caller.lacks(permission) == Some(Lack::Factor) {
        Problem::OneFactor { permission: permission.as_str() }
    } else if !caller.may(permission) {
        Problem::NotAllowed { permission: permission.as_str() }
    } else if data_scope == DataScope::WholeState && !caller.scope.is_whole() {
        Problem::BeyondScope
    } else {
        return Ok(Some(caller));
    };
    Err(Box::new(Refusal { who: Some(caller), problem }))
}

/// Records refusals by handlers in the audit trail, as those by the guard are.
fn record_late_refusal(response: &ServiceResponse<BoxBody>) -> Result<(), Problem> {
    let Some(error) = response.response().error() else { return Ok(()) };
    let Some(problem) = error.as_error::<Problem>().filter(|problem| problem.is_refusal()) else {
        return Ok(());
    };
    let request = response.request();
    let who = request.extensions().get::<Caller>().cloned();
    AppState::of(request)?.note_refusal(refusal_record(request, who, problem));
    Ok(())
}

/// Records the problem in the audit trail if it is a refusal, and returns the problem to respond with.
fn record_refusal(request: &HttpRequest, refusal: Refusal) -> Problem {
    let Refusal { who, problem } = refusal;
    if !problem.is_refusal() {
        return problem;
    }
    match AppState::of(request) {
        Ok(state) => state.note_refusal(refusal_record(request, who, &problem)),
        Err(unassembled) => return unassembled,
    }
    problem
}

fn refusal_record(request: &HttpRequest, who: Option<Caller>, problem: &Problem) -> AuditRecord {
    let route = MatchedRoute::of(request).map_or("(none)", |route| route.path.as_str());
    let subject = format!("route/{} {route}", method_label(request.method()));
    let who = who.map_or_else(Actor::vigie, |caller| caller.name);
    AuditRecord::by(&who, "request_refused", subject).because(&problem.to_string())
}
