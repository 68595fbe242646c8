//! The course of a figure, small enough for a line of a table.

use serde::Serialize;

use super::drawing::stretches;
use super::scale::{count, round, share_of};

/// Size of a sparkline.
const SPARK_WIDTH: f64 = 96.0;
const SPARK_HEIGHT: f64 = 24.0;
const SPARK_EDGE: f64 = 2.0;

/// The course of a figure in a line of a table.
#[derive(Clone, Debug, Serialize)]
pub struct Sparkline {
    width: f64,
    height: f64,
    stretches: Vec<String>,
    last: Option<(f64, f64)>,
}

/// The course of a figure, its last value marked; `None` if fewer than two values are known.
pub fn sparkline(values: &[Option<f64>]) -> Option<Sparkline> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sparkline_needs_two_values_and_marks_the_last_known() {
        assert!(sparkline(&[Some(1.0), None]).is_none());
        let spark = sparkline(&[Some(1.0), Some(3.0), None]).unwrap();
        assert_eq!(spark.last, Some((48.0, 2.0)));
        assert_eq!(sparkline(&[Some(2.0), Some(2.0)]).unwrap().last, Some((94.0, 12.0)));
    }
}
