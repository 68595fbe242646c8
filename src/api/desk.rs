//! What a handler works with. It never meets the store but through here.

use std::future::Ready;
use std::future::ready;
use std::ops::Deref;

use actix_web::FromRequest;
use actix_web::HttpMessage as _;
use actix_web::HttpRequest;
use actix_web::dev::Payload;
use actix_web::web;
use chrono::DateTime;
use chrono::Utc;

use super::error::Problem;
use crate::cycle::Parts;
use crate::domain::access::Caller;
use crate::domain::access::Scope;
use crate::domain::audit::Act;
use crate::domain::audit::Deed;
use crate::store::Credential;
use crate::store::StoreError;

/// The parts as the service has them: only the guard and a desk open it.
#[derive(Debug)]
pub struct Workshop {
    parts: Parts,
    /// Since when the service runs.
    opened_at: DateTime<Utc>,
}

impl Workshop {
    pub fn new(parts: Parts) -> Self {
        let opened_at = parts.clock.now();
        Self { parts, opened_at }
    }

    pub(super) async fn caller_by_token(
        &self,
        presented: &Credential,
    ) -> Result<Option<Caller>, StoreError> {
        self.parts.store.caller_by_token(presented, self.parts.clock.now()).await
    }

    pub(super) async fn caller_by_session(
        &self,
        presented: &Credential,
    ) -> Result<Option<Caller>, StoreError> {
        self.parts.store.caller_by_session(presented, self.parts.clock.now()).await
    }

    pub(super) async fn note_refusal(&self, deed: Deed) -> Result<(), StoreError> {
        self.parts.store.note_refusal(deed, self.parts.clock.now()).await
    }
}

/// The parts, with a store that shows what the caller may see: where nobody need be known, nothing.
#[derive(Debug)]
pub(super) struct Desk {
    parts: Parts,
    caller: Option<Caller>,
    started_at: DateTime<Utc>,
}

impl Desk {
    pub(super) fn caller(&self) -> Result<&Caller, Problem> {
        self.caller.as_ref().ok_or(Problem::Unproven { reason: "no proof was presented" })
    }

    /// Of the service.
    pub(super) fn started_at(&self) -> DateTime<Utc> {
        self.started_at
    }

    /// What the caller does now, for a reason.
    pub(super) fn act(&self, reason: &str) -> Result<Act, Problem> {
        let actor = self.caller()?.name.clone();
        Ok(Act { actor, at: self.parts.clock.now(), reason: reason.to_owned() })
    }
}

impl Deref for Desk {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.parts
    }
}

impl FromRequest for Desk {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let Some(workshop) = request.app_data::<web::Data<Workshop>>() else {
            return ready(Err(Problem::Unassembled));
        };
        let caller = request.extensions().get::<Caller>().cloned();
        let nothing = Scope::of([]);
        let scope = caller.as_ref().map_or(&nothing, |caller| &caller.scope);
        let parts = Parts { store: workshop.parts.store.seen_by(scope), ..workshop.parts.clone() };
        ready(Ok(Self { parts, caller, started_at: workshop.opened_at }))
    }
}
