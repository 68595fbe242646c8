//! What an attempt to deliver came to, and what is to be done about it: again, when, or no more.

use std::time::Duration;

use chrono::DateTime;
use chrono::TimeDelta;
use chrono::Utc;

use crate::domain::notice::Outcome;
use crate::domain::notice::QueuedNotice;

/// After a first failure; each further one doubles it.
const FIRST_WAIT: TimeDelta = TimeDelta::minutes(1);

const LONGEST_WAIT: TimeDelta = TimeDelta::hours(2);

/// A receiver that asks for more than that is asked again all the same.
pub(super) const LONGEST_ASKED: TimeDelta = TimeDelta::days(1);

/// Waits are drawn within this share of their length, so that failures do not come back together.
const JITTER: f64 = 0.25;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attempt {
    Delivered,
    Retry {
        /// As the receiver asks.
        after: Option<Duration>,
        reason: Reason,
        detail: String,
    },
    GiveUp {
        reason: Reason,
        detail: String,
    },
}

/// The words are those of Alertmanager's metrics, where it has them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// Nobody answers: no use in trying the next notice of the lane.
    Unreachable,
    /// No answer in time: nor there.
    Timeout,
    /// The connection broke down after the notice had left: it may have arrived.
    Interrupted,
    AuthError,
    RateLimited,
    ServerError,
    ClientError,
    /// The receiver wants nothing more.
    Gone,
    /// Nobody holds the office, or not at an address that is one.
    NoAddress,
    /// Ours to mend: a setting.
    Settings,
}

impl Reason {
    pub fn word(self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::Timeout => "contextDeadlineExceeded",
            Self::Interrupted => "interrupted",
            Self::AuthError => "authError",
            Self::RateLimited => "rateLimited",
            Self::ServerError => "serverError",
            Self::ClientError => "clientError",
            Self::Gone => "gone",
            Self::NoAddress => "noAddress",
            Self::Settings => "settings",
        }
    }

    /// What fails for this notice would fail for the next one of its lane.
    pub fn stops_the_lane(self) -> bool {
        match self {
            Self::Unreachable
            | Self::Timeout
            | Self::AuthError
            | Self::RateLimited
            | Self::Gone
            | Self::Settings => true,
            Self::Interrupted | Self::ServerError | Self::ClientError | Self::NoAddress => false,
        }
    }
}

impl Attempt {
    pub fn retry(reason: Reason, detail: impl Into<String>) -> Self {
        Self::Retry { after: None, reason, detail: detail.into() }
    }

    pub fn give_up(reason: Reason, detail: impl Into<String>) -> Self {
        Self::GiveUp { reason, detail: detail.into() }
    }

    pub fn reason(&self) -> Option<Reason> {
        match self {
            Self::Delivered => None,
            Self::Retry { reason, .. } | Self::GiveUp { reason, .. } => Some(*reason),
        }
    }

    /// `chance` is between 0 and 1.
    pub fn outcome(
        self,
        queued: &QueuedNotice,
        now: DateTime<Utc>,
        chance: f64,
        give_up_after: TimeDelta,
    ) -> Outcome {
        let told = |reason: Reason, detail: String| format!("{}: {detail}", reason.word());
        match self {
            Self::Delivered => Outcome::Delivered,
            Self::GiveUp { reason: Reason::Gone, detail } => {
                Outcome::Refused { error: told(Reason::Gone, detail) }
            }
            Self::GiveUp { reason, detail } => Outcome::Dead { error: told(reason, detail) },
            Self::Retry { after, reason, detail } => {
                let error = told(reason, detail);
                let asked = after.and_then(|after| TimeDelta::from_std(after).ok());
                let own = backoff(queued.attempts, chance);
                let wait = asked.map_or(own, |asked| asked.min(LONGEST_ASKED).max(own));
                // By a clock that was ahead, it was tried by now.
                let first = queued.first_attempt_at.unwrap_or(now).min(now);
                if now + wait > first + give_up_after {
                    return Outcome::Dead { error };
                }
                Outcome::Waits { until: now + wait, error }
            }
        }
    }
}

