//! Reports the current phase of a cycle, and how long each phase took.

use std::collections::BTreeMap;
use std::time::Duration;
use std::time::Instant;

use tokio::sync::watch;

use crate::domain::cycle::CyclePhase;

/// Where a cycle publishes its current phase.
#[derive(Debug)]
pub struct CycleProgress(watch::Sender<Option<CyclePhase>>);

impl CycleProgress {
    pub fn followed() -> (Self, watch::Receiver<Option<CyclePhase>>) {
        let (sender, receiver) = watch::channel(None);
        (Self(sender), receiver)
    }

    fn enter(&self, phase: CyclePhase) {
        self.0.send_replace(Some(phase));
    }
}

/// Measures how long each phase takes, for the metrics.
#[derive(Debug)]
pub(super) struct Stopwatch<'a> {
    progress: &'a CycleProgress,
    since: Instant,
    times: BTreeMap<CyclePhase, Duration>,
}

impl<'a> Stopwatch<'a> {
    pub(super) fn start(progress: &'a CycleProgress) -> Self {
        progress.enter(CyclePhase::Load);
        Self { progress, since: Instant::now(), times: BTreeMap::new() }
    }

    /// Ends the current phase and begins the next; phases come in their fixed order.
    pub(super) fn lap(&mut self, phase: CyclePhase) {
        self.times.insert(phase, self.since.elapsed());
        self.since = Instant::now();
        let next = CyclePhase::ALL.into_iter().find(|next| *next > phase);
        if let Some(next) = next {
            self.progress.enter(next);
        }
    }

    pub(super) fn times(self) -> BTreeMap<CyclePhase, Duration> {
        self.times
    }
}
