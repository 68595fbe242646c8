//! When jobs fire, and the loop that fires them: one at a time, until told to stop.

use std::str::FromStr;
use std::time::Duration;

use chrono::DateTime;
use chrono::Utc;
use chrono_tz::Europe::Paris;
use thiserror::Error;
use tokio::sync::watch;
use tracing::error;
use tracing::info;

use crate::cycle;
use crate::cycle::Outcome;
use crate::cycle::Parts;

/// A cron expression with seconds, read in Paris time.
#[derive(Clone, Debug)]
pub struct Timetable(cron::Schedule);

#[derive(Debug, Error)]
#[error(
    "read the setting `schedule.cycle`: found `{found}`, expected seconds, minutes, hours, days, \
     months and weekdays by name, such as `0 30 6 * * Mon-Fri`"
)]
pub struct TimetableError {
    found: String,
    #[source]
    source: cron::error::Error,
}

impl FromStr for Timetable {
    type Err = TimetableError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        cron::Schedule::from_str(text)
            .map(Self)
            .map_err(|source| TimetableError { found: text.to_owned(), source })
    }
}

impl Timetable {
    /// The first firing strictly after `now`.
    pub fn next_after(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.0.after(&now.with_timezone(&Paris)).next().map(|firing| firing.with_timezone(&Utc))
    }
}

/// Runs a cycle at each firing until `stop` turns true. A cycle under way is let finish, and the
/// next firing is reckoned from its end: two never overlap.
pub async fn run_cycles(parts: Parts, timetable: Timetable, mut stop: watch::Receiver<bool>) {
    while let Some(wait) = until_next(&timetable, parts.clock.now()) {
        let stopped = tokio::time::timeout(wait, stop.wait_for(|stopped| *stopped)).await.is_ok();
        if stopped {
            return;
        }
        fire(&parts).await;
    }
}

fn until_next(timetable: &Timetable, now: DateTime<Utc>) -> Option<Duration> {
    timetable.next_after(now).and_then(|firing| (firing - now).to_std().ok())
}

async fn fire(parts: &Parts) {
    match cycle::run(parts, None, false).await {
        Ok(report) if report.outcome == Outcome::Unchanged => {
            info!(cycle.number = %report.cycle, "The scheduled cycle found nothing new");
        }
        Ok(report) => {
            info!(cycle.number = %report.cycle, "The scheduled cycle {} is committed", report.cycle);
        }
        Err(fault) => {
            let cause: &dyn std::error::Error = &fault;
            error!(error = cause, "The scheduled cycle came to nothing");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn firings(expression: &str, from: &str, until: &str) -> Vec<String> {
        let timetable: Timetable = expression.parse().unwrap();
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
    fn an_hour_that_comes_twice_or_never_fires_once_at_most() {
        let doubled = firings("0 30 2 * * *", "2026-10-24T22:00:00Z", "2026-10-25T22:00:00Z");
        assert!(!doubled.is_empty() && doubled.len() <= 2, "{doubled:?}");
        let skipped = firings("0 30 2 * * *", "2026-03-28T22:00:00Z", "2026-03-29T22:00:00Z");
        assert!(skipped.len() <= 1, "{skipped:?}");
    }

    #[test]
    fn five_fields_are_refused_with_what_was_expected() {
        let fault = "30 6 * * *".parse::<Timetable>().unwrap_err().to_string();
        assert!(
            fault.starts_with("read the setting `schedule.cycle`: found `30 6 * * *`"),
            "{fault}"
        );
    }
}
