//! Reports the current phase of a cycle, and how long each phase took.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use tokio::sync::watch;

use crate::domain::operation::cycle::CyclePhase;

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
pub(in crate::application) struct Stopwatch<'a> {
    progress: &'a CycleProgress,
    since: Instant,
    times: BTreeMap<CyclePhase, Duration>,
}

impl<'a> Stopwatch<'a> {
    pub(in crate::application) fn start(progress: &'a CycleProgress) -> Self {
        progress.enter(CyclePhase::Load);
        Self { progress, since: Instant::now(), times: BTreeMap::new() }
    }

    /// Ends the current phase and begins the next; phases come in their fixed order.
    pub(in crate::application) fn lap(&mut self, phase: CyclePhase) {
        self.times.insert(phase, self.since.elapsed());
        self.since = Instant::now();
        let next = CyclePhase::ALL.into_iter().find(|next| *next > phase);
        if let Some(next) = next {
            self.progress.enter(next);
        }
    }

    pub(in crate::application) fn times(self) -> BTreeMap<CyclePhase, Duration> {
        self.times
    }
}
