//! Intervals by the bootstrap: the projects are drawn again, with replacement, as many times as there are of them, and the
//! figure is worked out anew of each draw. Projects are drawn and not their steps, since the steps of one project resemble each
//! other. Source: Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13 (percentile intervals).

use super::draws::Draws;

/// How often the projects are drawn.
const TIMES: usize = 1000;

/// The same draws in every run.
const SEED: u64 = 20_201_110;

/// Share of the draws left out below and above an interval: 90 % lie within.
const TAIL: usize = 20;

/// How often each project is drawn, in each draw.
#[derive(Clone, Debug)]
pub struct Resamples(Vec<Vec<u16>>);

impl Resamples {
    /// Draws of so many projects.
    pub fn of(projects: usize) -> Self {
        let mut draws = Draws::seeded(SEED);
        let one = |_| {
            let mut times = vec![0_u16; projects];
            for _ in 0..projects {
                if let Some(drawn) = times.get_mut(draws.below(projects)) {
                    *drawn = drawn.saturating_add(1);
                }
            }
            times
        };
        Self((0..TIMES).map(one).collect())
    }

    /// How often each project is drawn, by draw.
    pub fn draws(&self) -> impl Iterator<Item = &[u16]> {
        self.0.iter().map(Vec::as_slice)
    }
}

/// The 90 % interval of a figure worked out of each draw; `None` when more than one draw in ten gives no figure.
pub(super) fn interval(figures: impl Iterator<Item = Option<f64>>) -> Option<(f64, f64)> {
    let mut known: Vec<f64> = figures.flatten().collect();
    if known.len() * 10 < TIMES * 9 {
        return None;
    }
    known.sort_by(f64::total_cmp);
    let last = known.len().checked_sub(1)?;
    let low = known.get(last / TAIL)?;
    let high = known.get(last - last / TAIL)?;
    Some((*low, *high))
}
