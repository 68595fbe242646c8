//! Cron expressions in Paris time, also on the days when summer time begins or ends.

use chrono::{
    DateTime, Duration, MappedLocalTime, NaiveDateTime, TimeZone as _, Timelike as _, Utc,
};
use chrono_tz::Europe::Paris;
use chrono_tz::Tz;
use cron::TimeUnitSpec as _;
use thiserror::Error;

/// Hours of a day: an expression with all of them follows real time.
const HOURS: u32 = 24;

/// How far after a time that does not exist the next existing one is searched, minute by minute.
const LONGEST_GAP_MINUTES: i64 = 24 * 60;

/// A cron expression with seconds, read in Paris time.
///
/// A time that occurs twice, when summer time ends, fires the first time. A time that does not
/// exist, when summer time begins, fires when the clock jumps. An expression that matches every
/// hour fires in both hours of the same name.
#[derive(Clone, Debug)]
pub struct JobTimetable {
    cron: cron::Schedule,
    every_hour: bool,
}

#[derive(Debug, Error)]
#[error(
    "read the setting `{setting}`: found `{found}`, expected seconds, minutes, hours, days, \
     months and weekdays by name, such as `0 30 6 * * Mon-Fri`"
)]
pub struct JobTimetableError {
    setting: &'static str,
    found: String,
    #[source]
    source: Option<cron::error::Error>,
}

impl JobTimetable {
    /// Parses a setting; `None` when it is empty, for never.
    ///
    /// # Errors
    /// When the expression is not valid.
    pub fn read(setting: &'static str, text: &str) -> Result<Option<Self>, JobTimetableError> {
        let refuse = |source| JobTimetableError { setting, found: text.to_owned(), source };
        let fields: Vec<&str> = text.split_whitespace().collect();
        let weekdays = match fields.as_slice() {
            [] => return Ok(None),
            [_, _, _, _, _, weekdays] => weekdays,
            _ => return Err(refuse(None)),
        };
        // In a number, 1 is Sunday here and Monday in other programs.
        if weekdays.contains(|c: char| c.is_ascii_digit()) {
            return Err(refuse(None));
        }
        let cron: cron::Schedule = text.parse().map_err(|error| refuse(Some(error)))?;
        let every_hour = cron.hours().count() == HOURS;
        Ok(Some(Self { cron, every_hour }))
    }

    pub fn expression(&self) -> &str {
        self.cron.source()
    }

    /// The first firing strictly after `now`.
    pub fn next_after(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let local = now.with_timezone(&Paris).naive_local();
        let following = self
            .local_times_after(local)
            .flat_map(|time| self.instants(time))
            .find(|firing| *firing > now);
        following.into_iter().chain(self.again(local, now)).min()
    }

    /// If `now` is in an hour that will be repeated: the first firing of its repetition.
    fn again(&self, local: NaiveDateTime, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let MappedLocalTime::Ambiguous(first, second) = Paris.from_local_datetime(&local) else {
            return None;
        };
        if !self.every_hour || first != now {
            return None;
        }
        let before = local - (second - first);
        self.local_times_after(before)
            .filter_map(|time| match Paris.from_local_datetime(&time) {
                MappedLocalTime::Ambiguous(_, again) => Some(again.to_utc()),
                MappedLocalTime::Single(_) | MappedLocalTime::None => None,
            })
            .find(|firing| *firing > now)
    }

    /// Local times as if Paris had one time all year; `instants` handles summer time.
    fn local_times_after(&self, local: NaiveDateTime) -> impl Iterator<Item = NaiveDateTime> {
        self.cron.after(&local.and_utc()).map(|time| time.naive_utc())
    }

    fn instants(&self, time: NaiveDateTime) -> Vec<DateTime<Utc>> {
        match Paris.from_local_datetime(&time) {
            MappedLocalTime::Single(instant) => vec![instant.to_utc()],
            MappedLocalTime::Ambiguous(first, second) if self.every_hour => {
                vec![first.to_utc(), second.to_utc()]
            }
            MappedLocalTime::Ambiguous(first, _) => vec![first.to_utc()],
            MappedLocalTime::None => next_valid(time).map(|at| at.to_utc()).into_iter().collect(),
        }
    }
}

