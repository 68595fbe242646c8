//! Charts as SVG: where each point, line and label stands. Templates draw them with classes, so that the theme gives the colours
//! and one picture serves pages, documents and mails. Each chart has its figures as a table too.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use serde::Serialize;

use crate::support::french;

/// Size of the drawing, in its own units.
const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 260.0;

/// Room for labels at the left, the right, the top and the bottom.
const LEFT: f64 = 64.0;
const RIGHT: f64 = 24.0;
const TOP: f64 = 16.0;
const BOTTOM: f64 = 36.0;

/// Least room between two labels of dates.
const BETWEEN_LABELS: f64 = 70.0;

/// Most lines of the grid.
const MOST_STEPS: f64 = 6.0;

/// Size of a sparkline.
const SPARK_WIDTH: f64 = 96.0;
const SPARK_HEIGHT: f64 = 24.0;
const SPARK_EDGE: f64 = 2.0;

/// Sizes of a chart of intervals: room for labels at the left, and the height of a line.
const INTERVAL_LEFT: f64 = 312.0;
const INTERVAL_LINE: f64 = 24.0;

/// Most letters of a label in that room.
const LABEL_LETTERS: usize = 46;

/// Values over time. A date without a value leaves a gap: nothing is drawn where nothing is known.
#[derive(Clone, Debug)]
pub(super) struct ChartSeries {
    pub(super) label: &'static str,
    /// The part of the class that gives its look: `line`, `target`, `baseline`.
    pub(super) look: &'static str,
    pub(super) points: Vec<(NaiveDate, Option<f64>)>,
}

/// What lies between two values over time. A date without them leaves a gap.
#[derive(Clone, Debug)]
pub(super) struct ChartBand {
    pub(super) label: &'static str,
    /// The part of the class that gives its look.
    pub(super) look: &'static str,
    pub(super) points: Vec<(NaiveDate, Option<(f64, f64)>)>,
}

/// A chart of lines, ready to be drawn.
#[derive(Clone, Debug, Serialize)]
pub(super) struct LineChart {
    width: f64,
    height: f64,
    left: f64,
    right: f64,
    bottom: f64,
    bands: Vec<DrawnBand>,
    lines: Vec<DrawnLine>,
    grid: Vec<Mark>,
    dates: Vec<Mark>,
    rows: Vec<ChartRow>,
}

#[derive(Clone, Debug, Serialize)]
struct DrawnBand {
    label: &'static str,
    look: &'static str,
    /// One outline for each stretch without a gap.
    outlines: Vec<String>,
}

#[derive(Clone, Debug, Serialize)]
struct DrawnLine {
    label: &'static str,
    look: &'static str,
    /// One for each stretch without a gap: `64,12 100,14.5`.
    stretches: Vec<String>,
    dots: Vec<Dot>,
}

#[derive(Clone, Debug, Serialize)]
struct Dot {
    x: f64,
    y: f64,
    /// `novembre 2020 : 26,5 %`
    words: String,
}

/// A label at a place of an axis.
#[derive(Clone, Debug, PartialEq, Serialize)]
struct Mark {
    at: f64,
    label: String,
}

/// The values of one date, in the order of the series, then of the bands.
#[derive(Clone, Debug, Serialize)]
struct ChartRow {
    date: NaiveDate,
    values: Vec<Option<String>>,
}

/// The course of a figure in a line of a table.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Sparkline {
    width: f64,
    height: f64,
    stretches: Vec<String>,
    last: Option<(f64, f64)>,
}

/// A figure with its interval.
#[derive(Clone, Debug)]
pub(super) struct Interval {
    pub(super) label: String,
    pub(super) value: f64,
    pub(super) low: f64,
    pub(super) high: f64,
    /// `1,28 (0,78–1,89)`
    pub(super) words: String,
}

/// Figures with their intervals, one line each, beside the value that says nothing.
#[derive(Clone, Debug, Serialize)]
pub(super) struct IntervalChart {
    width: f64,
    height: f64,
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
    /// Where the value lies that figures are compared with.
    reference: f64,
    ticks: Vec<Mark>,
    rows: Vec<IntervalLine>,
}

