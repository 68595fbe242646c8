//! Values over time as lines, over bands where they may lie.

use std::collections::BTreeMap;

use chrono::{Datelike as _, NaiveDate};
use serde::Serialize;

use super::drawing::{BOTTOM, HEIGHT, LEFT, Mark, RIGHT, TOP, WIDTH, outlines, stretches};
use super::scale::{Steps, round, share_of};

/// Least room between two labels of dates.
const BETWEEN_LABELS: f64 = 70.0;

/// Values over time. A date without a value leaves a gap: nothing is drawn where nothing is known.
#[derive(Clone, Debug)]
pub struct ChartSeries {
    pub label: &'static str,
    /// The part of the class that gives its look: `line`, `target`, `baseline`.
    pub look: &'static str,
    pub points: Vec<(NaiveDate, Option<f64>)>,
}

/// What lies between two values over time. A date without them leaves a gap.
#[derive(Clone, Debug)]
pub struct ChartBand {
    pub label: &'static str,
    /// The part of the class that gives its look.
    pub look: &'static str,
    pub points: Vec<(NaiveDate, Option<(f64, f64)>)>,
}

/// A chart of lines, ready to be drawn.
#[derive(Clone, Debug, Serialize)]
pub struct LineChart {
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) left: f64,
    pub(super) right: f64,
    pub(super) bottom: f64,
    bands: Vec<DrawnBand>,
    pub(super) lines: Vec<DrawnLine>,
    pub(super) grid: Vec<Mark>,
    pub(super) dates: Vec<Mark>,
    pub(super) rows: Vec<ChartRow>,
}

#[derive(Clone, Debug, Serialize)]
struct DrawnBand {
    pub(super) label: &'static str,
    pub(super) look: &'static str,
    /// One outline for each stretch without a gap.
    outlines: Vec<String>,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct DrawnLine {
    pub(super) label: &'static str,
    pub(super) look: &'static str,
    /// One for each stretch without a gap: `64,12 100,14.5`.
    pub(super) stretches: Vec<String>,
    pub(super) dots: Vec<Dot>,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct Dot {
    pub(super) x: f64,
    pub(super) y: f64,
    /// `novembre 2020 : 26,5 %`
    words: String,
}

/// The values of one date, in the order of the series, then of the bands.
#[derive(Clone, Debug, Serialize)]
pub(super) struct ChartRow {
    pub(super) date: NaiveDate,
    pub(super) values: Vec<Option<String>>,
}

/// A chart of these series; `None` if no value is known.
///
/// `written` says a value in French, as `26,5 %`. The scale begins at zero, so that a small change never looks like a large one.
pub fn line_chart(series: &[ChartSeries], written: impl Fn(f64) -> String) -> Option<LineChart> {
    fan_chart(series, &[], written)
}

/// A chart of these series over these bands; `None` if no value is known. A band is where a value may lie.
pub fn fan_chart(
    series: &[ChartSeries],
    bands: &[ChartBand],
    written: impl Fn(f64) -> String,
) -> Option<LineChart> {
    let of_bands = || bands.iter().flat_map(|one| &one.points);
    let of_both_ends =
        || of_bands().filter_map(|(_, ends)| *ends).flat_map(|(low, high)| [low, high]);
    let of_series = || series.iter().flat_map(|one| &one.points);
    let values = || of_series().filter_map(|(_, value)| *value).chain(of_both_ends());
    let dates = || of_series().map(|(date, _)| *date).chain(of_bands().map(|(date, _)| *date));
    let (first, last) = (dates().min()?, dates().max()?);
    let steps = Steps::covering(values().reduce(f64::min)?, values().reduce(f64::max)?);
    let x = |date: NaiveDate| {
        let share = share_of(days(date) - days(first), days(last) - days(first));
        round(LEFT + share * (WIDTH - LEFT - RIGHT))
    };
    let y = |value: f64| {
        let share = share_of(value - steps.least, steps.most - steps.least);
        round(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM))
    };
    let lines = series.iter().map(|one| DrawnLine {
        label: one.label,
        look: one.look,
        stretches: stretches(one.points.iter().map(|(date, value)| Some((x(*date), y((*value)?))))),
        dots: one
            .points
            .iter()
            .filter_map(|(date, value)| {
                let value = (*value)?;
                let words = format!("{} : {}", month(*date), written(value));
                Some(Dot { x: x(*date), y: y(value), words })
            })
            .collect(),
    });
    let bands_drawn = bands.iter().map(|one| DrawnBand {
        label: one.label,
        look: one.look,
        outlines: outlines(one.points.iter().map(|(date, ends)| {
            let (low, high) = (*ends)?;
            Some((x(*date), y(low), y(high)))
        })),
    });
    let grid = steps.values().into_iter().map(|value| Mark { at: y(value), label: written(value) });
    Some(LineChart {
        width: WIDTH,
        height: HEIGHT,
        left: LEFT,
        right: WIDTH - RIGHT,
        bottom: HEIGHT - BOTTOM,
        bands: bands_drawn.collect(),
        lines: lines.collect(),
        grid: grid.collect(),
        dates: spaced(dates().map(|date| Mark { at: x(date), label: month(date) }).collect()),
        rows: rows(series, bands, written),
    })
}

/// The marks that can be read next to each other, the last one always.
fn spaced(mut marks: Vec<Mark>) -> Vec<Mark> {
    marks.sort_by(|a, b| a.at.total_cmp(&b.at));
    marks.dedup_by(|a, b| a.label == b.label);
    let mut chosen: Vec<Mark> = Vec::new();
    for mark in marks.into_iter().rev() {
        if chosen.last().is_none_or(|after| after.at - mark.at >= BETWEEN_LABELS) {
            chosen.push(mark);
        }
    }
    chosen.reverse();
    chosen
}

fn rows(
    series: &[ChartSeries],
    bands: &[ChartBand],
    written: impl Fn(f64) -> String,
) -> Vec<ChartRow> {
    let mut rows: BTreeMap<NaiveDate, Vec<Option<String>>> = BTreeMap::new();
    let mut set = |date: NaiveDate, index: usize, value: Option<String>| {
        let row = rows.entry(date).or_insert_with(|| vec![None; series.len() + bands.len()]);
        if let Some(cell) = row.get_mut(index) {
            *cell = value;
        }
    };
    for (index, one) in series.iter().enumerate() {
        for (date, value) in &one.points {
            set(*date, index, value.map(&written));
        }
    }
    for (index, one) in (series.len()..).zip(bands) {
        for (date, ends) in &one.points {
            let ends = ends.map(|(low, high)| format!("de {} à {}", written(low), written(high)));
            set(*date, index, ends);
        }
    }
    rows.into_iter().map(|(date, values)| ChartRow { date, values }).collect()
}

/// `11/2020`
fn month(date: NaiveDate) -> String {
    format!("{:02}/{}", date.month(), date.year())
}

fn days(date: NaiveDate) -> f64 {
    f64::from(date.num_days_from_ce())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(year: i32, month: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, 1).unwrap()
    }

