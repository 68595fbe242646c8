//! The result of a delivery attempt, and what follows: another attempt, when, or giving up.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::messages::notice::DeliveryOutcome;
use crate::domain::messages::outage::{ChannelFailure, Outage};

/// Wait after a first failure; each further failure doubles it.
const FIRST_WAIT: TimeDelta = TimeDelta::minutes(1);

const LONGEST_WAIT: TimeDelta = TimeDelta::hours(2);

/// Wait of a channel that is down, after a first failure. The longest wait is the longest delay
/// before its recovery is noticed.
const FIRST_PROBE: TimeDelta = TimeDelta::seconds(30);

const LONGEST_PROBE: TimeDelta = TimeDelta::minutes(10);

/// Longest wait that a receiver may request; a longer one is cut to this.
pub(super) const LONGEST_REQUESTED: TimeDelta = TimeDelta::days(1);

/// Waits vary at random within this share of their length, so that failures do not come back
/// together.
const JITTER: f64 = 0.25;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeliveryAttempt {
    Delivered,
    /// The channel failed: the notice waits, and no attempt is counted.
    ChannelFailed {
        /// The wait that the receiver requests.
        after: Option<Duration>,
        reason: FailureReason,
        detail: String,
        blame: Blame,
    },
    /// The receiver answered, but did not accept this notice.
    Retry {
        /// The wait that the receiver requests.
        after: Option<Duration>,
        reason: FailureReason,
        detail: String,
    },
    GiveUp {
        reason: FailureReason,
        detail: String,
    },
}

/// Whether a channel failure could be caused by the notice itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blame {
    /// It failed before anything of the notice was sent: every other notice would fail as well.
    Channel,
    /// The server is in trouble, perhaps only because of this notice. The other notices will show.
    Unclear,
}

/// Named like the reasons in Alertmanager's metrics, where it has them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FailureReason {
    /// No answer, or not a valid one: the channel's next notice would fail as well.
    Unreachable,
    /// No answer in time: the channel's next notice would fail as well.
    Timeout,
    /// The connection broke after the notice was sent: it may have arrived.
    Interrupted,
    AuthError,
    RateLimited,
    ServerError,
    ClientError,
    /// The receiver wants no more notices.
    Gone,
    /// Nobody holds the office, or the address is not valid.
    NoAddress,
    /// The notice cannot be sent as it is; no attempt was made.
    Unfit,
    /// A setting is wrong.
    Settings,
}

/// What the next attempt of a notice depends on.
#[derive(Clone, Copy, Debug)]
pub struct Patience<'a> {
    pub now: DateTime<Utc>,
    /// Attempts that count so far, and the time of the first.
    pub attempts: u32,
    pub first_attempt_at: Option<DateTime<Utc>>,
    /// Time since the first attempt during which the channel was down, in outages that have ended.
    pub in_outages: TimeDelta,
    /// It failed for an unclear reason, and other notices were delivered since.
    pub failed_alone: bool,
    /// The current outage of the channel.
    pub outage: Option<&'a Outage>,
    /// A random number from 0 to 1.
    pub chance: f64,
    pub give_up_after: TimeDelta,
}

impl FailureReason {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::Timeout => "contextDeadlineExceeded",
            Self::Interrupted => "interrupted",
            Self::AuthError => "authError",
            Self::RateLimited => "rateLimited",
            Self::ServerError => "serverError",
            Self::ClientError | Self::Unfit => "clientError",
            Self::Gone => "gone",
            Self::NoAddress => "noAddress",
            Self::Settings => "settings",
        }
    }
}

impl DeliveryAttempt {
    pub fn retry(reason: FailureReason, detail: impl Into<String>) -> Self {
        Self::Retry { after: None, reason, detail: detail.into() }
    }

    pub fn give_up(reason: FailureReason, detail: impl Into<String>) -> Self {
        Self::GiveUp { reason, detail: detail.into() }
    }

    /// The channel certainly failed.
    pub fn channel_failed(reason: FailureReason, detail: impl Into<String>) -> Self {
        Self::ChannelFailed { after: None, reason, detail: detail.into(), blame: Blame::Channel }
    }

    /// The channel seems to have failed, as far as this attempt shows.
    pub fn perhaps_channel_failed(reason: FailureReason, detail: impl Into<String>) -> Self {
        Self::ChannelFailed { after: None, reason, detail: detail.into(), blame: Blame::Unclear }
    }

    pub fn reason(&self) -> Option<FailureReason> {
        match self {
            Self::Delivered => None,
            Self::ChannelFailed { reason, .. }
            | Self::Retry { reason, .. }
            | Self::GiveUp { reason, .. } => Some(*reason),
        }
    }

