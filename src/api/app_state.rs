//! The shared state of the service: what the guard and the contexts of requests are made from.

use std::sync::Arc;
use std::time::Duration;

use actix_web::{HttpMessage as _, HttpRequest, web};
use chrono::{DateTime, Utc};
use tokio::sync::watch;
use tracing::error;

use super::extract::action_settings::ActionSettings;
use super::middleware::access::denial_throttle::{DenialThrottle, RefusalEntry};
use super::problem::kinds::Problem;
use crate::application;
use crate::application::Services;
use crate::domain::accounts::access::{Caller, Scope};
use crate::domain::accounts::audit::AuditRecord;
use crate::store::{Credential, DatabaseVersion, IdempotentAttempt, Store, StoreError};
use crate::support::clock::{Clock, ClockJump, ClockWatch};

/// Maximum time a request waits for other writers; shorter than the timeouts of most clients.
const WRITE_WAIT: Duration = Duration::from_secs(10);

/// Interval at which refusals whose minute has ended are recorded.
const BETWEEN_CHECKS: Duration = Duration::from_secs(10);

/// The shared state of the service. Only the guard and the request contexts use it.
#[derive(Debug)]
pub struct AppState {
    services: Services,
    pub(super) action_settings: ActionSettings,
    /// A store without the limit on waiting for other writers, for background work.
    background_store: Store,
    refusals: DenialThrottle,
    /// When the service started.
    pub(super) opened_at: DateTime<Utc>,
    clock_watch: ClockWatch,
}

impl AppState {
    /// For requests of clients, who do not wait for long.
    pub fn new(services: Services, action_settings: ActionSettings) -> Self {
        let store = services.store.writing_within(WRITE_WAIT);
        Self::with_store(store, services, action_settings)
    }

    /// For a command of this process, which waits for other writers as long as the store does.
    pub fn local(services: Services, action_settings: ActionSettings) -> Self {
        Self::with_store(services.store.clone(), services, action_settings)
    }

    fn with_store(store: Store, services: Services, action_settings: ActionSettings) -> Self {
        let opened_at = services.clock.now();
        let clock_watch = ClockWatch::begin(opened_at, services.clock.elapsed());
        let background_store = services.store.clone();
        let services = Services { store, ..services };
        let refusals = DenialThrottle::default();
        Self { services, action_settings, background_store, refusals, opened_at, clock_watch }
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
        &self.services.store
    }

    /// The address by which people reach Vigie; empty if the setting does not say it.
    pub(super) fn public_url(&self) -> &str {
        &self.services.notify.public_url
    }

    pub fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.services.clock)
    }

    /// The current time, from the clock at start and the time elapsed since. Unlike the clock, it is not affected when the
    /// clock is set.
    pub(super) fn steady_now(&self) -> DateTime<Utc> {
        let clock = &self.services.clock;
        self.clock_watch.steady(clock.now(), clock.elapsed())
    }

    /// Whether the clock agrees with the time elapsed since the start. A jump is reported once: in the log, in the audit trail,
    /// to the risk team and to webhooks.
    pub async fn check_clock(&self) -> bool {
        let clock = &self.services.clock;
        if let Some(jump) = self.clock_watch.look(clock.now(), clock.elapsed()) {
            self.report_jump(jump).await;
        }
        !self.clock_watch.is_off()
    }

    /// Compares the clock at start with the latest time in the database, and reports a clock that is days behind.
    pub async fn compare_clock(&self) {
        let now = self.services.clock.now();
        match self.services.store.last_written_at().await {
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
        if let Err(fault) = application::record_clock_jump(&self.services, jump).await {
            let cause: &dyn std::error::Error = &fault;
            error!(error = cause, "The jump of the clock cannot be recorded");
        }
    }

    pub(super) async fn caller_by_token(
        &self,
        presented: &Credential,
        version: DatabaseVersion,
    ) -> Result<Option<Caller>, StoreError> {
        self.services.store.caller_by_token(presented, version, self.services.clock.now()).await
    }

    pub(super) async fn caller_by_session(
        &self,
        presented: &Credential,
    ) -> Result<Option<Caller>, StoreError> {
        self.services.store.caller_by_session(presented, self.services.clock.now()).await
    }

    /// Queues a refusal for the audit trail. The response does not wait for the database.
    pub(super) fn note_refusal(&self, record: AuditRecord) {
        self.refusals.note(record, self.services.clock.now());
    }

    /// Records refusals in the audit trail until the service stops: the first of each kind at once, and the number of those
    /// that followed at the end of the minute.
    pub async fn record_refusals(&self, mut stopped: watch::Receiver<bool>) {
        let mut ticks = tokio::time::interval(BETWEEN_CHECKS);
        loop {
            tokio::select! {
                _ = ticks.tick() => {}
                () = self.refusals.noted() => {}
                _ = stopped.wait_for(|stopped| *stopped) => return,
            }
            self.check_clock().await;
            self.write_refusals(DenialThrottle::due).await;
        }
    }

    /// Records the remaining refusals, once requests are no longer accepted.
    pub async fn record_last_refusals(&self) {
        self.write_refusals(|refusals, _| refusals.rest()).await;
    }

    /// The services with a store limited to `scope`, which records writes under the request's idempotency key.
    pub(super) fn services_seen_by(&self, request: &HttpRequest, scope: &Scope) -> Services {
        let store = self.services.store.seen_by(scope);
        let store = match request.extensions().get::<IdempotentAttempt>() {
            Some(attempt) => store.attempting(attempt.clone()),
            None => store,
        };
        Services { store, ..self.services.clone() }
    }

    /// The services with a store that sees the whole State.
    pub(super) fn whole_services(&self) -> Services {
        self.services.clone()
    }

    /// Records the queued refusals, then `others`. If that fails, it is logged, and they are counted with later refusals.
    async fn write_refusals(
        &self,
        others: impl Fn(&DenialThrottle, DateTime<Utc>) -> Vec<RefusalEntry>,
    ) {
        let now = self.services.clock.now();
        let mut entries = self.refusals.take_waiting();
        entries.extend(others(&self.refusals, now).into_iter().map(|entry| (now, entry)));
        let records: Vec<_> = entries.iter().map(|(at, entry)| (*at, entry.record())).collect();
        if let Err(fault) = self.background_store.record_refusals(&records).await {
            let cause: &dyn std::error::Error = &fault;
            error!(error = cause, "{} entries on refusals cannot be recorded", entries.len());
            let entries = entries.into_iter().map(|(_, entry)| entry).collect();
            self.refusals.give_back(entries, now);
        }
    }
}
