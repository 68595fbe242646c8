//! The time, from the outside or fixed, so that nothing else ever reads it.

use std::sync::LazyLock;
use std::time::Duration;
use std::time::Instant;

use chrono::DateTime;
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
