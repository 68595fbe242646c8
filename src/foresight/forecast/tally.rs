//! The rates of all futures, and their quantiles.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::course::{BaselinedFigure, StartingProject};

/// The parts of a rate: the sums of the drifts of cost and of duration that are known, and how many are.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sums {
    budget: f64,
    budgets: f64,
    calendar: f64,
    calendars: f64,
}

/// The sums of all listed projects, and of those that are not due to leave.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Cell {
    all: Sums,
    staying: Sums,
}

/// Of which projects a rate is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RateKind {
    /// All that the edition lists.
    All,
    /// Those that are not due to leave by the end of the year after the edition's.
    Floor,
}

/// The rates of many futures: of each group of projects, at each edition to come.
#[derive(Clone, Debug)]
pub struct Futures {
    /// By future, then edition, then group. Its size does not depend on the number of projects.
    pub(super) cells: Vec<Cell>,
    pub(super) editions: usize,
    pub(super) groups: usize,
}

/// Values that one future in ten, four, two remains under; three in four; nine in ten.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Quantiles {
    pub p10: f64,
    pub p25: f64,
    pub p50: f64,
    pub p75: f64,
    pub p90: f64,
}

impl Sums {
    fn add(&mut self, cost: Option<BaselinedFigure>, duration: Option<BaselinedFigure>) {
        if let Some(cost) = cost {
            self.budget += cost.drift();
            self.budgets += 1.0;
        }
        if let Some(duration) = duration {
            self.calendar += duration.drift();
            self.calendars += 1.0;
        }
    }

    /// The mean of the two mean drifts, as the panorama publishes it; `None` when either is of no project.
    fn rate(self) -> Option<f64> {
        let known = self.budgets > 0.0 && self.calendars > 0.0;
        known.then(|| (self.budget / self.budgets + self.calendar / self.calendars) / 2.0)
    }
}

impl Cell {
    pub(super) fn add(
        &mut self,
        figures: (Option<BaselinedFigure>, Option<BaselinedFigure>),
        stays: bool,
    ) {
        let (cost, duration) = figures;
        self.all.add(cost, duration);
        if stays {
            self.staying.add(cost, duration);
        }
    }

    fn rate(self, kind: RateKind) -> Option<f64> {
        match kind {
            RateKind::All => self.all.rate(),
            RateKind::Floor => self.staying.rate(),
        }
    }
}

impl Futures {
    /// The rate of a group at an edition to come, in ascending order: one for each future in which it has a rate.
    fn rates(&self, edition: usize, group: usize, kind: RateKind) -> Vec<f64> {
        let of_future = self.editions.saturating_mul(self.groups).max(1);
        let place = edition.saturating_mul(self.groups).saturating_add(group);
        let cells = self.cells.chunks(of_future).filter_map(|future| future.get(place));
        let mut rates: Vec<f64> = cells.filter_map(|cell| cell.rate(kind)).collect();
        rates.sort_by(f64::total_cmp);
        rates
    }

    fn futures(&self) -> usize {
        self.cells.len() / self.editions.saturating_mul(self.groups).max(1)
    }

    /// `None` when fewer than half of the futures have such a rate.
    pub fn quantiles(&self, edition: usize, group: usize, kind: RateKind) -> Option<Quantiles> {
        let rates = self.rates(edition, group, kind);
        if rates.len().saturating_mul(2) < self.futures() {
            return None;
        }
        Quantiles::of(&rates)
    }

    /// The share of futures in which the rate is a target or less; `None` when fewer than half of them have a rate.
    pub fn chance(&self, edition: usize, group: usize, target: f64) -> Option<f64> {
        let rates = self.rates(edition, group, RateKind::All);
        if rates.is_empty() || rates.len().saturating_mul(2) < self.futures() {
            return None;
        }
        let met = rates.partition_point(|rate| *rate <= target);
        Some(thousandths(count(met) / count(rates.len())))
    }
}

impl Quantiles {
    /// Of values in ascending order, between neighbours in proportion; `None` of none. To a hundredth of a point.
    pub fn of(sorted: &[f64]) -> Option<Self> {
        Some(Self {
            p10: quantile(sorted, 0.10)?,
            p25: quantile(sorted, 0.25)?,
            p50: quantile(sorted, 0.50)?,
            p75: quantile(sorted, 0.75)?,
            p90: quantile(sorted, 0.90)?,
        })
    }

    /// Whether a value lies between the first tenth and the last: eight times in ten, if the futures are right.
    pub fn holds(&self, value: f64) -> bool {
        self.p10 <= value && value <= self.p90
    }
}

/// The rate of some of the projects as they are.
pub fn rate_now(
    projects: &[StartingProject],
    is_counted: impl Fn(&StartingProject) -> bool,
) -> Option<f64> {
    let mut sums = Sums::default();
    for one in projects.iter().filter(|one| is_counted(one)) {
        sums.add(one.cost, one.duration);
    }
    sums.rate()
}

fn quantile(sorted: &[f64], share: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let mut place = share * count(last);
    let mut below = 0;
    // Whole part of the place, without a conversion.
    while place >= 1.0 && below < last {
        place -= 1.0;
        below += 1;
    }
    let low = *sorted.get(below)?;
    let high = sorted.get(below + 1).copied().unwrap_or(low);
    Some(ten_thousandths(low + (high - low) * place))
}

fn count(number: usize) -> f64 {
    u32::try_from(number).map_or(f64::MAX, f64::from)
}

fn thousandths(share: f64) -> f64 {
    (share * 1e3).round() / 1e3
}

fn ten_thousandths(rate: f64) -> f64 {
    // Never a negative zero.
    (rate * 1e4).round() / 1e4 + 0.0
}
