//! Which projects to look at first: the chance of a further drift, times the money that a drift usually costs.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::median::median;
use super::panel::{DRIFT_COST, DRIFT_MONTHS, Next, Panel};
use crate::domain::ids::ProjectId;
use crate::domain::portfolio::edition::EditionId;
use crate::domain::portfolio::snapshot::Snapshot;
use crate::domain::words::words;

/// Warnings worth of the mean that each chance starts from: a rule that warned ten times is believed by a third.
const PRIOR_WARNINGS: f64 = 20.0;

/// Projects that a team looks at first.
pub const FIRST: usize = 10;

words! {
    /// An order of the projects of an edition.
    pub enum ProjectOrder, "an order of projects" {
        /// Chance of a further drift, times the money at stake.
        Attention = "attention" => "Chance de dérive × enjeu",
        Chance = "chance" => "Chance de dérive seule",
        MostAlerts = "most_alerts" => "Le plus d’alertes",
        LargestDrift = "largest_drift" => "La plus grande dérive",
        LargestCost = "largest_cost" => "Le plus grand coût",
    }
}

/// The chance that a project drifts further by the next edition, and where it comes from.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Chance {
    /// From 0 to 1: the share of the warnings that a drift followed, brought towards the mean of all steps as if
    /// twenty more warnings had been worth just that mean.
    pub value: f64,
    /// Past warnings of the same kind, and those that a drift followed.
    pub warnings: u32,
    pub hits: u32,
}

impl Chance {
    /// Of `warnings` of a kind, `hits` came true; `base` is the share of all steps that drift.
    pub fn of(warnings: u32, hits: u32, base: f64) -> Self {
        let value =
            (f64::from(hits) + PRIOR_WARNINGS * base) / (f64::from(warnings) + PRIOR_WARNINGS);
        Self { value, warnings, hits }
    }
}

/// What a further drift usually is: the median of the past ones.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct UsualDrift {
    /// Relative rise of the cost, of the steps on which the cost drifted; 0 when none did.
    pub cost: f64,
    /// Number of those steps.
    pub cost_steps: usize,
    /// Rise of the duration in months, of the steps on which the calendar drifted; 0 when none did.
    pub months: f64,
    pub month_steps: usize,
}

impl UsualDrift {
    /// From one edition to the next, of the steps that had shown by an edition.
    pub fn known_by(panel: &Panel<'_>, edition: EditionId) -> Self {
        let (mut costs, mut months) = (Vec::new(), Vec::new());
        for from in panel.editions() {
            if panel.later(*from, 1).is_none_or(|later| later > edition) {
                break;
            }
            for snapshot in panel.listed(*from) {
                let Next::Listed(change) = panel.next(*from, &snapshot.project, 1) else {
                    continue;
                };
                costs.extend(change.cost.filter(|rise| *rise > DRIFT_COST));
                months.extend(change.months.filter(|rise| *rise > DRIFT_MONTHS));
            }
        }
        Self {
            cost_steps: costs.len(),
            cost: median(costs).unwrap_or(0.0),
            month_steps: months.len(),
            months: median(months).unwrap_or(0.0),
        }
    }
}

/// The money that a usual drift of a project would cost, in M€: the usual rise of its cost, and the months of the usual slip at
/// what it spends a month. A figure that is not published is taken from the median of the edition: a withheld cost is no small
/// cost.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Stake {
    /// In M€.
    pub meur: f64,
    /// In M€, of the cost alone.
    pub by_cost: f64,
    /// In M€, of the months alone.
    pub by_months: f64,
    /// The cost or the duration is not published: the median of the edition is taken in its place.
    pub is_supposed: bool,
}

/// The median cost and duration of an edition, for projects that publish none.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MedianFigures {
    cost: f64,
    months: f64,
}

impl MedianFigures {
    pub fn of(listed: &[&Snapshot]) -> Self {
        let (mut costs, mut months) = (Vec::new(), Vec::new());
        for snapshot in listed {
            costs.extend(snapshot.cost_meur.given());
            months.extend(snapshot.duration_months.given());
        }
        Self { cost: median(costs).unwrap_or(0.0), months: median(months).unwrap_or(0.0) }
    }
}

impl Stake {
    pub fn of(snapshot: &Snapshot, usual: &UsualDrift, medians: &MedianFigures) -> Self {
        let cost = snapshot.cost_meur.given().copied();
        let months = snapshot.duration_months.given().copied().filter(|months| *months > 0.0);
        let is_supposed = cost.is_none() || months.is_none();
        let (cost, months) = (cost.unwrap_or(medians.cost), months.unwrap_or(medians.months));
        let by_cost = cost * usual.cost;
        let by_months = if months > 0.0 { usual.months * cost / months } else { 0.0 };
        Self { meur: by_cost + by_months, by_cost, by_months, is_supposed }
    }
}

/// The drift of a project at an edition against the first figures that the panel has of it: the greater of the cost's and of
/// the calendar's. `None` when it has none.
pub fn drift_since_first(
    panel: &Panel<'_>,
    edition: EditionId,
    project: &ProjectId,
) -> Option<f64> {
    let seen = panel.editions().iter().filter(|one| **one <= edition);
    let seen: Vec<&Snapshot> = seen.filter_map(|one| panel.snapshot(*one, project)).collect();
    let drift = |figure: fn(&Snapshot) -> Option<f64>| {
        let first = seen.iter().find_map(|one| figure(one)).filter(|first| *first > 0.0)?;
        Some(figure(seen.last()?)? / first - 1.0)
    };
    let cost = drift(|one| one.cost_meur.given().copied());
    let months = drift(|one| one.duration_months.given().copied());
    cost.into_iter().chain(months).max_by(f64::total_cmp)
}

/// The numbers of those that come first: highest figure first, then in the order of the projects.
pub fn first_of(mut figures: Vec<(usize, f64)>) -> Vec<usize> {
    figures.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    figures.into_iter().take(FIRST).map(|(number, _)| number).collect()
}
