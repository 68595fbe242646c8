//! The context of a request: the services a handler uses, with a store limited to what the caller may see.

use std::future::{Ready, ready};
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, web};
use chrono::{DateTime, Utc};
use tokio::sync::watch;
use tracing::error;

use super::middleware::access::denial_throttle::{DenialThrottle, RefusalEntry};
use super::middleware::access::local::LocalCaller;
use super::middleware::access::permissions::Requirement;
use super::problem::kinds::Problem;
use super::route::MatchedRoute;
use crate::application;
use crate::application::Services;
use crate::domain::accounts::access::{Caller, Scope};
use crate::domain::accounts::audit::{ActionContext, Actor, AuditRecord};
use crate::store::{Credential, DatabaseVersion, IdempotentAttempt, Store, StoreError};
use crate::support::clock::{Clock, ClockJump, ClockWatch};

/// Maximum time a request waits for other writers; shorter than the timeouts of most clients.
const WRITE_WAIT: Duration = Duration::from_secs(10);

/// Interval at which refusals whose minute has ended are recorded.
const BETWEEN_LOOKS: Duration = Duration::from_secs(10);

/// The shared state of the service. Only the guard and the request contexts use it.
#[derive(Debug)]
pub struct AppState {
    parts: Services,
    /// A store without the limit on waiting for other writers, for background work.
    patient: Store,
    refusals: DenialThrottle,
    /// When the service started.
    opened_at: DateTime<Utc>,
    clock_watch: ClockWatch,
}

impl AppState {
    /// For requests of clients, who do not wait for long.
    pub fn new(parts: Services) -> Self {
        let store = parts.store.writing_within(WRITE_WAIT);
        Self::with_store(store, parts)
    }

    /// For a command of this process, which waits for other writers as long as the store does.
    pub fn local(parts: Services) -> Self {
        Self::with_store(parts.store.clone(), parts)
    }

    fn with_store(store: Store, parts: Services) -> Self {
        let opened_at = parts.clock.now();
        let clock_watch = ClockWatch::begin(opened_at, parts.clock.elapsed());
        let patient = parts.store.clone();
        let parts = Services { store, ..parts };
        Self { parts, patient, refusals: DenialThrottle::default(), opened_at, clock_watch }
    }

    /// The state that was registered when the service started.
    ///
    /// # Errors
    /// If none was registered.
    pub(super) fn of(request: &HttpRequest) -> Result<&web::Data<Self>, Problem> {
        request.app_data::<web::Data<Self>>().ok_or(Problem::Unassembled)
    }

    /// The store, for middleware.
    pub(super) fn store(&self) -> &Store {
        &self.parts.store
    }

