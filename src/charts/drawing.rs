//! Lines and outlines as SVG has them, and the room that drawings have.

use serde::Serialize;

/// Size of the drawing, in its own units.
pub(super) const WIDTH: f64 = 720.0;
pub(super) const HEIGHT: f64 = 260.0;

/// Room for labels at the left, the right, the top and the bottom.
pub(super) const LEFT: f64 = 64.0;
pub(super) const RIGHT: f64 = 24.0;
pub(super) const TOP: f64 = 16.0;
pub(super) const BOTTOM: f64 = 36.0;

/// A label at a place of an axis.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Mark {
    pub(super) at: f64,
    pub(super) label: String,
}

/// The points of each stretch without a gap, as SVG has them.
pub(super) fn stretches(places: impl Iterator<Item = Option<(f64, f64)>>) -> Vec<String> {
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

/// The outline of each stretch without a gap: along the high ends, and back along the low ones.
pub(super) fn outlines(places: impl Iterator<Item = Option<(f64, f64, f64)>>) -> Vec<String> {
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
