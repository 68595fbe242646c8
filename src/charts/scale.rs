//! Scales with round values.

/// Most lines of the grid.
const MOST_STEPS: f64 = 6.0;

/// The lines of a grid: round values, evenly spaced.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Steps {
    pub(super) least: f64,
    pub(super) most: f64,
    step: f64,
}

impl Steps {
    /// Steps of 1, 2 or 5 times a power of ten, from zero or below to the greatest value or above.
    pub(super) fn covering(least: f64, most: f64) -> Self {
        let (least, most) = (least.min(0.0), most.max(0.0));
        let span = if most > least { most - least } else { 1.0 };
        let power = 10f64.powf((span / MOST_STEPS).log10().floor());
        let step = [1.0, 2.0, 5.0, 10.0].map(|factor| factor * power);
        let step = step.into_iter().find(|step| span / step <= MOST_STEPS).unwrap_or(10.0 * power);
        let least = (least / step).floor() * step;
        let most = ((most / step).ceil() * step).max(least + step);
        Self { least, most, step }
    }

    pub(super) fn values(self) -> Vec<f64> {
        let mut values = Vec::new();
        let mut number = 0.0;
        while self.least + number * self.step <= self.most + self.step / 2.0 {
            values.push(self.least + number * self.step);
            number += 1.0;
        }
        values
    }
}

pub(super) fn count(number: usize) -> f64 {
    u32::try_from(number).map_or(f64::MAX, f64::from)
}

/// The share of a whole; half of nothing.
pub(super) fn share_of(part: f64, whole: f64) -> f64 {
    if whole == 0.0 { 0.5 } else { part / whole }
}

/// To a tenth of a unit.
pub(super) fn round(place: f64) -> f64 {
    (place * 10.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