    pub fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.parts.clock)
    }

    /// The current time, from the clock at start and the time elapsed since. Unlike the clock, it is not affected when the
    /// clock is set.
    pub(super) fn steady_now(&self) -> DateTime<Utc> {
        let clock = &self.parts.clock;
        self.clock_watch.steady(clock.now(), clock.elapsed())
    }

    /// Whether the clock agrees with the time elapsed since the start. A jump is reported once: in the log, in the audit trail,
    /// to the risk team and to webhooks.
    pub async fn look_at_clock(&self) -> bool {
        let clock = &self.parts.clock;
        if let Some(jump) = self.clock_watch.look(clock.now(), clock.elapsed()) {
            self.report_jump(jump).await;
        }
        !self.clock_watch.is_off()
    }

    /// Compares the clock at start with the latest time in the database, and reports a clock that is days behind.
    pub async fn compare_clock(&self) {
        let now = self.parts.clock.now();
        match self.parts.store.last_written_at().await {
            Ok(Some(latest)) => {
                if let Some(jump) = self.clock_watch.compare(now, latest) {
                    self.report_jump(jump).await;
                }
            }
            Ok(None) => {}
            Err(fault) => {
                let cause: &dyn std::error::Error = &fault;
                error!(
                    error = cause,
                    "The clock cannot be compared with the latest time in the database"
                );
            }
        }
    }

    async fn report_jump(&self, jump: ClockJump) {
        error!(
            clock.expected = %jump.expected,
            clock.found = %jump.found,
            "The clock jumped: found {}, expected about {}; check this machine's time",
            jump.found, jump.expected
        );
        if let Err(fault) = application::record_clock_jump(&self.parts, jump).await {
            let cause: &dyn std::error::Error = &fault;
            error!(error = cause, "The jump of the clock cannot be recorded");
        }
    }

    pub(super) async fn caller_by_token(
        &self,
        presented: &Credential,
        version: DatabaseVersion,
    ) -> Result<Option<Caller>, StoreError> {
        self.parts.store.caller_by_token(presented, version, self.parts.clock.now()).await
    }

    pub(super) async fn caller_by_session(
        &self,
        presented: &Credential,
    ) -> Result<Option<Caller>, StoreError> {
        self.parts.store.caller_by_session(presented, self.parts.clock.now()).await
    }

    /// Queues a refusal for the audit trail. The response does not wait for the database.
    pub(super) fn note_refusal(&self, deed: AuditRecord) {
        self.refusals.note(deed, self.parts.clock.now());
    }

    /// Records refusals in the audit trail until the service stops: the first of each kind at once, and the number of those
    /// that followed at the end of the minute.
    pub async fn record_refusals(&self, mut stopped: watch::Receiver<bool>) {
        let mut looks = tokio::time::interval(BETWEEN_LOOKS);
        loop {
            tokio::select! {
                _ = looks.tick() => {}
                () = self.refusals.noted() => {}
                _ = stopped.wait_for(|stopped| *stopped) => return,
            }
            self.look_at_clock().await;
            self.write_refusals(DenialThrottle::due).await;
        }
    }

    /// Records the remaining refusals, once requests are no longer accepted.
    pub async fn record_last_refusals(&self) {
        self.write_refusals(|refusals, _| refusals.rest()).await;
    }

    /// The services with a store limited to `scope`, which records writes under the request's idempotency key.
    fn parts_seen_by(&self, request: &HttpRequest, scope: &Scope) -> Services {
        let store = self.parts.store.seen_by(scope);
        let store = match request.extensions().get::<IdempotentAttempt>() {
            Some(attempt) => store.attempting(attempt.clone()),
            None => store,
        };
        Services { store, ..self.parts.clone() }
    }

    /// Records the queued refusals, then `others`. If that fails, it is logged, and they are counted with later refusals.
    async fn write_refusals(
        &self,
        others: impl Fn(&DenialThrottle, DateTime<Utc>) -> Vec<RefusalEntry>,
    ) {
        let now = self.parts.clock.now();
        let mut entries = self.refusals.take_waiting();
        entries.extend(others(&self.refusals, now).into_iter().map(|entry| (now, entry)));
        let records: Vec<_> = entries.iter().map(|(at, entry)| (*at, entry.deed())).collect();
        if let Err(fault) = self.patient.note_refusals(&records).await {
            let cause: &dyn std::error::Error = &fault;
            error!(error = cause, "{} entries on refusals cannot be recorded", entries.len());
            let entries = entries.into_iter().map(|(_, entry)| entry).collect();
            self.refusals.give_back(entries, now);
        }
    }
}

/// The services of a request by an authenticated caller, with a store limited to what the caller may see. Extraction fails
/// without a caller, so the handler does not run.
#[derive(Debug)]
pub(super) struct RequestContext {
    parts: Services,
    caller: Caller,
    /// Why no person who can decide is named.
    unnamed: Option<String>,
    workshop: web::Data<AppState>,
}

impl RequestContext {
    pub(super) fn caller(&self) -> &Caller {
        &self.caller
    }

    /// When the service started.
    pub(super) fn started_at(&self) -> DateTime<Utc> {
        self.workshop.opened_at
    }

    /// What the caller does now, for a reason.
    ///
    /// # Errors
    /// When the caller is no person with a name: nothing is decided by nobody.
    pub(super) fn act(&self, reason: &str) -> Result<ActionContext, Problem> {
        let actor = self.person()?.clone();
        Ok(ActionContext { actor, at: self.parts.clock.now(), reason: reason.to_owned() })
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

impl Deref for RequestContext {
    type Target = Services;

    fn deref(&self) -> &Services {
        &self.parts
    }
}

impl FromRequest for RequestContext {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let of_caller = || {
            let caller = request.extensions().get::<Caller>().cloned();
            let caller = caller.ok_or(Problem::Unproven { reason: "no credentials were sent" })?;
            let workshop = AppState::of(request)?;
            let parts = workshop.parts_seen_by(request, &caller.scope);
            let local = request.app_data::<web::Data<LocalCaller>>();
            let unnamed = local.and_then(|local| local.unnamed()).map(ToString::to_string);
            Ok(Self { parts, caller, unnamed, workshop: workshop.clone() })
        };
        ready(of_caller())
    }
}

/// The services for routes open to anonymous callers, with a store that shows no project. Extraction fails on other routes.
#[derive(Debug)]
pub(super) struct AnonymousContext {
    parts: Services,
    workshop: web::Data<AppState>,
}

impl AnonymousContext {
    pub(super) async fn is_clock_right(&self) -> bool {
        self.workshop.look_at_clock().await
    }

    pub(super) fn note_refusal(&self, deed: AuditRecord) {
        self.workshop.note_refusal(deed);
    }
}

impl Deref for AnonymousContext {
    type Target = Services;

    fn deref(&self) -> &Services {
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
            let workshop = AppState::of(request)?;
            let parts = workshop.parts_seen_by(request, &Scope::of([]));
            Ok(Self { parts, workshop: workshop.clone() })
        };
        ready(if is_open { context() } else { Err(Problem::Unassembled) })
    }
}
