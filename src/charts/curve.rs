//! Curves over a number instead of dates: how figures move with the value of a threshold, with the value in force marked.

use serde::Serialize;

use super::drawing::{BOTTOM, HEIGHT, LEFT, Mark, RIGHT, TOP, WIDTH, outlines, stretches};
use super::scale::{round, share_of};

/// Lines of the grid, above the axis.
const GRID: f64 = 4.0;

/// Least distance between two values of the axis, so that they can be read.
const BETWEEN_LABELS: f64 = 64.0;

/// Values along the threshold, and what they are called.
#[derive(Clone, Debug)]
pub struct CurveFigure {
    pub label: &'static str,
    /// Which look of a line it has, after the first: `second`, `third`.
    pub look: &'static str,
    pub values: Vec<Option<CurveValue>>,
}

/// A figure at one value of the threshold, with its interval if it has one.
#[derive(Clone, Copy, Debug)]
pub struct CurveValue {
    pub value: f64,
    pub interval: Option<(f64, f64)>,
}

/// A drawn curve.
#[derive(Debug, Serialize)]
pub struct CurveChart {
    width: f64,
    height: f64,
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
    grid: Vec<Mark>,
    values: Vec<Mark>,
    /// Where the value in force is.
    in_force: Option<f64>,
    lines: Vec<CurveLine>,
}

#[derive(Debug, Serialize)]
struct CurveLine {
    label: &'static str,
    look: &'static str,
    /// Stretches without a gap.
    stretches: Vec<String>,
    /// The outline of the intervals of each stretch.
    bands: Vec<String>,
    dots: Vec<CurveDot>,
}

#[derive(Debug, Serialize)]
struct CurveDot {
    x: f64,
    y: f64,
    words: String,
}

/// Draws figures over the values of a threshold, from zero to `most`. `None` with fewer than two values.
///
/// `values` are the values of the threshold with their words, lowest first; `in_force` is the place of that in force.
pub fn curve_chart(
    values: &[(f64, String)],
    in_force: Option<usize>,
    figures: &[CurveFigure],
    (most, written): (f64, fn(f64) -> String),
) -> Option<CurveChart> {
    let [(least, _), .., (greatest, _)] = values else { return None };
    let x = |value: f64| {
        round(LEFT + share_of(value - least, greatest - least) * (WIDTH - LEFT - RIGHT))
    };
    let y = |figure: f64| round(HEIGHT - BOTTOM - share_of(figure, most) * (HEIGHT - TOP - BOTTOM));
    let marks = (0..=4_u8).map(|step| most * f64::from(step) / GRID);
    let lines = figures.iter().map(|figure| {
        let places = || values.iter().zip(&figure.values);
        CurveLine {
            label: figure.label,
            look: figure.look,
            stretches: stretches(places().map(|((at, _), of)| of.map(|of| (x(*at), y(of.value))))),
            bands: outlines(places().map(|((at, _), of)| {
                let (low, high) = of.and_then(|of| of.interval)?;
                Some((x(*at), y(low), y(high)))
            })),
            dots: places()
                .filter_map(|((at, words), of)| {
                    let value = (*of)?.value;
                    let said =
                        format!("{words} : {} {}", figure.label.to_lowercase(), written(value));
                    Some(CurveDot { x: x(*at), y: y(value), words: said })
                })
                .collect(),
        }
    });
    let labels = values.iter().map(|(at, words)| Mark { at: x(*at), label: words.clone() });
    Some(CurveChart {
        width: WIDTH,
        height: HEIGHT,
        left: LEFT,
        right: WIDTH - RIGHT,
        top: TOP,
        bottom: HEIGHT - BOTTOM,
        grid: marks.map(|mark| Mark { at: y(mark), label: written(mark) }).collect(),
        values: legible(labels.collect()),
        in_force: in_force.and_then(|place| values.get(place)).map(|(at, _)| x(*at)),
        lines: lines.collect(),
    })
}

/// The top of a scale of counts, which its grid divides into whole numbers.
pub fn top_of(counts: impl Iterator<Item = usize>) -> f64 {
    let most = counts.max().unwrap_or_default().max(4);
    u32::try_from(most.div_ceil(4) * 4).map_or(f64::MAX, f64::from)
}

/// The marks that can be read next to each other.
fn legible(marks: Vec<Mark>) -> Vec<Mark> {
    let mut chosen: Vec<Mark> = Vec::new();
    for mark in marks {
        if chosen.last().is_none_or(|before| mark.at - before.at >= BETWEEN_LABELS) {
            chosen.push(mark);
        }
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_needs_two_values_and_marks_the_one_in_force() {
        let values = [(0.1, "10 %".to_owned()), (0.2, "20 %".to_owned()), (0.3, "30 %".to_owned())];
        let at =
            |share: f64| Some(CurveValue { value: share, interval: Some((share / 2.0, share)) });
        let figure =
            CurveFigure { label: "Alertes", look: "", values: vec![at(4.0), None, at(2.0)] };
        let written = |value: f64| value.to_string();
        let chart = curve_chart(&values, Some(1), &[figure], (4.0, written)).unwrap();
        assert_eq!(chart.in_force, Some(380.0));
        assert_eq!(chart.lines[0].stretches, ["64,16", "696,120"]);
        assert_eq!(chart.lines[0].bands.len(), 2);
        assert_eq!(chart.lines[0].dots.len(), 2);
        assert!(curve_chart(&values[..1], None, &[], (4.0, written)).is_none());
        assert_eq!(top_of([3, 9].into_iter()).to_bits(), 12.0_f64.to_bits());
        assert_eq!(top_of([].into_iter()).to_bits(), 4.0_f64.to_bits());
    }
}
