//! Figures with their intervals, one line each.

use serde::Serialize;

use super::drawing::{BOTTOM, Mark, RIGHT, TOP, WIDTH};
use super::scale::{Steps, count, round, share_of};
use crate::support::french;

/// Sizes of a chart of intervals: room for labels at the left, and the height of a line.
const INTERVAL_LEFT: f64 = 312.0;
const INTERVAL_LINE: f64 = 24.0;

/// Most letters of a label in that room.
const LABEL_LETTERS: usize = 46;

/// A figure with its interval.
#[derive(Clone, Debug)]
pub struct Interval {
    pub label: String,
    pub value: f64,
    pub low: f64,
    pub high: f64,
    /// `1,28 (0,78–1,89)`
    pub words: String,
}

/// Figures with their intervals, one line each, beside the value that says nothing.
#[derive(Clone, Debug, Serialize)]
pub struct IntervalChart {
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
pub fn interval_chart(intervals: &[Interval], reference: f64) -> Option<IntervalChart> {
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

#[cfg(test)]
mod tests {
    use super::*;

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
}
