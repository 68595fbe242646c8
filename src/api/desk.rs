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

use super::access::LocalCaller;
use super::access::Refusals;
use super::access::Requirement;
use super::access::Telling;
use super::error::Problem;
use super::routing::MatchedRoute;
use crate::clock::Clock;
use crate::clock::ClockJump;
use crate::clock::ClockWatch;
use crate::cycle;
use crate::cycle::Parts;
use crate::domain::access::Caller;
use crate::domain::access::Scope;
use crate::domain::audit::Act;
use crate::domain::audit::Actor;
use crate::domain::audit::Deed;
use crate::store::Attempt;
use crate::store::Credential;
use crate::store::Store;
use crate::store::StoreError;
use crate::store::Version;

/// How long a request waits for those who write before it: less than most clients wait for an answer.
const WRITE_WAIT: Duration = Duration::from_secs(10);

/// Between two looks for refusals whose minute is over.
const BETWEEN_LOOKS: Duration = Duration::from_secs(10);

/// The parts as the service has them: only the guard and a desk open it.
#[derive(Debug)]
pub struct Workshop {
    parts: Parts,
    /// For what nobody waits for.
    patient: Store,
    refusals: Refusals,
    /// Since when the service runs.
    opened_at: DateTime<Utc>,
    clock_watch: ClockWatch,
}

impl Workshop {
    /// For requests of clients, who do not wait for long.
    pub fn new(parts: Parts) -> Self {
        let store = parts.store.writing_within(WRITE_WAIT);
        Self::with_store(store, parts)
    }

    /// For a command of this process, which waits for other writers as long as the store does.
    pub fn local(parts: Parts) -> Self {
        Self::with_store(parts.store.clone(), parts)
    }

    fn with_store(store: Store, parts: Parts) -> Self {
        let opened_at = parts.clock.now();
        let clock_watch = ClockWatch::begin(opened_at, parts.clock.elapsed());
        let patient = parts.store.clone();
        let parts = Parts { store, ..parts };
        Self { parts, patient, refusals: Refusals::default(), opened_at, clock_watch }
    }

    /// The one that the service was put together with.
    pub(super) fn of(request: &HttpRequest) -> Result<&web::Data<Self>, Problem> {
        request.app_data::<web::Data<Self>>().ok_or(Problem::Unassembled)
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
        version: Version,
    ) -> Result<Option<Caller>, StoreError> {
        self.parts.store.caller_by_token(presented, version, self.parts.clock.now()).await
    }

    pub(super) async fn caller_by_session(
        &self,
        presented: &Credential,
    ) -> Result<Option<Caller>, StoreError> {
        self.parts.store.caller_by_session(presented, self.parts.clock.now()).await
    }

    /// In the trail soon: whoever is refused waits neither for those who write nor for the disk.
    pub(super) fn note_refusal(&self, deed: Deed) {
        self.refusals.note(deed, self.parts.clock.now());
    }

    /// Until the service is told to stop: each refusal that is the first of its kind, and how many followed, at
    /// the end of its minute.
    pub async fn tell_refusals(&self, mut stopped: watch::Receiver<bool>) {
        let mut looks = tokio::time::interval(BETWEEN_LOOKS);
        loop {
            tokio::select! {
                _ = looks.tick() => {}
                () = self.refusals.noted() => {}
                _ = stopped.wait_for(|stopped| *stopped) => return,
            }
            self.look_at_clock().await;
            self.write_refusals(Refusals::due).await;
        }
    }

    /// What is still to be told, once no request is answered any more.
    pub async fn tell_last_refusals(&self) {
        self.write_refusals(|refusals, _| refusals.rest()).await;
    }

    /// With a store that shows what lies within the scope, and that writes for the request's idempotency key.
    fn parts_seen_by(&self, request: &HttpRequest, scope: &Scope) -> Parts {
        let store = self.parts.store.seen_by(scope);
        let store = match request.extensions().get::<Attempt>() {
            Some(attempt) => store.attempting(attempt.clone()),
            None => store,
        };
        Parts { store, ..self.parts.clone() }
    }

    /// Those that wait, then others. What cannot be written is in the log, and is counted with what follows.
    async fn write_refusals(&self, others: impl Fn(&Refusals, DateTime<Utc>) -> Vec<Telling>) {
        let now = self.parts.clock.now();
        let mut entries = self.refusals.take_waiting();
        entries.extend(others(&self.refusals, now).into_iter().map(|entry| (now, entry)));
        let told: Vec<_> = entries.iter().map(|(at, entry)| (*at, entry.deed())).collect();
        if let Err(fault) = self.patient.note_refusals(&told).await {
            let cause: &dyn std::error::Error = &fault;
            error!(error = cause, "{} entries on refusals cannot be written", entries.len());
            let entries = entries.into_iter().map(|(_, entry)| entry).collect();
            self.refusals.give_back(entries, now);
        }
    }
}

/// The parts, with a store that shows what the caller may see. A request without a caller has none: its handler
/// does not run.
#[derive(Debug)]
pub(super) struct Desk {
    parts: Parts,
    caller: Caller,
    /// Why no person who can decide is named.
    unnamed: Option<String>,
    workshop: web::Data<Workshop>,
}

impl Desk {
    pub(super) fn caller(&self) -> &Caller {
        &self.caller
    }

    /// Of the service.
    pub(super) fn started_at(&self) -> DateTime<Utc> {
        self.workshop.opened_at
    }

    /// What the caller does now, for a reason.
    ///
    /// # Errors
    /// When the caller is no person with a name: nothing is decided by nobody.
    pub(super) fn act(&self, reason: &str) -> Result<Act, Problem> {
        let actor = self.person()?.clone();
        Ok(Act { actor, at: self.parts.clock.now(), reason: reason.to_owned() })
    }

    /// The name under which the caller decides.
    ///
    /// # Errors
    /// When the caller is no person with a name.
    pub(super) fn person(&self) -> Result<&Actor, Problem> {
        match &self.unnamed {
            Some(words) => Err(Problem::Unfit(words.clone())),
            None => Ok(&self.caller.name),
        }
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
        let of_caller = || {
            let caller = request.extensions().get::<Caller>().cloned();
            let caller = caller.ok_or(Problem::Unproven { reason: "no proof was presented" })?;
            let workshop = Workshop::of(request)?;
            let parts = workshop.parts_seen_by(request, &caller.scope);
            let local = request.app_data::<web::Data<LocalCaller>>();
            let unnamed = local.and_then(|local| local.unnamed()).map(ToString::to_string);
            Ok(Self { parts, caller, unnamed, workshop: workshop.clone() })
        };
        ready(of_caller())
    }
}

/// The parts, for handlers of routes that are open to anonymous callers: their store shows no project. Elsewhere it
/// cannot be had.
#[derive(Debug)]
pub(super) struct AnonymousContext {
    parts: Parts,
    workshop: web::Data<Workshop>,
}

impl AnonymousContext {
    pub(super) async fn is_clock_right(&self) -> bool {
        self.workshop.look_at_clock().await
    }

    pub(super) fn note_refusal(&self, deed: Deed) {
        self.workshop.note_refusal(deed);
    }
}

impl Deref for AnonymousContext {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.parts
    }
}

impl FromRequest for AnonymousContext {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let is_open = MatchedRoute::of(request)
            .is_some_and(|route| route.requirement == Requirement::Anonymous);
        let context = || {
            let workshop = Workshop::of(request)?;
            let parts = workshop.parts_seen_by(request, &Scope::of([]));
            Ok(Self { parts, workshop: workshop.clone() })
        };
        ready(if is_open { context() } else { Err(Problem::Unassembled) })
    }
}
