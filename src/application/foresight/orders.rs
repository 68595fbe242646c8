//! Orders of the projects of past editions, and what became of those that came first.

use std::collections::BTreeMap;

use super::report::OrderScore;
use crate::domain::ids::RuleId;
use crate::foresight::{
    Chance, EditionOutcomes, MedianFigures, Panel, ProjectOrder, ProjectOutcome, Resamples,
    SignalAnswer, SignalRecord, Stake, UsualDrift, drift_since_first, first_of,
};

/// What the steps that had shown by an edition teach of warnings.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Experience {
    /// Share of the steps that drift.
    base: f64,
    /// Steps that no warning preceded, and those that drifted all the same.
    unwarned: (u32, u32),
    /// Of each rule, the warnings that have an outcome, and those that a drift followed.
    rules: BTreeMap<RuleId, (u32, u32)>,
}

impl Experience {
    pub(super) fn new(
        base: f64,
        unwarned: (u32, u32),
        rules: BTreeMap<RuleId, (u32, u32)>,
    ) -> Self {
        Self { base, unwarned, rules }
    }

    /// The chance of a project on which these rules warn: that of the rule whose warnings came true most often.
    pub(super) fn chance<'r>(
        &self,
        warning: impl IntoIterator<Item = &'r RuleId>,
    ) -> (Chance, Option<&'r RuleId>) {
        let (steps, drifts) = self.unwarned;
        let mut best = (Chance::of(steps, drifts, self.base), None);
        for rule in warning {
            let (warnings, hits) = self.rules.get(rule).copied().unwrap_or_default();
            let chance = Chance::of(warnings, hits, self.base);
            // The first of those that are worth the same, in the order of their ids.
            if best.1.is_none() || chance.value > best.0.value {
                best = (chance, Some(rule));
            }
        }
        best
    }
}

/// The orders of one backtest.
#[derive(Debug, Default)]
pub(super) struct Orders {
    records: BTreeMap<ProjectOrder, SignalRecord>,
    /// Rise of the cost of the projects that came first, in M€.
    rises: BTreeMap<ProjectOrder, f64>,
    /// Of all projects.
    whole_rise: f64,
}

impl Orders {
    /// Records the orders of an edition. Editions come oldest first.
    pub(super) fn record(
        &mut self,
        panel: &Panel<'_>,
        edition: &EditionOutcomes<'_>,
        experience: &Experience,
        warning: &BTreeMap<usize, Vec<&RuleId>>,
    ) {
        let usual = UsualDrift::known_by(panel, edition.edition);
        let listed: Vec<_> = panel.listed(edition.edition).collect();
        let medians = MedianFigures::of(&listed);
        let warning = |outcome: &ProjectOutcome<'_>| {
            warning.get(&outcome.number).map(Vec::as_slice).unwrap_or_default()
        };
        let chance = |outcome: &ProjectOutcome<'_>| {
            experience.chance(warning(outcome).iter().copied()).0.value
        };
        let snapshot =
            |outcome: &ProjectOutcome<'_>| panel.snapshot(edition.edition, outcome.project);
        let figure = |order: ProjectOrder, outcome: &ProjectOutcome<'_>| match order {
            ProjectOrder::Attention => {
                let stake = snapshot(outcome).map(|one| Stake::of(one, &usual, &medians).meur);
                chance(outcome) * stake.unwrap_or_default()
            }
            ProjectOrder::Chance => chance(outcome),
            ProjectOrder::MostAlerts => {
                u32::try_from(warning(outcome).len()).map_or(f64::MAX, f64::from)
            }
            ProjectOrder::LargestDrift => {
                drift_since_first(panel, edition.edition, outcome.project).unwrap_or(0.0)
            }
            ProjectOrder::LargestCost => {
                let cost = snapshot(outcome).and_then(|one| one.cost_meur.given().copied());
                cost.unwrap_or_default()
            }
        };
        let rise = |outcome: &ProjectOutcome<'_>| {
            let later = edition.later.and_then(|later| panel.snapshot(later, outcome.project));
            let costs = snapshot(outcome).zip(later);
            let known = costs.and_then(|(was, is)| was.cost_meur.given().zip(is.cost_meur.given()));
            known.map_or(0.0, |(was, is)| (is - was).max(0.0))
        };
        self.whole_rise += edition.projects.iter().map(rise).sum::<f64>();
        for order in ProjectOrder::ALL {
            let figures = edition.projects.iter().map(|one| (one.number, figure(order, one)));
            let first = first_of(figures.collect());
            let record = self.records.entry(order).or_default();
            record.record(edition, |outcome| {
                if first.contains(&outcome.number) {
                    SignalAnswer::Warning
                } else {
                    SignalAnswer::Quiet
                }
            });
            let of_first = edition.projects.iter().filter(|one| first.contains(&one.number));
            *self.rises.entry(order).or_default() += of_first.map(rise).sum::<f64>();
        }
    }

    pub(super) fn scored(&self, resamples: &Resamples) -> Vec<OrderScore> {
        let score = |(order, record): (&ProjectOrder, &SignalRecord)| {
            let rise_meur = self.rises.get(order).copied().unwrap_or_default();
            OrderScore {
                order: *order,
                label: order.label().to_owned(),
                score: record.scorecard(resamples),
                rise_meur,
                rise_share: (self.whole_rise > 0.0).then(|| rise_meur / self.whole_rise),
            }
        };
        self.records.iter().map(score).collect()
    }
}
