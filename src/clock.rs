//! The time, from the outside or fixed, so that nothing else ever reads it.

use std::sync::LazyLock;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;
use std::time::Instant;

use chrono::DateTime;
use chrono::TimeDelta;
use chrono::Utc;

static START: LazyLock<Instant> = LazyLock::new(Instant::now);

pub trait Clock: std::fmt::Debug + Send + Sync {
    fn now(&self) -> DateTime<Utc>;

    /// Since some instant that stays the same. For what is measured and not dated: the system's is
    /// never set back.
    fn elapsed(&self) -> Duration {
        (self.now() - DateTime::UNIX_EPOCH).to_std().unwrap_or_default()
    }
}

#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the system's clock")]
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }

    fn elapsed(&self) -> Duration {
        START.elapsed()
    }
}

/// Stands still: for tests, replays and demonstrations.
#[derive(Clone, Copy, Debug)]
pub struct FixedClock(pub DateTime<Utc>);

impl Clock for FixedClock {
    fn now(&self) -> DateTime<Utc> {
        self.0
    }
}

/// Days, not seconds: what a machine's clock is off by when it was set wrong, not when it drifts.
const JUMP: TimeDelta = TimeDelta::days(1);

/// A clock that is not where it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClockJump {
    /// As time passed since the last look; or what was written last, at least.
    pub expected: DateTime<Utc>,
    pub found: DateTime<Utc>,
}

/// Tells a clock that is set from time that passes, by a clock that is never set. A machine that slept looks
/// as if its clock had been set forward.
#[derive(Debug)]
pub struct ClockWatch {
    began: DateTime<Utc>,
    elapsed: Duration,
    /// How far the clock was from where it should be when it was last looked at and found to have jumped.
    off: Mutex<TimeDelta>,
}

impl ClockWatch {
    pub fn begin(now: DateTime<Utc>, elapsed: Duration) -> Self {
        Self { began: now, elapsed, off: Mutex::new(TimeDelta::zero()) }
    }

    /// Where the clock would be, had nobody set it since the beginning; `now` when that is no date.
    pub fn steady(&self, now: DateTime<Utc>, elapsed: Duration) -> DateTime<Utc> {
        let passed = TimeDelta::from_std(elapsed.saturating_sub(self.elapsed)).unwrap_or_default();
        self.began.checked_add_signed(passed).unwrap_or(now)
    }

    /// The jump since the last look, if there was one; the way back is one too.
    pub fn look(&self, now: DateTime<Utc>, elapsed: Duration) -> Option<ClockJump> {
        let steady = self.steady(now, elapsed);
        let mut off = self.off.lock().unwrap_or_else(PoisonError::into_inner);
        let expected = steady.checked_add_signed(*off).unwrap_or(steady);
        if (now - expected).abs() < JUMP {
            return None;
        }
        *off = now - steady;
        Some(ClockJump { expected, found: now })
    }

    /// Whether the clock is days from where it was at the beginning, as time passed since.
    pub fn is_off(&self) -> bool {
        self.off.lock().unwrap_or_else(PoisonError::into_inner).abs() >= JUMP
    }

    /// Against the latest instant that was written: the clock is behind it by days. How far ahead it may be
    /// cannot be told, since nothing is written while the service is stopped.
    pub fn compare(&self, now: DateTime<Utc>, latest: DateTime<Utc>) -> Option<ClockJump> {
        (latest - now >= JUMP).then_some(ClockJump { expected: latest, found: now })
    }
}