#[derive(Clone, Debug, Serialize)]
struct IntervalLine {
    /// As much of the label as there is room for.
    short: String,
    label: String,
    words: String,
    y: f64,
    x: f64,
    low: f64,
    high: f64,
}

/// A chart of intervals in the order given, from zero, beside `reference`; `None` if there are none.
pub(super) fn interval_chart(intervals: &[Interval], reference: f64) -> Option<IntervalChart> {
    let most = intervals.iter().map(|one| one.high.max(one.value)).reduce(f64::max)?;
    let steps = Steps::covering(0.0, most.max(reference));
    let right = WIDTH - RIGHT;
    let x =
        |value: f64| round(INTERVAL_LEFT + share_of(value, steps.most) * (right - INTERVAL_LEFT));
    let line = |(place, one): (usize, &Interval)| IntervalLine {
        short: shortened(&one.label),
        label: one.label.clone(),
        words: one.words.clone(),
        y: round(TOP + (count(place) + 0.5) * INTERVAL_LINE),
        x: x(one.value),
        low: x(one.low),
        high: x(one.high),
    };
    let bottom = TOP + count(intervals.len()) * INTERVAL_LINE;
    let tick = |value: f64| Mark { at: x(value), label: french::decimal_at_most(value, 2) };
    Some(IntervalChart {
        width: WIDTH,
        height: bottom + BOTTOM,
        left: INTERVAL_LEFT,
        right,
        top: TOP,
        bottom,
        reference: x(reference),
        ticks: steps.values().into_iter().map(tick).collect(),
        rows: intervals.iter().enumerate().map(line).collect(),
    })
}

/// As much of a label as there is room for, to the end of a word.
fn shortened(label: &str) -> String {
    if label.chars().count() <= LABEL_LETTERS {
        return label.to_owned();
    }
    let cut: String = label.chars().take(LABEL_LETTERS).collect();
    let whole = cut.rsplit_once(' ').map_or(cut.as_str(), |(words, _)| words);
    format!("{}…", whole.trim_end_matches(','))
}

/// A chart of these series; `None` if no value is known.
///
/// `written` says a value in French, as `26,5 %`. The scale begins at zero, so that a small change never looks like a large one.
pub(super) fn line_chart(
    series: &[ChartSeries],
    written: impl Fn(f64) -> String,
) -> Option<LineChart> {
    fan_chart(series, &[], written)
}

/// A chart of these series over these bands; `None` if no value is known. A band is where a value may lie.
pub(super) fn fan_chart(
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

/// The course of a figure, its last value marked; `None` if fewer than two values are known.
pub(super) fn sparkline(values: &[Option<f64>]) -> Option<Sparkline> {
    let known = || values.iter().flatten().copied();
    if known().count() < 2 {
        return None;
    }
    let (least, most) = (known().reduce(f64::min)?, known().reduce(f64::max)?);
    let steps = count(values.len().saturating_sub(1));
    let place = |(index, value): (usize, &Option<f64>)| {
        let value = (*value)?;
        let x = SPARK_EDGE + share_of(count(index), steps) * (SPARK_WIDTH - 2.0 * SPARK_EDGE);
        let level = if most > least { share_of(value - least, most - least) } else { 0.5 };
        let y = SPARK_HEIGHT - SPARK_EDGE - level * (SPARK_HEIGHT - 2.0 * SPARK_EDGE);
        Some((round(x), round(y)))
    };
    let places: Vec<Option<(f64, f64)>> = values.iter().enumerate().map(place).collect();
    Some(Sparkline {
        width: SPARK_WIDTH,
        height: SPARK_HEIGHT,
        last: places.iter().flatten().last().copied(),
        stretches: stretches(places.into_iter()),
    })
}

/// The lines of a grid: round values, evenly spaced.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Steps {
    least: f64,
    most: f64,
    step: f64,
}

impl Steps {
    /// Steps of 1, 2 or 5 times a power of ten, from zero or below to the greatest value or above.
    fn covering(least: f64, most: f64) -> Self {
        let (least, most) = (least.min(0.0), most.max(0.0));
        let span = if most > least { most - least } else { 1.0 };
        let power = 10f64.powf((span / MOST_STEPS).log10().floor());
        let step = [1.0, 2.0, 5.0, 10.0].map(|factor| factor * power);
        let step = step.into_iter().find(|step| span / step <= MOST_STEPS).unwrap_or(10.0 * power);
        let least = (least / step).floor() * step;
        let most = ((most / step).ceil() * step).max(least + step);
        Self { least, most, step }
    }

