//! Trials: work on rules that somebody waits for, before the rules are in force. Each has a budget as a whole, stops when
//! nobody waits for it any more, and over HTTP takes one of few places, one for each account at a time.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use serde::Deserialize;
use serde::Serialize;
use thiserror::Error;
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use super::CycleError;
use crate::domain::access::AccountNumber;
use crate::rules::Budget;
use crate::rules::OverBudget;
use crate::rules::TrialLimits;

/// The section `[trials]` of the settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TrialSettings {
    /// Trials at the same time, over HTTP.
    pub places: usize,
    /// Longest wait for a place.
    pub wait_seconds: u32,
    pub cases: u64,
    pub seconds: u64,
    pub bytes: u64,
    /// The same bounds for commands on this machine, which nobody else waits for.
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
    /// Of a trial over HTTP.
    pub fn limits(&self) -> TrialLimits {
        TrialLimits { cases: self.cases, seconds: self.seconds, bytes: self.bytes }
    }

    /// A trial that a command on this machine makes; its time begins now.
    pub fn of_command(&self) -> Trial {
        let limits = TrialLimits {
            cases: self.command_cases,
            seconds: self.command_seconds,
            bytes: self.command_bytes,
        };
        Trial::new(limits, CancellationToken::new())
    }
}

/// One trial under way. Its place is free once the last clone is dropped, and no work of it runs any more.
#[derive(Clone, Debug)]
pub struct Trial {
    budget: Budget,
    _place: Option<Arc<Place>>,
}

impl Trial {
    /// Without a place: for what nobody can be kept waiting by. It stops when `stop` is cancelled.
    pub fn new(limits: TrialLimits, stop: CancellationToken) -> Self {
        Self { budget: Budget::new(limits, stop), _place: None }
    }

    pub fn budget(&self) -> &Budget {
        &self.budget
    }

    /// Does the work on a blocking thread. When the future is dropped, the work is told to stop.
    ///
    /// # Errors
    /// Those of the work; `OverBudget` whenever the budget is spent at its end, whatever the work made of that.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Budget) -> Result<T, CycleError> + Send + 'static,
    ) -> Result<T, CycleError> {
        let stop = self.budget.stop().map(|stop| stop.clone().drop_guard());
        let trial = self.clone();
        let done = tokio::task::spawn_blocking(move || {
            let made =
                trial.budget.check().map_err(CycleError::from).and_then(|()| work(&trial.budget));
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
struct Place {
    _of_account: OwnedSemaphorePermit,
    _of_all: OwnedSemaphorePermit,
}

/// Why there was no place.
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
    /// In how long it is worth asking again.
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
    /// Of the accounts that have a trial under way, or wait for one.
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

    /// Without a place, within the same bounds.
    pub fn unplaced(&self, stop: CancellationToken) -> Trial {
        Trial::new(self.settings.limits(), stop)
    }

    /// Waits for the account's turn, then for a place, within one bound. The trial's own time begins afterwards.
    ///
    /// # Errors
    /// When there is none in time.
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
        let place = Place { _of_account: turn, _of_all: place };
        let budget = Budget::new(self.settings.limits(), stop);
        Ok(Trial { budget, _place: Some(Arc::new(place)) })
    }

    fn turn_of(&self, account: AccountNumber) -> Arc<Semaphore> {
        let mut known = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        // Permits and waiters hold the semaphore too: what only the map holds serves nobody.
        known.retain(|_, turn| Arc::strong_count(turn) > 1);
        Arc::clone(known.entry(account).or_insert_with(|| Arc::new(Semaphore::new(1))))
    }
}

/// `None` at the end, or once nobody waits any more.
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

impl From<OverBudget> for CycleError {
    fn from(over: OverBudget) -> Self {
        Self::OverBudget(over)
    }
}