    /// Whether the receiver was reached and answered, whatever it said: then the channel works.
    pub fn was_answered(&self) -> bool {
        match self {
            Self::Delivered | Self::Retry { .. } => true,
            Self::GiveUp { reason, .. } => {
                !matches!(reason, FailureReason::NoAddress | FailureReason::Unfit)
            }
            Self::ChannelFailed { .. } => false,
        }
    }

    /// What becomes of the notice.
    pub fn outcome(&self, patience: &Patience<'_>) -> DeliveryOutcome {
        match self {
            Self::Delivered => DeliveryOutcome::Delivered,
            Self::GiveUp { reason, detail } => {
                let error = described(*reason, detail);
                if *reason == FailureReason::Gone {
                    DeliveryOutcome::Refused { error }
                } else {
                    DeliveryOutcome::Dead { error }
                }
            }
            Self::Retry { after, reason, detail } => {
                patience.counted(*after, described(*reason, detail))
            }
            Self::ChannelFailed { after, reason, detail, blame } => {
                let error = described(*reason, detail);
                match blame {
                    Blame::Channel => DeliveryOutcome::Spared { until: None, error },
                    Blame::Unclear if patience.failed_alone && patience.outage.is_none() => {
                        patience.counted(*after, error)
                    }
                    Blame::Unclear => {
                        let wait =
                            requested(*after).map_or(FIRST_PROBE, |wait| wait.max(FIRST_PROBE));
                        DeliveryOutcome::Spared { until: Some(patience.now + wait), error }
                    }
                }
            }
        }
    }

    /// What becomes of the channel, if this failure is taken for an outage.
    pub fn channel_failure(&self, patience: &Patience<'_>) -> Option<ChannelFailure> {
        let Self::ChannelFailed { after, reason, detail, .. } = self else { return None };
        let before = patience.outage.map_or(0, |outage| outage.failures);
        let own = spread(doubled(FIRST_PROBE, LONGEST_PROBE, before), patience.chance);
        let wait = requested(*after).map_or(own, |wait| wait.max(own));
        Some(ChannelFailure {
            reason: reason.as_str(),
            error: detail.clone(),
            failures: before.saturating_add(1),
            notice: None,
            next_attempt_at: patience.now + wait,
        })
    }
}

impl Patience<'_> {
    /// A failure that counts against the notice. Time in which its channel was down does not age
    /// it.
    fn counted(&self, after: Option<Duration>, error: String) -> DeliveryOutcome {
        let own = spread(doubled(FIRST_WAIT, LONGEST_WAIT, self.attempts), self.chance);
        let wait = requested(after).map_or(own, |wait| wait.max(own));
        // A date in the future was written by a clock that was ahead: it counts as now.
        let first = self.first_attempt_at.unwrap_or(self.now).min(self.now);
        let in_this_one = self.outage.map(|outage| self.now - first.max(outage.since));
        let in_this_one = in_this_one.unwrap_or_default().max(TimeDelta::zero());
        if self.now + wait > first + self.in_outages + in_this_one + self.give_up_after {
            return DeliveryOutcome::Dead { error };
        }
        DeliveryOutcome::Waits { until: self.now + wait, error }
    }
}

fn described(reason: FailureReason, detail: &str) -> String {
    format!("{}: {detail}", reason.as_str())
}

/// The wait that the receiver requests, up to `LONGEST_REQUESTED`.
fn requested(after: Option<Duration>) -> Option<TimeDelta> {
    let after = after.map(|after| TimeDelta::from_std(after).unwrap_or(LONGEST_REQUESTED));
    after.map(|after| after.min(LONGEST_REQUESTED))
}

/// The wait after `failures` earlier failures, doubled for each, up to `longest`.
fn doubled(first: TimeDelta, longest: TimeDelta, failures: u32) -> TimeDelta {
    (first * 2_i32.saturating_pow(failures.min(10))).min(longest)
}

