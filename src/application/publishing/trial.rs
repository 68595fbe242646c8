//! Trials: work on rules that are not in force, for a caller who waits. Each has a total budget and
//! stops when its caller is gone. Over HTTP it takes one of a few places, one per account at a
//! time.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;

use crate::application::ApplicationError;
use crate::domain::accounts::access::AccountNumber;
use crate::rules::{Budget, OverBudget, TrialLimits};

/// The section `[trials]` of the settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TrialSettings {
    /// Most trials at the same time, over HTTP.
    pub places: usize,
    /// Longest wait for a place, in seconds.
    pub wait_seconds: u32,
    pub cases: u64,
    pub seconds: u64,
    pub bytes: u64,
    /// The same limits for commands on this machine, which share it with nobody.
    pub command_cases: u64,
    pub command_seconds: u64,
    pub command_bytes: u64,
}

impl Default for TrialSettings {
    fn default() -> Self {
        Self {
            places: 2,
            wait_seconds: 10,
            cases: 10_000,
            seconds: 30,
            bytes: 64 * 1024 * 1024,
            command_cases: 1_000_000,
            command_seconds: 3_600,
            command_bytes: 1024 * 1024 * 1024,
        }
    }
}

impl TrialSettings {
    /// Limits of a trial over HTTP.
    pub fn limits(&self) -> TrialLimits {
        TrialLimits { cases: self.cases, seconds: self.seconds, bytes: self.bytes }
    }

    /// The settings with the limits of commands on this machine in place of those of trials over HTTP.
    #[must_use]
    pub fn for_commands(self) -> Self {
        let Self { command_cases: cases, command_seconds: seconds, command_bytes: bytes, .. } =
            self;
        Self { cases, seconds, bytes, ..self }
    }

    /// A trial for a command on this machine; its time begins now.
    pub fn of_command(&self) -> Trial {
        Trial::new(self.for_commands().limits(), CancellationToken::new())
    }
}

/// A running trial. Its place is freed when the last clone is dropped and its work has stopped.
#[derive(Clone, Debug)]
pub struct Trial {
    budget: Budget,
    _place: Option<Arc<TrialPlace>>,
}

impl Trial {
    /// A trial that takes no place. It stops when `stop` is cancelled.
    pub fn new(limits: TrialLimits, stop: CancellationToken) -> Self {
        Self { budget: Budget::new(limits, stop), _place: None }
    }

    pub fn budget(&self) -> &Budget {
        &self.budget
    }

    /// Does the work on a blocking thread. When the future is dropped, the work is cancelled.
    ///
    /// # Errors
    /// Those of the work; `OverBudget` whenever the budget is spent at the end, whatever the work
    /// returned.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Budget) -> Result<T, ApplicationError> + Send + 'static,
    ) -> Result<T, ApplicationError> {
        let stop = self.budget.stop().map(|stop| stop.clone().drop_guard());
        let trial = self.clone();
        let done = tokio::task::spawn_blocking(move || {
            let made = trial
                .budget
                .check()
                .map_err(ApplicationError::from)
                .and_then(|()| work(&trial.budget));
            trial.budget.check()?;
            made
        });
        let made = done.await;
        if let Some(stop) = stop {
            stop.disarm();
        }
        made?
    }
}

/// What a trial holds while it runs.
#[derive(Debug)]
struct TrialPlace {
    _of_account: OwnedSemaphorePermit,
    _of_all: OwnedSemaphorePermit,
}

/// Why no place was free.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum NoPlace {
    #[error(
        "another trial of the same account is under way, after a wait of {waited} s: ask again when it is done"
    )]
    SameAccount { waited: u32 },
    #[error(
        "all {places} places for trials of rules are taken, after a wait of {waited} s: ask again later"
    )]
    AllTaken { places: usize, waited: u32 },
}

impl NoPlace {
    /// Seconds after which it is worth trying again.
    pub fn wait_seconds(self) -> u32 {
        match self {
            Self::SameAccount { waited } | Self::AllTaken { waited, .. } => waited.max(1),
        }
    }
}

/// The places of one service.
#[derive(Debug)]
pub struct TrialPlaces {
    settings: TrialSettings,
    all: Arc<Semaphore>,
    /// One permit per account that has, or waits for, a trial.
    accounts: Mutex<BTreeMap<AccountNumber, Arc<Semaphore>>>,
}

impl TrialPlaces {
    pub fn new(settings: TrialSettings) -> Self {
        Self {
            settings,
            all: Arc::new(Semaphore::new(settings.places.max(1))),
            accounts: Mutex::default(),
        }
    }

    /// A trial with the same limits that takes no place.
    pub fn unplaced(&self, stop: CancellationToken) -> Trial {
        Trial::new(self.settings.limits(), stop)
    }

    /// Waits for the account's turn, then for a place; both waits share one limit. The trial's own
    /// time begins afterwards.
    ///
    /// # Errors
    /// When no place is free in time.
    pub async fn take(
        &self,
        account: AccountNumber,
        stop: CancellationToken,
    ) -> Result<Trial, NoPlace> {
        let waited = self.settings.wait_seconds;
        let end = tokio::time::Instant::now() + Duration::from_secs(waited.into());
        let same_account = NoPlace::SameAccount { waited };
        let turn = acquire(self.turn_of(account), end, &stop).await.ok_or(same_account)?;
        let all_taken = NoPlace::AllTaken { places: self.settings.places.max(1), waited };
        let place = acquire(Arc::clone(&self.all), end, &stop).await.ok_or(all_taken)?;
        let place = TrialPlace { _of_account: turn, _of_all: place };
        let budget = Budget::new(self.settings.limits(), stop);
        Ok(Trial { budget, _place: Some(Arc::new(place)) })
    }

    fn turn_of(&self, account: AccountNumber) -> Arc<Semaphore> {
        let mut known = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        // Permits and waiters hold a semaphore too: one that only the map holds is unused.
        known.retain(|_, turn| Arc::strong_count(turn) > 1);
        Arc::clone(known.entry(account).or_insert_with(|| Arc::new(Semaphore::new(1))))
    }
}

/// `None` when the wait ends without a permit, or the caller is gone.
async fn acquire(
    semaphore: Arc<Semaphore>,
    end: tokio::time::Instant,
    stop: &CancellationToken,
) -> Option<OwnedSemaphorePermit> {
    tokio::select! {
        permit = tokio::time::timeout_at(end, semaphore.acquire_owned()) => permit.ok()?.ok(),
        () = stop.cancelled() => None,
    }
}

impl From<OverBudget> for ApplicationError {
    fn from(over: OverBudget) -> Self {
        Self::OverBudget(over)
    }
}
