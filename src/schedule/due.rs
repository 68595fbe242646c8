//! Whether a job should run now. Pure: depends on its timetable, on the firings already handled and
//! on the time.

use chrono::{DateTime, Duration, Utc};

use super::timetable::JobTimetable;
use crate::domain::operation::job::{Call, JobName, JobTrigger};
use crate::support::fingerprint::Fingerprint;

/// A firing handled within that time was not missed.
const GRACE: Duration = Duration::minutes(5);

/// Most missed firings that are counted.
const COUNTED: u64 = 10_000;

/// Delays firings so that several services do not query the same server in the same second. The
/// same seed, job and firing always give the same delay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Jitter {
    pub most_seconds: u32,
    pub seed: u64,
}

impl Jitter {
    pub fn delay(self, job: JobName, firing: DateTime<Utc>) -> Duration {
        let Some(span) = self.most_seconds.checked_add(1).filter(|span| *span > 1) else {
            return Duration::zero();
        };
        let (seed, at) = (self.seed.to_string(), firing.timestamp().to_string());
        let digest = Fingerprint::of_parts(&[&seed, job.as_str(), &at]);
        let number = digest.as_str().get(..8).and_then(|head| u32::from_str_radix(head, 16).ok());
        Duration::seconds(i64::from(number.unwrap_or_default() % span))
    }
}

/// The state of a job when its timetable is checked.
#[derive(Clone, Copy, Debug)]
pub struct TimetableState {
    pub job: JobName,
    /// Firings up to this instant have been handled.
    pub settled_to: DateTime<Utc>,
    pub now: DateTime<Utc>,
    pub jitter: Jitter,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Due {
    /// There is no firing any more.
    Never,
    /// Not before this instant, which is the firing plus its delay.
    Later(DateTime<Utc>),
    Now(Call),
}

/// Decides whether a job is due. A single run handles all the firings that were missed.
pub fn due(timetable: &JobTimetable, moment: TimetableState) -> Due {
    let TimetableState { job, now, jitter, .. } = moment;
    // A date in the future, written by a clock that was ahead, must not stop the job until then.
    let settled_to = moment.settled_to.min(now);
    let mut latest = None;
    let mut passed: u64 = 0;
    let mut next = timetable.next_after(settled_to);
    while let Some(firing) = next.filter(|firing| is_past(*firing, moment)) {
        latest = Some(firing);
        passed += 1;
        next = timetable.next_after(firing).filter(|_| passed < COUNTED);
    }
    let Some(firing) = latest else {
        return next.map_or(Due::Never, |firing| Due::Later(firing + jitter.delay(job, firing)));
    };
    let is_late = now - firing > GRACE + Duration::seconds(i64::from(jitter.most_seconds));
    let missed = if is_late { passed } else { passed - 1 };
    let occasion = if missed > 0 { JobTrigger::CatchUp } else { JobTrigger::Timetable };
    Due::Now(Call { occasion, firing: Some(firing), missed, actor: None })
}

fn is_past(firing: DateTime<Utc>, TimetableState { job, now, jitter, .. }: TimetableState) -> bool {
    firing + jitter.delay(job, firing) <= now
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: Jitter = Jitter { most_seconds: 0, seed: 0 };

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[track_caller]
    fn check(expression: &str, settled_to: &str, now: &str, expected: &str) {
        let timetable = JobTimetable::read("schedule.cycle", expression).unwrap().unwrap();
        let moment = TimetableState {
            job: JobName::Cycle,
            settled_to: at(settled_to),
            now: at(now),
            jitter: NONE,
        };
        let decision = match due(&timetable, moment) {
            Due::Never => "never".to_owned(),
            Due::Later(when) => format!("at {}", when.format("%m-%d %H:%M:%S")),
            Due::Now(Call { occasion, firing, missed, .. }) => {
                let firing = firing.unwrap().format("%m-%d %H:%M:%S");
                format!("{} of {firing}, {missed} missed", occasion.as_str())
            }
        };
        assert_eq!(decision, expected);
    }

    const DAILY: &str = "0 30 6 * * *";

    #[test]
    fn a_firing_is_answered_when_it_comes_and_not_twice() {
        check(DAILY, "2026-11-20T12:00:00Z", "2026-11-21T05:29:59Z", "at 11-21 05:30:00");
        check(
            DAILY,
            "2026-11-20T12:00:00Z",
            "2026-11-21T05:30:00Z",
            "timetable of 11-21 05:30:00, 0 missed",
        );
        check(DAILY, "2026-11-21T05:30:00Z", "2026-11-21T05:30:01Z", "at 11-22 05:30:00");
    }

    #[test]
    fn any_number_of_missed_firings_is_caught_up_once() {
        check(
            DAILY,
            "2026-11-20T12:00:00Z",
            "2026-11-21T09:00:00Z",
            "catch_up of 11-21 05:30:00, 1 missed",
        );
        check(
            DAILY,
            "2026-11-10T12:00:00Z",
            "2026-11-21T09:00:00Z",
            "catch_up of 11-21 05:30:00, 11 missed",
        );
        // The last firing is on time; its run handles the others too.
        check(
            DAILY,
            "2026-11-10T12:00:00Z",
            "2026-11-21T05:31:00Z",
            "catch_up of 11-21 05:30:00, 10 missed",
        );
        check(
            "* * * * * *",
            "2026-01-01T00:00:00Z",
            "2026-11-21T09:00:00Z",
            "catch_up of 01-01 02:46:40, 10000 missed",
        );
    }

    #[test]
    fn downtime_over_a_night_of_25_hours_misses_one_firing() {
        check(
            "0 30 2 * * *",
            "2026-10-24T12:00:00Z",
            "2026-10-25T12:00:00Z",
            "catch_up of 10-25 00:30:00, 1 missed",
        );
    }

    #[test]
    fn a_clock_that_stood_in_the_future_does_not_silence_a_job() {
        check(DAILY, "2030-01-01T00:00:00Z", "2026-11-21T04:00:00Z", "at 11-21 05:30:00");
    }

    #[test]
    fn jitter_delays_within_its_bound_and_always_by_as_much() {
        let firing = at("2026-11-21T05:30:00Z");
        let jitter = |seed| Jitter { most_seconds: 30, seed };
        let delays: Vec<i64> = (0..100)
            .map(|seed| jitter(seed).delay(JobName::Import, firing).num_seconds())
            .collect();
        assert!(delays.iter().all(|delay| (0..=30).contains(delay)), "{delays:?}");
        assert!(delays.contains(&0) && delays.contains(&30), "{delays:?}");
        let again = jitter(7).delay(JobName::Import, firing);
        assert_eq!(again, jitter(7).delay(JobName::Import, firing));
        assert_ne!(again, jitter(7).delay(JobName::Backup, firing));
    }
}