/// The clock jumps at a full minute.
fn next_valid(time: NaiveDateTime) -> Option<DateTime<Tz>> {
    let minute = time.with_second(0)?.with_nanosecond(0)?;
    (1..=LONGEST_GAP_MINUTES)
        .find_map(|more| Paris.from_local_datetime(&(minute + Duration::minutes(more))).earliest())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn firings(expression: &str, from: &str, until: &str) -> Vec<String> {
        let timetable = JobTimetable::read("schedule.cycle", expression).unwrap().unwrap();
        let mut now: DateTime<Utc> = from.parse().unwrap();
        let until: DateTime<Utc> = until.parse().unwrap();
        let mut firings = vec![];
        while let Some(firing) = timetable.next_after(now).filter(|firing| *firing < until) {
            firings.push(firing.to_rfc3339_opts(chrono::SecondsFormat::Secs, true));
            now = firing;
        }
        firings
    }

    #[test]
    fn a_timetable_of_working_days_fires_once_on_each_in_paris() {
        assert_eq!(
            firings("0 30 6 * * Mon-Fri", "2026-11-20T00:00:00Z", "2026-11-25T00:00:00Z"),
            ["2026-11-20T05:30:00Z", "2026-11-23T05:30:00Z", "2026-11-24T05:30:00Z"]
        );
    }

    #[test]
    fn summer_time_moves_the_firing_in_utc_and_not_in_paris() {
        assert_eq!(
            firings("0 30 6 * * *", "2026-03-28T00:00:00Z", "2026-03-30T00:00:00Z"),
            ["2026-03-28T05:30:00Z", "2026-03-29T04:30:00Z"]
        );
    }

    #[test]
    fn an_hour_that_comes_twice_fires_the_first_time_only() {
        assert_eq!(
            firings("0 30 2 * * *", "2026-10-24T00:00:00Z", "2026-10-27T00:00:00Z"),
            ["2026-10-24T00:30:00Z", "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"]
        );
        let several = firings("0 0,30 2 * * *", "2026-10-25T00:15:00Z", "2026-10-26T00:00:00Z");
        assert_eq!(several, ["2026-10-25T00:30:00Z"]);
    }

    #[test]
    fn an_hour_that_never_comes_fires_once_when_the_clock_has_jumped() {
        assert_eq!(
            firings("0 30 2 * * *", "2026-03-28T00:00:00Z", "2026-03-31T00:00:00Z"),
            ["2026-03-28T01:30:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"]
        );
        // Three times that do not exist and one that does, all at the same instant.
        let several =
            firings("0 0,20,40 2,3 * * *", "2026-03-29T00:00:00Z", "2026-03-29T02:00:00Z");
        assert_eq!(
            several,
            ["2026-03-29T01:00:00Z", "2026-03-29T01:20:00Z", "2026-03-29T01:40:00Z"]
        );
    }

    #[test]
    fn every_hour_means_every_hour_on_days_of_23_and_25_too() {
        let on = |from, until| firings("0 0/30 * * * *", from, until).len();
        assert_eq!(on("2026-03-28T22:59:59Z", "2026-03-29T22:00:00Z"), 46);
        assert_eq!(on("2026-10-24T21:59:59Z", "2026-10-25T23:00:00Z"), 50);
    }

    #[test]
    fn what_is_not_six_fields_with_weekdays_by_name_is_refused_with_what_was_expected() {
        for wrong in ["30 6 * * *", "0 30 6 * * 1", "0 30 6 * * * 2026", "@daily", "0 61 6 * * *"] {
            let fault = JobTimetable::read("schedule.backup", wrong).unwrap_err().to_string();
            let start = format!("read the setting `schedule.backup`: found `{wrong}`, expected");
            assert!(fault.starts_with(&start), "{fault}");
        }
        assert!(JobTimetable::read("schedule.backup", " ").unwrap().is_none());
    }
}
