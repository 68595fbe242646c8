//! The budget of a whole trial, beyond the limits of each evaluation: cases, time and memory. A
//! trial that is over its budget, or whose caller is gone, stops within a few operations of a
//! script.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use thiserror::Error;
use tokio_util::sync::CancellationToken;

/// Limits of one trial as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrialLimits {
    /// Cases that are run: a healthy subject counts once for each rule, a series once for each evaluation.
    pub cases: u64,
    /// Wall-clock time, in seconds, for everything the trial does.
    pub seconds: u64,
    /// Bytes of readings, comparisons, explanations and results the trial holds in memory.
    pub bytes: u64,
}

/// Why a trial was stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum OverBudget {
    #[error(
        "the trial was not run: found {found} cases, expected at most {most} (a healthy subject counts once for \
         each rule, a series once for each evaluation)"
    )]
    Cases { found: u64, most: u64 },
    #[error(
        "the trial was stopped: found no end after {seconds} s, with {done} cases run of {planned}, expected one \
         within {seconds} s"
    )]
    Time { seconds: u64, done: u64, planned: u64 },
    #[error(
        "the trial was stopped: found {found} bytes of readings, explanations and results, expected at most {most}"
    )]
    Memory { found: u64, most: u64 },
    #[error("the trial was stopped: its caller is gone")]
    Cancelled,
}

/// The budget of a trial. Clones share it. The default is unlimited.
#[derive(Clone, Debug, Default)]
pub struct Budget(Option<Arc<State>>);

#[derive(Debug)]
struct State {
    limits: TrialLimits,
    end: Option<Instant>,
    stop: CancellationToken,
    planned: AtomicU64,
    done: AtomicU64,
    bytes: AtomicU64,
}

impl Budget {
    /// A budget without limits, for the catalogue in force.
    pub fn unlimited() -> Self {
        Self(None)
    }

    /// Starts the clock now. The budget is also over as soon as `stop` is cancelled.
    pub fn new(limits: TrialLimits, stop: CancellationToken) -> Self {
        Self(Some(Arc::new(State {
            limits,
            end: Instant::now().checked_add(Duration::from_secs(limits.seconds)),
            stop,
            planned: AtomicU64::new(0),
            done: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
        })))
    }

    /// The token that cancels the trial; `None` when the budget is unlimited.
    pub fn stop(&self) -> Option<&CancellationToken> {
        self.0.as_ref().map(|state| &state.stop)
    }

    /// Whether work must stop now; `check` says why.
    pub fn is_spent(&self) -> bool {
        self.check().is_err()
    }

    /// # Errors
    /// Once a limit is exceeded or the caller is gone.
    pub fn check(&self) -> Result<(), OverBudget> {
        let Some(state) = &self.0 else { return Ok(()) };
        let TrialLimits { seconds, bytes: most, .. } = state.limits;
        let found = state.bytes.load(Ordering::Relaxed);
        if found > most {
            return Err(OverBudget::Memory { found, most });
        }
        if state.stop.is_cancelled() {
            return Err(OverBudget::Cancelled);
        }
        if state.end.is_some_and(|end| end <= Instant::now()) {
            let done = state.done.load(Ordering::Relaxed);
            let planned = state.planned.load(Ordering::Relaxed);
            return Err(OverBudget::Time { seconds, done, planned });
        }
        Ok(())
    }

    /// Announces `cases` more cases to run.
    ///
    /// # Errors
    /// When the trial has too many cases, or its budget is already spent.
    pub(in crate::rules) fn plan(&self, cases: usize) -> Result<(), OverBudget> {
        let Some(state) = &self.0 else { return Ok(()) };
        let cases = u64::try_from(cases).unwrap_or(u64::MAX);
        let found = state.planned.fetch_add(cases, Ordering::Relaxed).saturating_add(cases);
        let most = state.limits.cases;
        if found > most {
            return Err(OverBudget::Cases { found, most });
        }
        self.check()
    }

    /// Records that one case was run and that its result takes `bytes` bytes of memory.
    ///
    /// # Errors
    /// When the budget is spent.
    pub(in crate::rules) fn ran(&self, bytes: usize) -> Result<(), OverBudget> {
        if let Some(state) = &self.0 {
            state.done.fetch_add(1, Ordering::Relaxed);
        }
        self.hold(bytes);
        self.check()
    }

    /// Counts `bytes` more bytes of memory as held by the trial.
    pub(in crate::rules) fn hold(&self, bytes: usize) {
        if let Some(state) = &self.0 {
            let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
            state.bytes.fetch_add(bytes, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: TrialLimits = TrialLimits { cases: 3, seconds: 3600, bytes: 100 };

    fn budget(limits: TrialLimits) -> Budget {
        Budget::new(limits, CancellationToken::new())
    }

    #[test]
    fn cases_and_bytes_add_up_over_clones() {
        let budget = budget(LIMITS);
        assert_eq!(budget.plan(2), Ok(()));
        assert_eq!(budget.clone().plan(2), Err(OverBudget::Cases { found: 4, most: 3 }));
        assert_eq!(budget.ran(60), Ok(()));
        assert_eq!(budget.clone().ran(60), Err(OverBudget::Memory { found: 120, most: 100 }));
        assert!(budget.is_spent());
    }

    #[test]
    fn a_trial_out_of_time_says_how_many_cases_it_ran() {
        let budget = budget(TrialLimits { seconds: 0, ..LIMITS });
        let over = OverBudget::Time { seconds: 0, done: 0, planned: 2 };
        assert_eq!(budget.plan(2), Err(over));
        assert!(over.to_string().contains("0 cases run of 2"), "{over}");
    }

    #[test]
    fn a_cancelled_trial_is_spent_and_an_unlimited_budget_never_is() {
        let stop = CancellationToken::new();
        let budget = Budget::new(LIMITS, stop.clone());
        assert_eq!(budget.check(), Ok(()));
        stop.cancel();
        assert_eq!(budget.check(), Err(OverBudget::Cancelled));
        let unlimited = Budget::unlimited();
        assert_eq!(unlimited.plan(usize::MAX), Ok(()));
        assert_eq!(unlimited.ran(usize::MAX), Ok(()));
    }
}
