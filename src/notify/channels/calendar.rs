//! When people may receive messages: office hours and nights in Paris.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Europe::Paris;

use crate::domain::messages::notice::NoticeKind;
use crate::notify::retry::LONGEST_REQUESTED;
use crate::notify::settings::CalendarSettings;
use crate::support::working_days::is_working_day;

/// Most consecutive closed days that are searched.
const FAR: u64 = 60;

impl CalendarSettings {
    /// `now` if the office is open, else the time when it opens next.
    pub fn office_hours_from(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        let local = now.with_timezone(&Paris);
        let (today, time) = (local.date_naive(), local.time());
        if self.is_worked(today) && time >= self.opens && time < self.closes {
            return now;
        }
        let first = u64::from(time >= self.opens);
        (first..FAR)
            .filter_map(|days| today.checked_add_days(Days::new(days)))
            .find(|day| self.is_worked(*day))
            .and_then(|day| in_paris(day, self.opens))
            .unwrap_or(now)
    }

    /// `now`, or the end of the night if it is night.
    pub fn end_of_night_from(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        let local = now.with_timezone(&Paris);
        let (today, time) = (local.date_naive(), local.time());
        let (from, until) = (self.night_from, self.night_until);
        let spans_midnight = from > until;
        let is_night = if spans_midnight {
            time >= from || time < until
        } else {
            time >= from && time < until
        };
        if !is_night {
            return now;
        }
        let ends_on = if spans_midnight && time >= from {
            today.checked_add_days(Days::new(1))
        } else {
            Some(today)
        };
        ends_on.and_then(|day| in_paris(day, until)).unwrap_or(now)
    }

    /// When a notice of this kind leaves if it is written now.
    pub fn leaves_at(&self, kind: NoticeKind, now: DateTime<Utc>) -> DateTime<Utc> {
        match kind {
            NoticeKind::Event | NoticeKind::Account => now,
            NoticeKind::Critical | NoticeKind::Correction => self.end_of_night_from(now),
            NoticeKind::Digest
            | NoticeKind::Reminder
            | NoticeKind::Escalation
            | NoticeKind::Questionnaire
            | NoticeKind::QuestionnaireReminder
            | NoticeKind::QuestionnaireClosing => self.office_hours_from(now),
        }
    }

    /// The latest time at which a notice of this kind leaves if it was written or tried by `now`. A
    /// later time was written by a clock that was ahead.
    pub fn leaves_by(&self, kind: NoticeKind, now: DateTime<Utc>) -> DateTime<Utc> {
        let written = self.office_hours_from(now).max(self.end_of_night_from(now));
        let tried = now.checked_add_signed(LONGEST_REQUESTED).unwrap_or(now);
        self.leaves_at(kind, now).max(written).max(tried)
    }

    /// The last worked day up to this one; the day itself when none of those before is.
    pub(in crate::notify) fn last_worked_day(&self, day: NaiveDate) -> NaiveDate {
        let before = (0..FAR).filter_map(|days| day.checked_sub_days(Days::new(days)));
        before.into_iter().find(|one| self.is_worked(*one)).unwrap_or(day)
    }

    fn is_worked(&self, day: NaiveDate) -> bool {
        let off = self.working_days_only && !is_working_day(day);
        !off && !self.closed_on.contains(&day)
    }
}

/// A time that the start of summer time skips is moved an hour later; of a time that occurs twice,
/// the first is taken.
fn in_paris(day: NaiveDate, time: NaiveTime) -> Option<DateTime<Utc>> {
    let local = day.and_time(time);
    let exact = Paris.from_local_datetime(&local).earliest();
    let found =
        exact.or_else(|| Paris.from_local_datetime(&(local + TimeDelta::hours(1))).earliest());
    found.map(|instant| instant.to_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn office(now: &str) -> String {
        let now: DateTime<Utc> = now.parse().unwrap();
        shown(CalendarSettings::default().office_hours_from(now))
    }

    fn night(now: &str) -> String {
        let now: DateTime<Utc> = now.parse().unwrap();
        shown(CalendarSettings::default().end_of_night_from(now))
    }

    fn shown(moment: DateTime<Utc>) -> String {
        moment.with_timezone(&Paris).format("%a %Y-%m-%d %H:%M").to_string()
    }

    #[test]
    fn a_digest_waits_for_office_hours_on_a_working_day() {
        assert_eq!(office("2026-11-24T09:15:00Z"), "Tue 2026-11-24 10:15");
        assert_eq!(office("2026-11-24T05:30:00Z"), "Tue 2026-11-24 08:00");
        assert_eq!(office("2026-11-24T18:00:00Z"), "Wed 2026-11-25 08:00");
        assert_eq!(office("2026-11-20T18:30:00Z"), "Mon 2026-11-23 08:00");
        // The Friday after Ascension Day is a working day, and Easter Monday is not.
        assert_eq!(office("2026-05-13T20:00:00Z"), "Fri 2026-05-15 08:00");
        assert_eq!(office("2026-04-03T20:00:00Z"), "Tue 2026-04-07 08:00");
        assert_eq!(office("2026-12-24T22:00:00Z"), "Mon 2026-12-28 08:00");
    }

    #[test]
    fn nights_end_at_seven_in_paris_in_winter_as_in_summer() {
        assert_eq!(night("2026-11-21T12:00:00Z"), "Sat 2026-11-21 13:00");
        assert_eq!(night("2026-11-21T22:00:00Z"), "Sun 2026-11-22 07:00");
        assert_eq!(night("2026-11-22T04:00:00Z"), "Sun 2026-11-22 07:00");
        // Summer time begins on the first of these nights, and ends on the second.
        assert_eq!(night("2026-03-28T22:30:00Z"), "Sun 2026-03-29 07:00");
        assert_eq!(night("2026-10-24T23:30:00Z"), "Sun 2026-10-25 07:00");
    }

    #[test]
    fn an_hour_that_summer_time_skips_is_the_one_after() {
        let opens = NaiveTime::from_hms_opt(2, 30, 0).unwrap();
        let settings =
            CalendarSettings { opens, working_days_only: false, ..CalendarSettings::default() };
        let now = "2026-03-28T20:00:00Z".parse().unwrap();
        assert_eq!(shown(settings.office_hours_from(now)), "Sun 2026-03-29 03:30");
    }
}
