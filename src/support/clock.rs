//! The clock. Everything else gets the time from it, so that tests and replays can fix it.

use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Europe::Paris;

static START: LazyLock<Instant> = LazyLock::new(Instant::now);

pub trait Clock: std::fmt::Debug + Send + Sync {
    fn now(&self) -> DateTime<Utc>;

    /// Time elapsed since a fixed instant, for measuring durations. The system clock's is monotonic.
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

/// A clock that does not advance, for tests, replays and demonstrations.
#[derive(Clone, Copy, Debug)]
pub struct FixedClock(pub DateTime<Utc>);

impl Clock for FixedClock {
    fn now(&self) -> DateTime<Utc> {
        self.0
    }
}

/// The system's clock, set back or forward by whole days: for demonstrations on data of another time.
#[derive(Clone, Copy, Debug)]
pub struct ShiftedClock(TimeDelta);

impl ShiftedClock {
    /// A clock for which it is now `day` in Paris.
    pub fn on(day: NaiveDate) -> Self {
        let now = SystemClock.now();
        let mut shift = day.signed_duration_since(today(now));
        // Between summer and winter, the same hour in UTC may be of the next day in Paris, or of the day before.
        if let Some(shifted) = now.checked_add_signed(shift) {
            shift += day.signed_duration_since(today(shifted));
        }
        Self(shift)
    }
}

impl Clock for ShiftedClock {
    fn now(&self) -> DateTime<Utc> {
        let now = SystemClock.now();
        now.checked_add_signed(self.0).unwrap_or(now)
    }

    fn elapsed(&self) -> Duration {
        SystemClock.elapsed()
    }
}

/// The day in Paris at an instant.
pub fn today(now: DateTime<Utc>) -> NaiveDate {
    now.with_timezone(&Paris).date_naive()
}

/// Minimum difference that counts as a jump: large enough to ignore drift, small enough to detect a clock set wrong.
const JUMP: TimeDelta = TimeDelta::days(1);

/// A difference between the clock and the time expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClockJump {
    /// The expected time, from the time elapsed since the last check, or at least the latest time in the database.
    pub expected: DateTime<Utc>,
    pub found: DateTime<Utc>,
}

/// Detects that the clock was set, by comparing it with a monotonic clock. A machine that was suspended looks as if its
/// clock had been set forward.
#[derive(Debug)]
pub struct ClockWatch {
    began: DateTime<Utc>,
    elapsed: Duration,
    /// The difference between the clock and the expected time at the last jump.
    off: Mutex<TimeDelta>,
}

impl ClockWatch {
    pub fn begin(now: DateTime<Utc>, elapsed: Duration) -> Self {
        Self { began: now, elapsed, off: Mutex::new(TimeDelta::zero()) }
    }

    /// The time by the clock at the start and the time elapsed since; `now` if that is out of range.
    pub fn steady(&self, now: DateTime<Utc>, elapsed: Duration) -> DateTime<Utc> {
        let passed = TimeDelta::from_std(elapsed.saturating_sub(self.elapsed)).unwrap_or_default();
        self.began.checked_add_signed(passed).unwrap_or(now)
    }

    /// The jump since the last check, if there was one. Setting the clock right again is a jump too.
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

    /// Whether the clock differs by a day or more from the time elapsed since the start.
    pub fn is_off(&self) -> bool {
        self.off.lock().unwrap_or_else(PoisonError::into_inner).abs() >= JUMP
    }

    /// Compares the clock with the latest time in the database. Returns a jump if the clock is behind by a day or more. A clock
    /// that is ahead cannot be detected, since nothing is written while the service is stopped.
    pub fn compare(&self, now: DateTime<Utc>, latest: DateTime<Utc>) -> Option<ClockJump> {
        (latest - now >= JUMP).then_some(ClockJump { expected: latest, found: now })
    }
}
