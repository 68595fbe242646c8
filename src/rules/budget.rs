//! What a whole trial may cost, beyond the limits of each evaluation: cases, time and memory. A trial that is over its
//! budget, or that nobody waits for any more, stops within a few operations of a script.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;
use std::time::Duration;
use std::time::Instant;

use serde::Deserialize;
use serde::Serialize;
use thiserror::Error;
use tokio_util::sync::CancellationToken;

/// Bounds on one trial as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrialLimits {
    /// Cases that are run: a healthy subject counts once for each rule, a series once for each evaluation.
    pub cases: u64,
    /// On the wall clock, for everything that the trial does.
    pub seconds: u64,
    /// Bytes of readings, comparisons, explanations and results that it gathers.
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
    #[error("the trial was stopped: whoever asked for it is gone")]
    Cancelled,
}

/// A trial's budget. Clones spend from the same one; the default is without bound.
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
    /// Without bound, for what is in force.
    pub fn unlimited() -> Self {
        Self(None)
    }

    /// Its time begins now. It ends at once when `stop` is cancelled.
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

    /// What stops it, if anything can.
    pub fn stop(&self) -> Option<&CancellationToken> {
        self.0.as_ref().map(|state| &state.stop)
    }

    /// Whether work is to stop now. `check` says why.
    pub fn is_over(&self) -> bool {
        self.check().is_err()
    }

    /// # Errors
    /// Once the budget is spent, or its caller is gone.
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

    /// Cases are about to be run.
    ///
    /// # Errors
    /// When they are too many, or the budget is spent already.
    pub(super) fn plan(&self, cases: usize) -> Result<(), OverBudget> {
        let Some(state) = &self.0 else { return Ok(()) };
        let cases = u64::try_from(cases).unwrap_or(u64::MAX);
        let found = state.planned.fetch_add(cases, Ordering::Relaxed).saturating_add(cases);
        let most = state.limits.cases;
        if found > most {
            return Err(OverBudget::Cases { found, most });
        }
        self.check()
    }

    /// A case was run, of which a result of so many bytes is held.
    ///
    /// # Errors
    /// When the budget is spent.
    pub(super) fn ran(&self, bytes: usize) -> Result<(), OverBudget> {
        if let Some(state) = &self.0 {
            state.done.fetch_add(1, Ordering::Relaxed);
        }
        self.hold(bytes);
        self.check()
    }

    /// So many bytes are held from now on.
    pub(super) fn hold(&self, bytes: usize) {
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
        assert!(budget.is_over());
    }

    #[test]
    fn time_that_is_over_says_how_far_the_trial_came() {
        let budget = budget(TrialLimits { seconds: 0, ..LIMITS });
        let over = OverBudget::Time { seconds: 0, done: 0, planned: 2 };
        assert_eq!(budget.plan(2), Err(over));
        assert!(over.to_string().contains("0 cases run of 2"), "{over}");
    }

    #[test]
    fn a_caller_who_is_gone_ends_it_and_nothing_ends_what_is_unlimited() {
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