/// `failures` are those before the one that has just been met.
fn backoff(failures: u32, chance: f64) -> TimeDelta {
    let doubled = FIRST_WAIT * 2_i32.saturating_pow(failures.min(10));
    let wait = doubled.min(LONGEST_WAIT);
    let share = 1.0 + JITTER * (2.0 * chance - 1.0);
    let seconds = Duration::from_secs(wait.num_seconds().unsigned_abs()).mul_f64(share.max(0.0));
    TimeDelta::from_std(seconds).unwrap_or(wait)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::NoticeId;
    use crate::domain::notice::Content;
    use crate::domain::notice::Notice;
    use crate::domain::notice::NoticeKind;
    use crate::domain::notice::NoticeState;
    use crate::domain::notice::Receiver;

    fn queued(attempts: u32, first: Option<&str>) -> QueuedNotice {
        let now = at("2026-11-24T10:00:00Z");
        QueuedNotice {
            notice: Notice {
                id: NoticeId::new("n"),
                receiver: Receiver::Dinum,
                kind: NoticeKind::Digest,
                cycle: None,
                thread: String::new(),
                follows: vec![],
                title: String::new(),
                content: Content::Post { media_type: String::new(), body: String::new() },
                created_at: now,
                not_before: now,
            },
            state: NoticeState::Waiting,
            attempts,
            first_attempt_at: first.map(at),
            next_attempt_at: now,
            delivered_at: None,
            last_error: None,
        }
    }

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn wait(attempts: u32, chance: f64) -> String {
        let now = at("2026-11-24T10:00:00Z");
        let attempt = Attempt::retry(Reason::ServerError, "503");
        match attempt.outcome(&queued(attempts, None), now, chance, TimeDelta::days(7)) {
            Outcome::Waits { until, .. } => format!("{} s", (until - now).num_seconds()),
            Outcome::Delivered | Outcome::Dead { .. } | Outcome::Refused { .. } => String::new(),
        }
    }

    #[test]
    fn waits_double_up_to_two_hours_and_are_spread() {
        assert_eq!([wait(0, 0.5), wait(1, 0.5), wait(2, 0.5)], ["60 s", "120 s", "240 s"]);
        assert_eq!([wait(8, 0.5), wait(30, 0.5)], ["7200 s", "7200 s"]);
        assert_eq!([wait(0, 0.0), wait(0, 1.0)], ["45 s", "75 s"]);
    }

    #[test]
    fn the_receivers_wish_is_kept_unless_it_is_shorter_than_ours_or_absurd() {
        let now = at("2026-11-24T10:00:00Z");
        let wished = |seconds| {
            let after = Some(Duration::from_secs(seconds));
            let attempt =
                Attempt::Retry { after, reason: Reason::RateLimited, detail: "429".into() };
            match attempt.outcome(&queued(0, None), now, 0.5, TimeDelta::days(7)) {
                Outcome::Waits { until, .. } => (until - now).num_seconds(),
                Outcome::Delivered | Outcome::Dead { .. } | Outcome::Refused { .. } => -1,
            }
        };
        assert_eq!([wished(1), wished(600), wished(1_000_000)], [60, 600, 86_400]);
    }

    #[test]
    fn after_days_of_failures_it_is_given_up_with_the_last_reason() {
        let late = queued(40, Some("2026-11-17T11:00:00Z"));
        let now = at("2026-11-24T10:00:00Z");
        let attempt = Attempt::retry(Reason::Unreachable, "connection refused");
        let outcome = attempt.outcome(&late, now, 0.5, TimeDelta::days(7));
        assert_eq!(outcome, Outcome::Dead { error: "unreachable: connection refused".into() });
    }

    #[test]
    fn a_receiver_that_is_gone_closes_its_lane_and_a_bad_address_does_not() {
        let now = at("2026-11-24T10:00:00Z");
        let gone = Attempt::give_up(Reason::Gone, "410");
        let unknown = Attempt::give_up(Reason::ClientError, "550 no such user");
        let outcome =
            |attempt: Attempt| attempt.outcome(&queued(0, None), now, 0.5, TimeDelta::days(7));
        assert_eq!(outcome(gone), Outcome::Refused { error: "gone: 410".into() });
        assert_eq!(
            outcome(unknown),
            Outcome::Dead { error: "clientError: 550 no such user".into() }
        );
    }
}
