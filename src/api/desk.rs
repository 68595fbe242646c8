//! What a handler works with. It never meets the store but through here.

use std::future::Ready;
use std::future::ready;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use actix_web::FromRequest;
use actix_web::HttpMessage as _;
use actix_web::HttpRequest;
use actix_web::dev::Payload;
use actix_web::web;
use chrono::DateTime;
use chrono::Utc;
use tokio::sync::watch;
use tracing::error;

use super::access::Refusals;
use super::access::Telling;
use super::error::Problem;
use crate::clock::Clock;
use crate::clock::ClockJump;
use crate::clock::ClockWatch;
use crate::cycle;
use crate::cycle::Parts;
use crate::domain::access::Caller;
use crate::domain::access::Scope;
use crate::domain::audit::Act;
use crate::domain::audit::Deed;
use crate::store::Attempt;
use crate::store::Credential;
use crate::store::Store;
use crate::store::StoreError;

/// Between two looks for refusals whose minute is over.
const BETWEEN_LOOKS: Duration = Duration::from_secs(10);

/// The parts as the service has them: only the guard and a desk open it.
#[derive(Debug)]
pub struct Workshop {
    parts: Parts,
    refusals: Refusals,
    /// Since when the service runs.
    opened_at: DateTime<Utc>,
    clock_watch: ClockWatch,
}

impl Workshop {
    pub fn new(parts: Parts) -> Self {
        let opened_at = parts.clock.now();
        let clock_watch = ClockWatch::begin(opened_at, parts.clock.elapsed());
        Self { parts, refusals: Refusals::default(), opened_at, clock_watch }
    }

    /// For what is done before, beside or after any handler.
    pub(super) fn store(&self) -> &Store {
        &self.parts.store
    }

    pub fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.parts.clock)
    }

    /// By the clock as it was when the service started, and the time that passed since: however it is set
    /// meanwhile, what is to be kept for a day is kept for a day.
    pub(super) fn steady_now(&self) -> DateTime<Utc> {
        let clock = &self.parts.clock;
        self.clock_watch.steady(clock.now(), clock.elapsed())
    }

    /// Whether the clock is where it should be. A jump of it is told once: in the log, in the trail, and to
    /// the risk team and programs.
    pub async fn look_at_clock(&self) -> bool {
        let clock = &self.parts.clock;
        if let Some(jump) = self.clock_watch.look(clock.now(), clock.elapsed()) {
            self.tell_jump(jump).await;
        }
        !self.clock_watch.is_off()
    }

    /// At the start: against what was written last.
    pub async fn compare_clock(&self) {
        let now = self.parts.clock.now();
        match self.parts.store.last_written_at().await {
            Ok(Some(latest)) => {
                if let Some(jump) = self.clock_watch.compare(now, latest) {
                    self.tell_jump(jump).await;
                }
            }
            Ok(None) => {}
            Err(fault) => {
                let cause: &dyn std::error::Error = &fault;
                error!(error = cause, "The clock cannot be compared with what was written last");
            }
        }
    }

    async fn tell_jump(&self, jump: ClockJump) {
        error!(
            clock.expected = %jump.expected,
            clock.found = %jump.found,
            "The clock jumped: found {}, expected about {}; check this machine's time",
            jump.found, jump.expected
        );
        if let Err(fault) = cycle::tell_clock_jump(&self.parts, jump).await {
            let cause: &dyn std::error::Error = &fault;
            error!(error = cause, "The jump of the clock cannot be written");
        }
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
        let now = self.parts.clock.now();
        self.write_refusals(self.refusals.add(deed, now), now).await
    }

    /// Until the service is told to stop: how many were refused after the first, at the end of its minute.
    pub async fn tell_refusals(&self, mut stopped: watch::Receiver<bool>) {
        let mut looks = tokio::time::interval(BETWEEN_LOOKS);
        loop {
            tokio::select! {
                _ = looks.tick() => {}
                _ = stopped.wait_for(|stopped| *stopped) => return,
            }
            self.look_at_clock().await;
            let now = self.parts.clock.now();
            // What could not be written is in the log, and is tried again at the next look.
            self.write_refusals(self.refusals.due(now), now).await.ok();
        }
    }

    /// What is still to be told, once no request is answered any more.
    pub async fn tell_last_refusals(&self) {
        let now = self.parts.clock.now();
        self.write_refusals(self.refusals.rest(), now).await.ok();
    }

    async fn write_refusals(
        &self,
        entries: Vec<Telling>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let deeds: Vec<Deed> = entries.iter().map(Telling::deed).collect();
        let written = self.parts.store.note_refusals(&deeds, now).await;
        if let Err(fault) = &written {
            let cause: &dyn std::error::Error = fault;
            error!(error = cause, "{} entries on refusals cannot be written", entries.len());
            self.refusals.give_back(entries, now);
        }
        written
    }
}

/// The parts, with a store that shows what the caller may see: where nobody need be known, nothing.
#[derive(Debug)]
pub(super) struct Desk {
    parts: Parts,
    caller: Option<Caller>,
    workshop: web::Data<Workshop>,
}

impl Desk {
    pub(super) fn caller(&self) -> Result<&Caller, Problem> {
        self.caller.as_ref().ok_or(Problem::Unproven { reason: "no proof was presented" })
    }

    /// Of the service.
    pub(super) fn started_at(&self) -> DateTime<Utc> {
        self.workshop.opened_at
    }

    pub(super) async fn is_clock_right(&self) -> bool {
        self.workshop.look_at_clock().await
    }

    pub(super) async fn note_refusal(&self, deed: Deed) -> Result<(), StoreError> {
        self.workshop.note_refusal(deed).await
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
        let store = workshop.parts.store.seen_by(scope);
        let store = match request.extensions().get::<Attempt>() {
            Some(attempt) => store.attempting(attempt.clone()),
            None => store,
        };
        let parts = Parts { store, ..workshop.parts.clone() };
        ready(Ok(Self { parts, caller, workshop: workshop.clone() }))
    }
}