fn spread(wait: TimeDelta, chance: f64) -> TimeDelta {
    let share = 1.0 + JITTER * (2.0 * chance - 1.0);
    let seconds = Duration::from_secs(wait.num_seconds().unsigned_abs()).mul_f64(share.max(0.0));
    TimeDelta::from_std(seconds).unwrap_or(wait)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::messages::channel::Channel;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn patience<'a>(attempts: u32, first: Option<&str>) -> Patience<'a> {
        Patience {
            now: at("2026-11-24T10:00:00Z"),
            attempts,
            first_attempt_at: first.map(at),
            in_outages: TimeDelta::zero(),
            failed_alone: false,
            outage: None,
            chance: 0.5,
            give_up_after: TimeDelta::days(7),
        }
    }

    fn outage(failures: u32) -> Outage {
        let now = at("2026-11-24T10:00:00Z");
        Outage {
            lane: Channel::Mail,
            since: now,
            reason: "unreachable".to_owned(),
            error: String::new(),
            failures,
            last_attempt_at: now,
            next_attempt_at: now,
            ended_at: None,
        }
    }

    /// The wait in seconds; `None` when the notice does not wait.
    fn waits(outcome: &DeliveryOutcome) -> Option<i64> {
        let (DeliveryOutcome::Waits { until, .. }
        | DeliveryOutcome::Spared { until: Some(until), .. }) = outcome
        else {
            return None;
        };
        Some((*until - at("2026-11-24T10:00:00Z")).num_seconds())
    }

    fn refused_for_now() -> DeliveryAttempt {
        DeliveryAttempt::retry(FailureReason::ClientError, "400")
    }

    #[test]
    fn waits_double_up_to_two_hours_and_are_spread() {
        let wait = |attempts, chance| {
            let patience = Patience { chance, ..patience(attempts, None) };
            waits(&refused_for_now().outcome(&patience)).unwrap()
        };
        assert_eq!([wait(0, 0.5), wait(1, 0.5), wait(2, 0.5)], [60, 120, 240]);
        assert_eq!([wait(8, 0.5), wait(30, 0.5)], [7200, 7200]);
        assert_eq!([wait(0, 0.0), wait(0, 1.0)], [45, 75]);
    }

    #[test]
    fn a_requested_wait_is_applied_unless_it_is_shorter_than_ours_or_longer_than_a_day() {
        let wished = |seconds| {
            let after = Some(Duration::from_secs(seconds));
            let attempt = DeliveryAttempt::Retry {
                after,
                reason: FailureReason::ClientError,
                detail: "4".into(),
            };
            waits(&attempt.outcome(&patience(0, None))).unwrap()
        };
        assert_eq!([wished(1), wished(600), wished(1_000_000)], [60, 600, 86_400]);
    }

    #[test]
    fn after_days_of_its_own_failures_a_notice_is_given_up_but_outages_do_not_age_it() {
        let late = patience(40, Some("2026-11-17T11:00:00Z"));
        let dead = DeliveryOutcome::Dead { error: "clientError: 400".into() };
        assert_eq!(refused_for_now().outcome(&late), dead);
        let after_an_outage = Patience { in_outages: TimeDelta::hours(3), ..late };
        assert_eq!(waits(&refused_for_now().outcome(&after_an_outage)), Some(7200));
    }

    #[test]
    fn a_channel_that_is_down_ages_no_notice_however_long() {
        let attempt =
            DeliveryAttempt::channel_failed(FailureReason::Unreachable, "connection refused");
        let error = "unreachable: connection refused".to_owned();
        for patience in [patience(0, None), patience(40, Some("2020-01-01T00:00:00Z"))] {
            let outcome = attempt.outcome(&patience);
            assert_eq!(outcome, DeliveryOutcome::Spared { until: None, error: error.clone() });
        }
    }

    #[test]
    fn a_channel_that_is_down_is_tried_ever_less_often_up_to_every_ten_minutes() {
        let attempt =
            DeliveryAttempt::channel_failed(FailureReason::Unreachable, "connection refused");
        let wait = |failures: u32| {
            let outage = outage(failures);
            let patience = Patience { outage: Some(&outage), ..patience(0, None) };
            let failure = attempt.channel_failure(&patience).unwrap();
            assert_eq!(failure.failures, failures + 1);
            (failure.next_attempt_at - patience.now).num_seconds()
        };
        assert_eq!([wait(0), wait(1), wait(2), wait(9), wait(4000)], [30, 60, 120, 600, 600]);
        assert_eq!(refused_for_now().channel_failure(&patience(0, None)), None);
    }

    #[test]
    fn a_failure_that_is_not_clear_counts_once_others_went_through_and_no_outage_is_under_way() {
        let attempt = DeliveryAttempt::perhaps_channel_failed(FailureReason::ServerError, "503");
        assert!(matches!(attempt.outcome(&patience(0, None)), DeliveryOutcome::Spared { .. }));
        let alone = Patience { failed_alone: true, ..patience(0, None) };
        assert!(matches!(attempt.outcome(&alone), DeliveryOutcome::Waits { .. }));
        let outage = outage(1);
        let in_an_outage = Patience { outage: Some(&outage), ..alone };
        assert!(matches!(attempt.outcome(&in_an_outage), DeliveryOutcome::Spared { .. }));
    }

    #[test]
    fn a_receiver_that_is_gone_closes_its_lane_and_a_bad_address_does_not() {
        let gone = DeliveryAttempt::give_up(FailureReason::Gone, "410");
        let unknown = DeliveryAttempt::give_up(FailureReason::ClientError, "550 no such user");
        let outcome = |attempt: DeliveryAttempt| attempt.outcome(&patience(0, None));
        assert_eq!(outcome(gone), DeliveryOutcome::Refused { error: "gone: 410".into() });
        assert_eq!(
            outcome(unknown),
            DeliveryOutcome::Dead { error: "clientError: 550 no such user".into() }
        );
    }
}
