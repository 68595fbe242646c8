//! How often the projects of each list are reviewed, and at what times.

use std::collections::BTreeMap;

use chrono::NaiveTime;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use toml::Spanned;

use crate::domain::portfolio::follow_up::WatchList;
use crate::domain::rules::verdict::RuleFailure;

/// Path of the file in the catalogue's folder.
pub const TIMETABLE_FILE: &str = "reviews.toml";

/// Longest time between two reviews, in days, that is still « tout au long de l’année ».
const MAX_DAYS: u32 = 366;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Timetable {
    #[serde(default)]
    cadence: BTreeMap<WatchList, Cadence>,
    meetings: Meetings,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Cadence {
    every_days: Spanned<u32>,
    /// Days from the day the project is listed.
    first_within_days: Spanned<u32>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Meetings {
    /// Times such as `09:30`, in Paris.
    starts_at: Vec<Spanned<String>>,
    length_minutes: Spanned<u32>,
    notice_working_days: Spanned<u32>,
}

/// All the faults of `reviews.toml`.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{}", .faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
pub struct TimetableError {
    /// At least one.
    pub faults: Vec<RuleFailure>,
}

impl Timetable {
    pub fn parse(text: &str, file: &str) -> Result<Self, TimetableError> {
        let faults = match toml::from_str::<Self>(text) {
            Err(error) => {
                vec![RuleFailure::at(file, text, error.span(), error.message().trim_end())]
            }
            Ok(timetable) => {
                let faults = timetable.faults(text, file);
                if faults.is_empty() {
                    return Ok(timetable);
                }
                faults
            }
        };
        Err(TimetableError { faults })
    }

    /// The shortest of the intervals of its lists, in days.
    pub(super) fn every_days(&self, watches: &[WatchList]) -> u32 {
        self.shortest(watches, |cadence| &cadence.every_days)
    }

    pub(super) fn first_within_days(&self, watches: &[WatchList]) -> u32 {
        self.shortest(watches, |cadence| &cadence.first_within_days)
    }

    /// In increasing order.
    pub(super) fn starts(&self) -> Vec<NaiveTime> {
        let starts = self.meetings.starts_at.iter();
        let mut starts: Vec<NaiveTime> = starts.filter_map(|text| hour(text.get_ref())).collect();
        starts.sort_unstable();
        starts
    }

    pub(super) fn length_minutes(&self) -> u32 {
        *self.meetings.length_minutes.get_ref()
    }

    pub(super) fn notice_working_days(&self) -> u32 {
        *self.meetings.notice_working_days.get_ref()
    }

    fn shortest(&self, watches: &[WatchList], days: impl Fn(&Cadence) -> &Spanned<u32>) -> u32 {
        let known = watches.iter().filter_map(|watch| self.cadence.get(watch));
        known.map(|cadence| *days(cadence).get_ref()).min().unwrap_or(MAX_DAYS)
    }

    /// Checks what the types alone cannot.
    fn faults(&self, text: &str, file: &str) -> Vec<RuleFailure> {
        let Meetings { starts_at, length_minutes, notice_working_days } = &self.meetings;
        let mut bounds = vec![
            ("meetings.length_minutes".to_owned(), length_minutes, 15..=480),
            ("meetings.notice_working_days".to_owned(), notice_working_days, 0..=60),
        ];
        for (watch, cadence) in &self.cadence {
            let named = |key: &str| format!("cadence.{}.{key}", watch.as_str());
            bounds.push((named("every_days"), &cadence.every_days, 7..=MAX_DAYS));
            bounds.push((named("first_within_days"), &cadence.first_within_days, 1..=MAX_DAYS));
        }
        let mut faults = Vec::new();
        for (name, found, range) in bounds {
            let number = found.get_ref();
            if !range.contains(number) {
                let (min, max) = range.into_inner();
                let message = format!("`{name}` is {number}, expected {min} to {max}");
                faults.push(RuleFailure::at(file, text, Some(found.span()), message));
            }
        }
        for watch in WatchList::ALL.into_iter().filter(|watch| !self.cadence.contains_key(watch)) {
            let word = watch.as_str();
            let message = format!("list `{word}` has no cadence; give it under `[cadence.{word}]`");
            faults.push(RuleFailure::at(file, text, None, message));
        }
        for start in starts_at.iter().filter(|start| hour(start.get_ref()).is_none()) {
            let found = start.get_ref();
            let message =
                format!("`meetings.starts_at` has `{found}`, expected an hour as `09:30`");
            faults.push(RuleFailure::at(file, text, Some(start.span()), message));
        }
        if starts_at.is_empty() {
            let message = "`meetings.starts_at` is empty, expected one hour at least";
            faults.push(RuleFailure::at(file, text, None, message));
        }
        faults
    }
}

fn hour(text: &str) -> Option<NaiveTime> {
    NaiveTime::parse_from_str(text, "%H:%M").ok()
}
