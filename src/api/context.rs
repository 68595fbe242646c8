//! The context of a request: the services a handler uses, with a store limited to what the caller may see.

use std::future::{Ready, ready};
use std::ops::Deref;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, web};
use chrono::{DateTime, Utc};

use super::app_state::AppState;
use super::extract::action_settings::ActionSettings;
use super::middleware::access::local::LocalCaller;
use super::middleware::access::permissions::Requirement;
use super::problem::kinds::Problem;
use super::route::MatchedRoute;
use crate::application::Services;
use crate::domain::accounts::access::{Caller, Scope};
use crate::domain::accounts::audit::{ActionContext, Actor, AuditRecord};

/// The services of a request by an authenticated caller, with a store limited to what the caller may see. Extraction fails
/// without a caller, so the handler does not run.
#[derive(Clone, Debug)]
pub(crate) struct RequestContext {
    services: Services,
    caller: Caller,
    /// Why no person who can decide is named.
    unnamed: Option<String>,
    state: web::Data<AppState>,
}

impl RequestContext {
    pub(crate) fn caller(&self) -> &Caller {
        &self.caller
    }

    pub(crate) fn action_settings(&self) -> &ActionSettings {
        &self.state.action_settings
    }

    /// The services that record what the caller answers of a project that it sees: imports are of the whole State. Nothing
    /// that they read may be shown.
    pub(crate) fn recording_services(&self) -> Services {
        self.state.whole_services()
    }

    /// When the service started.
    pub(crate) fn started_at(&self) -> DateTime<Utc> {
        self.state.opened_at
    }

    /// What the caller does now, for a reason.
    ///
    /// # Errors
    /// When the caller is no person with a name: nothing is decided by nobody.
    pub(crate) fn act(&self, reason: &str) -> Result<ActionContext, Problem> {
        let actor = self.person()?.clone();
        Ok(ActionContext { actor, at: self.services.clock.now(), reason: reason.to_owned() })
    }

    /// The name under which the caller decides.
    ///
    /// # Errors
    /// When the caller is no person with a name.
    pub(crate) fn person(&self) -> Result<&Actor, Problem> {
        match &self.unnamed {
            Some(words) => Err(Problem::Unfit(words.clone())),
            None => Ok(&self.caller.name),
        }
    }
}

impl Deref for RequestContext {
    type Target = Services;

    fn deref(&self) -> &Services {
        &self.services
    }
}

impl FromRequest for RequestContext {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let of_caller = || {
            let caller = request.extensions().get::<Caller>().cloned();
            let caller = caller.ok_or(Problem::Unproven { reason: "no credentials were sent" })?;
            let state = AppState::of(request)?;
            let services = state.services_seen_by(request, &caller.scope);
            let local = request.app_data::<web::Data<LocalCaller>>();
            let unnamed = local.and_then(|local| local.unnamed()).map(ToString::to_string);
            Ok(Self { services, caller, unnamed, state: state.clone() })
        };
        ready(of_caller())
    }
}

/// The services for routes open to anonymous callers, with a store that shows no project. Extraction fails on other routes.
#[derive(Clone, Debug)]
pub(crate) struct AnonymousContext {
    services: Services,
    state: web::Data<AppState>,
}

impl AnonymousContext {
    pub(crate) async fn is_clock_right(&self) -> bool {
        self.state.check_clock().await
    }

    /// The services for whoever has proved otherwise, by a link, what they may see.
    pub(crate) fn seen_by(&self, request: &HttpRequest, scope: &Scope) -> Services {
        self.state.services_seen_by(request, scope)
    }

    pub(crate) fn note_refusal(&self, record: AuditRecord) {
        self.state.note_refusal(record);
    }
}

impl Deref for AnonymousContext {
    type Target = Services;

    fn deref(&self) -> &Services {
        &self.services
    }
}

impl FromRequest for AnonymousContext {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let is_open = MatchedRoute::of(request)
            .is_some_and(|route| route.requirement == Requirement::Anonymous);
        let open = || {
            let state = AppState::of(request)?;
            let services = state.services_seen_by(request, &Scope::of([]));
            Ok(Self { services, state: state.clone() })
        };
        ready(if is_open { open() } else { Err(Problem::Unassembled) })
    }
}