    fn values(self) -> Vec<f64> {
        let mut values = Vec::new();
        let mut number = 0.0;
        while self.least + number * self.step <= self.most + self.step / 2.0 {
            values.push(self.least + number * self.step);
            number += 1.0;
        }
        values
    }
}

/// The points of each stretch without a gap, as SVG has them.
fn stretches(places: impl Iterator<Item = Option<(f64, f64)>>) -> Vec<String> {
    let mut stretches: Vec<Vec<String>> = vec![Vec::new()];
    for place in places {
        match (place, stretches.last_mut()) {
            (Some((x, y)), Some(stretch)) => stretch.push(format!("{x},{y}")),
            (None, Some(stretch)) if !stretch.is_empty() => stretches.push(Vec::new()),
            _ => {}
        }
    }
    stretches.retain(|stretch| !stretch.is_empty());
    stretches.into_iter().map(|stretch| stretch.join(" ")).collect()
}

/// The marks that can be read beside each other, the last one always.
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

/// The outline of each stretch without a gap: along the high ends, and back along the low ones.
fn outlines(places: impl Iterator<Item = Option<(f64, f64, f64)>>) -> Vec<String> {
    let mut outlines = Vec::new();
    let (mut there, mut back): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    for place in places.chain([None]) {
        if let Some((x, low, high)) = place {
            there.push(format!("{x},{high}"));
            back.push(format!("{x},{low}"));
        } else if !there.is_empty() {
            there.extend(back.drain(..).rev());
            outlines.push(there.join(" "));
            there.clear();
        }
    }
    outlines
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

fn count(number: usize) -> f64 {
    u32::try_from(number).map_or(f64::MAX, f64::from)
}

/// The share of a whole; half of nothing.
fn share_of(part: f64, whole: f64) -> f64 {
    if whole == 0.0 { 0.5 } else { part / whole }
}

/// To a tenth of a unit.
fn round(place: f64) -> f64 {
    (place * 10.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(year: i32, month: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, 1).unwrap()
    }

    #[test]
    fn a_grid_has_round_values_and_covers_all() {
        let values = |least, most| {
            let steps = Steps::covering(least, most).values().into_iter();
            steps.map(|value| format!("{value:.2}")).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(values(0.2, 0.43), "0.00 0.10 0.20 0.30 0.40 0.50");
        assert_eq!(values(12.0, 61.0), "0.00 20.00 40.00 60.00 80.00");
        assert_eq!(values(-0.12, 0.05), "-0.15 -0.10 -0.05 0.00 0.05");
        assert_eq!(values(0.0, 0.0), "0.00 0.20");
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
    fn intervals_lie_on_one_scale_that_begins_at_zero() {
        let interval = |label: &str, low, value, high| Interval {
            label: label.to_owned(),
            value,
            low,
            high,
            words: String::new(),
        };
        let long = "Calendrier irréaliste, sans jalons intermédiaires, recalé à répétition";
        let intervals = [interval("Dérive", 0.5, 1.0, 2.0), interval(long, 1.0, 1.5, 1.6)];
        let chart = interval_chart(&intervals, 1.0).unwrap();
        let places = [chart.rows[0].x, chart.rows[0].high, chart.rows[1].low];
        let ends = [chart.reference, chart.right, chart.reference].map(f64::to_bits);
        assert_eq!(places.map(f64::to_bits), ends);
        assert_eq!(chart.rows[1].short, "Calendrier irréaliste, sans jalons…");
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

    #[test]
    fn a_sparkline_needs_two_values_and_marks_the_last_known() {
        assert!(sparkline(&[Some(1.0), None]).is_none());
        let spark = sparkline(&[Some(1.0), Some(3.0), None]).unwrap();
        assert_eq!(spark.last, Some((48.0, 2.0)));
        assert_eq!(sparkline(&[Some(2.0), Some(2.0)]).unwrap().last, Some((94.0, 12.0)));
    }
}
