//! Curves of a sweep: how counts and shares move with the value of a threshold, with the value in force marked.

use serde::Serialize;

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 260.0;
const LEFT: f64 = 64.0;
const RIGHT: f64 = 16.0;
const TOP: f64 = 12.0;
const BOTTOM: f64 = 36.0;

/// Lines of the grid, above the axis.
const GRID: f64 = 4.0;

/// Least distance between two values of the axis, so that they can be read.
const BETWEEN_LABELS: f64 = 64.0;

/// Values along the threshold, and what they are called.
#[derive(Clone, Debug)]
pub(super) struct SweptFigure {
    pub(super) label: &'static str,
    /// Which look of a line it has, after the first: `second`, `third`.
    pub(super) look: &'static str,
    pub(super) values: Vec<Option<SweptValue>>,
}

/// A figure at one value of the threshold, with its interval if it has one.
#[derive(Clone, Copy, Debug)]
pub(super) struct SweptValue {
    pub(super) value: f64,
    pub(super) interval: Option<(f64, f64)>,
}

/// A drawn curve.
#[derive(Debug, Serialize)]
pub(super) struct SweepChart {
    width: f64,
    height: f64,
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
    grid: Vec<AxisMark>,
    values: Vec<AxisMark>,
    /// Where the value in force is.
    in_force: Option<f64>,
    lines: Vec<SweptLine>,
}

#[derive(Debug, Serialize)]
struct AxisMark {
    at: f64,
    label: String,
}

#[derive(Debug, Serialize)]
struct SweptLine {
    label: &'static str,
    look: &'static str,
    /// Stretches without a gap.
    stretches: Vec<String>,
    /// The outline of the intervals of each stretch.
    bands: Vec<String>,
    dots: Vec<SweptDot>,
}

#[derive(Debug, Serialize)]
struct SweptDot {
    x: f64,
    y: f64,
    words: String,
}

/// Draws figures over the values of a threshold, from zero to `most`. `None` with fewer than two values.
///
/// `values` are the values of the threshold with their words, lowest first; `in_force` is the place of that in force.
pub(super) fn sweep_chart(
    values: &[(f64, String)],
    in_force: Option<usize>,
    figures: &[SweptFigure],
    (most, written): (f64, fn(f64) -> String),
) -> Option<SweepChart> {
    let [(least, _), .., (greatest, _)] = values else { return None };
    let x =
        |value: f64| round(LEFT + share(value - least, greatest - least) * (WIDTH - LEFT - RIGHT));
    let y = |figure: f64| round(HEIGHT - BOTTOM - share(figure, most) * (HEIGHT - TOP - BOTTOM));
    let marks = (0..=4_u8).map(|step| most * f64::from(step) / GRID);
    let lines = figures.iter().map(|figure| {
        let places = || values.iter().zip(&figure.values);
        SweptLine {
            label: figure.label,
            look: figure.look,
            stretches: stretches(
                places().map(|((at, _), of)| of.map(|of| format!("{},{}", x(*at), y(of.value)))),
            ),
            bands: bands(places().map(|((at, _), of)| {
                let (low, high) = of.and_then(|of| of.interval)?;
                Some((x(*at), y(low), y(high)))
            })),
            dots: places()
                .filter_map(|((at, words), of)| {
                    let value = (*of)?.value;
                    let said =
                        format!("{words} : {} {}", figure.label.to_lowercase(), written(value));
                    Some(SweptDot { x: x(*at), y: y(value), words: said })
                })
                .collect(),
        }
    });
    let labels = values.iter().map(|(at, words)| AxisMark { at: x(*at), label: words.clone() });
    Some(SweepChart {
        width: WIDTH,
        height: HEIGHT,
        left: LEFT,
        right: WIDTH - RIGHT,
        top: TOP,
        bottom: HEIGHT - BOTTOM,
        grid: marks.map(|mark| AxisMark { at: y(mark), label: written(mark) }).collect(),
        values: legible(labels.collect()),
        in_force: in_force.and_then(|place| values.get(place)).map(|(at, _)| x(*at)),
        lines: lines.collect(),
    })
}

/// The top of a scale of counts, which its grid divides into whole numbers.
pub(super) fn top_of(counts: impl Iterator<Item = usize>) -> f64 {
    let most = counts.max().unwrap_or_default().max(4);
    u32::try_from(most.div_ceil(4) * 4).map_or(f64::MAX, f64::from)
}

/// The marks that can be read next to each other.
fn legible(marks: Vec<AxisMark>) -> Vec<AxisMark> {
    let mut chosen: Vec<AxisMark> = Vec::new();
    for mark in marks {
        if chosen.last().is_none_or(|before| mark.at - before.at >= BETWEEN_LABELS) {
            chosen.push(mark);
        }
    }
    chosen
}

fn stretches(places: impl Iterator<Item = Option<String>>) -> Vec<String> {
    let mut all: Vec<Vec<String>> = vec![Vec::new()];
    for place in places {
        match (place, all.last_mut()) {
            (Some(place), Some(stretch)) => stretch.push(place),
            (None, Some(stretch)) if !stretch.is_empty() => all.push(Vec::new()),
            _ => {}
        }
    }
    let drawn = all.into_iter().filter(|stretch| !stretch.is_empty());
    drawn.map(|stretch| stretch.join(" ")).collect()
}

fn bands(places: impl Iterator<Item = Option<(f64, f64, f64)>>) -> Vec<String> {
    let mut all = Vec::new();
    let (mut there, mut back): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    for place in places.chain([None]) {
        if let Some((x, low, high)) = place {
            there.push(format!("{x},{high}"));
            back.push(format!("{x},{low}"));
        } else if !there.is_empty() {
            there.extend(back.drain(..).rev());
            all.push(there.join(" "));
            there.clear();
        }
    }
    all
}

fn share(part: f64, whole: f64) -> f64 {
    if whole == 0.0 { 0.5 } else { part / whole }
}

/// To a tenth of a unit.
fn round(place: f64) -> f64 {
    (place * 10.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_needs_two_values_and_marks_the_one_in_force() {
        let values = [(0.1, "10 %".to_owned()), (0.2, "20 %".to_owned()), (0.3, "30 %".to_owned())];
        let at =
            |share: f64| Some(SweptValue { value: share, interval: Some((share / 2.0, share)) });
        let figure =
            SweptFigure { label: "Alertes", look: "", values: vec![at(4.0), None, at(2.0)] };
        let written = |value: f64| value.to_string();
        let chart = sweep_chart(&values, Some(1), &[figure], (4.0, written)).unwrap();
        assert_eq!(chart.in_force, Some(384.0));
        assert_eq!(chart.lines[0].stretches, ["64,12", "704,118"]);
        assert_eq!(chart.lines[0].bands.len(), 2);
        assert_eq!(chart.lines[0].dots.len(), 2);
        assert!(sweep_chart(&values[..1], None, &[], (4.0, written)).is_none());
        assert_eq!(top_of([3, 9].into_iter()).to_bits(), 12.0_f64.to_bits());
        assert_eq!(top_of([].into_iter()).to_bits(), 4.0_f64.to_bits());
    }
}
