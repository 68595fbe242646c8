//! The projects of all editions, and what became of each from one edition to a later one.

use std::collections::BTreeMap;

use chrono::Datelike;

use crate::domain::ids::ProjectId;
use crate::domain::portfolio::edition::EditionId;
use crate::domain::portfolio::snapshot::Snapshot;
use crate::domain::value::Reported;
use crate::domain::words::words;

/// A cost drifted further when it rose by more than this share of itself from one edition to the next. Source: the base rates
/// of the public panel, which count rises of more than 5 %.
pub const DRIFT_COST: f64 = 0.05;

/// A calendar drifted further when the duration rose by more than this number of months.
pub const DRIFT_MONTHS: f64 = 3.0;

/// Two editions that follow each other lie this many months apart at most: over a longer time any project drifts.
pub const STEP_MONTHS: i32 = 9;

/// Rounded to a billionth, as in the frames: `1.05 / 1.0 - 1` is then exactly 5 %, on the limit and not above.
const DECIMALS: f64 = 1e9;

words! {
    /// What is to be foreseen.
    pub enum Target, "what is to be foreseen" {
        Any = "any" => "Dérive du coût ou du calendrier",
        Cost = "cost" => "Dérive du coût",
        Duration = "duration" => "Dérive du calendrier",
    }
}

/// How a project's figures changed from one edition to a later one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Change {
    /// Relative change of the cost: 0.1 is 10 % more. `None` when either edition gives no cost.
    pub cost: Option<f64>,
    /// Change of the duration, in months. `None` when either edition gives none.
    pub months: Option<f64>,
}

/// What became of a project.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Next {
    /// No such later edition is known yet.
    Unpublished,
    /// The later edition comes too long after.
    TooFar,
    /// The later edition does not list the project.
    Left,
    Listed(Change),
}

/// All editions with what each says of its projects.
#[derive(Debug)]
pub struct Panel<'s> {
    editions: Vec<EditionId>,
    listed: BTreeMap<EditionId, BTreeMap<&'s ProjectId, &'s Snapshot>>,
}

impl Change {
    fn between(before: &Snapshot, after: &Snapshot) -> Self {
        let figure = |reported: &Reported<f64>| reported.given().copied();
        let cost = figure(&before.cost_meur).filter(|cost| *cost > 0.0);
        let cost = cost.zip(figure(&after.cost_meur));
        let months = figure(&before.duration_months).zip(figure(&after.duration_months));
        Self {
            cost: cost.map(|(was, is)| rounded(is / was - 1.0)),
            months: months.map(|(was, is)| rounded(is - was)),
        }
    }

    /// Whether the project drifted further; `None` when the figures do not say. One figure that drifted is enough to say so;
    /// that neither did takes both.
    pub fn drifted(&self, target: Target) -> Option<bool> {
        let cost = self.cost.map(|rise| rise > DRIFT_COST);
        let months = self.months.map(|rise| rise > DRIFT_MONTHS);
        match (target, cost, months) {
            (Target::Cost, cost, _) => cost,
            (Target::Duration, _, months) => months,
            (Target::Any, Some(true), _) | (Target::Any, _, Some(true)) => Some(true),
            (Target::Any, cost, months) => cost.and(months),
        }
    }
}

impl<'s> Panel<'s> {
    pub fn of(snapshots: &'s [Snapshot]) -> Self {
        let mut listed: BTreeMap<EditionId, BTreeMap<&ProjectId, &Snapshot>> = BTreeMap::new();
        for snapshot in snapshots {
            listed.entry(snapshot.edition).or_default().insert(&snapshot.project, snapshot);
        }
        Self { editions: listed.keys().copied().collect(), listed }
    }

    /// Oldest first.
    pub fn editions(&self) -> &[EditionId] {
        &self.editions
    }

    /// What an edition says of its projects.
    pub fn listed(&self, edition: EditionId) -> impl Iterator<Item = &'s Snapshot> {
        self.listed.get(&edition).into_iter().flat_map(|projects| projects.values().copied())
    }

    pub fn snapshot(&self, edition: EditionId, project: &ProjectId) -> Option<&'s Snapshot> {
        self.listed.get(&edition)?.get(project).copied()
    }

    /// The edition that comes `horizon` editions after another, if it is known.
    pub fn later(&self, edition: EditionId, horizon: usize) -> Option<EditionId> {
        let place = self.editions.binary_search(&edition).ok()?;
        self.editions.get(place.checked_add(horizon)?).copied()
    }

    /// The edition before another, if it is known.
    pub fn earlier(&self, edition: EditionId) -> Option<EditionId> {
        let place = self.editions.binary_search(&edition).ok()?;
        self.editions.get(place.checked_sub(1)?).copied()
    }

    /// What became of a project `horizon` editions after one that lists it.
    pub fn next(&self, edition: EditionId, project: &ProjectId, horizon: usize) -> Next {
        let Some(later) = self.later(edition, horizon) else { return Next::Unpublished };
        if is_too_far(edition, later, horizon) {
            return Next::TooFar;
        }
        match (self.snapshot(edition, project), self.snapshot(later, project)) {
            (Some(before), Some(after)) => Next::Listed(Change::between(before, after)),
            (_, _) => Next::Left,
        }
    }
}

/// Whether a step over so many editions is too long to be compared with others.
pub fn is_too_far(from: EditionId, to: EditionId, horizon: usize) -> bool {
    let most = i32::try_from(horizon).unwrap_or(i32::MAX).saturating_mul(STEP_MONTHS);
    months_between(from, to) > most
}

/// Months from one edition to another.
pub fn months_between(from: EditionId, to: EditionId) -> i32 {
    let months = |edition: EditionId| {
        let day = edition.as_of();
        day.year() * 12 + i32::try_from(day.month0()).unwrap_or(0)
    };
    months(to) - months(from)
}

fn rounded(figure: f64) -> f64 {
    (figure * DECIMALS).round() / DECIMALS
}
