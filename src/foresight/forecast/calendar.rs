//! Dates of the editions to come, and of the targets.

use chrono::{Datelike, Months, NaiveDate};

use crate::domain::portfolio::edition::EditionId;
use crate::foresight::panel::months_between;

/// The panorama is published twice a year, in June and in December since 2022. Source: fiche 04 of the COSINUM, §1.
const MONTHS_OF_EDITIONS: [u32; 2] = [6, 12];

/// An edition follows another by this number of months at least.
const LEAST_MONTHS: i32 = 3;

/// A target, and the day by which it is to be met.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DatedTarget {
    pub target: f64,
    pub by: NaiveDate,
}

/// The editions that are expected after another: each June and December that comes three months later or more.
pub fn next_editions(edition: EditionId, count: usize) -> Vec<EditionId> {
    let months = (1..).map_while(|step| edition.as_of().checked_add_months(Months::new(step)));
    let expected = months
        .filter(|day| MONTHS_OF_EDITIONS.contains(&day.month()))
        .map(EditionId::of)
        .filter(|next| months_between(edition, *next) >= LEAST_MONTHS);
    expected.take(count).collect()
}

/// The day by which each value of a dated threshold is to be met: the eve of the day from which the next one holds, and for
/// the last one the end of the year in which it begins. A value that has always held and that none follows has no such day.
pub fn dated_targets(values: &[(Option<NaiveDate>, f64)]) -> Vec<DatedTarget> {
    let following = values.iter().skip(1).map(|(from, _)| *from).chain([None]);
    let met_by = |from: Option<NaiveDate>, next: Option<NaiveDate>| match (from, next) {
        (_, Some(next)) => next.pred_opt(),
        (Some(from), None) => NaiveDate::from_ymd_opt(from.year(), 12, 31),
        (None, None) => None,
    };
    let dated = values.iter().zip(following).filter_map(|((from, target), next)| {
        Some(DatedTarget { target: *target, by: met_by(*from, next)? })
    });
    dated.collect()
}