    #[test]
    fn a_date_without_a_value_leaves_a_gap() {
        let points = vec![
            (day(2019, 1), Some(1.0)),
            (day(2019, 7), None),
            (day(2020, 1), Some(2.0)),
            (day(2020, 7), Some(3.0)),
        ];
        let series = [ChartSeries { label: "Coût", look: "line", points }];
        let chart = line_chart(&series, |value| value.to_string()).unwrap();
        assert_eq!(chart.lines[0].stretches.len(), 2);
        assert_eq!(chart.lines[0].dots.len(), 3);
        assert_eq!(chart.rows.len(), 4);
        assert_eq!(chart.rows[1].values, [None]);
        assert!(
            line_chart(&[ChartSeries { label: "", look: "", points: vec![] }], |_| String::new())
                .is_none()
        );
    }

    #[test]
    fn a_band_is_outlined_along_its_high_ends_and_back_along_its_low_ones() {
        let points = vec![
            (day(2020, 1), Some((0.1, 0.3))),
            (day(2020, 7), Some((0.1, 0.4))),
            (day(2021, 1), None),
        ];
        let band = [ChartBand { label: "8 chances sur 10", look: "band", points }];
        let chart = fan_chart(&[], &band, |value| value.to_string()).unwrap();
        assert_eq!(chart.bands[0].outlines.len(), 1);
        assert_eq!(chart.bands[0].outlines[0].split(' ').count(), 4);
        assert_eq!(chart.rows[0].values, [Some("de 0.1 à 0.3".to_owned())]);
        assert_eq!(chart.rows[2].values, [None]);
    }
}
