//! Warnings that need no rule: what a rule is worth shows in comparison.

use super::panel::{Next, Panel, Target};
use super::scorecard::SignalAnswer;
use crate::domain::ids::ProjectId;
use crate::domain::portfolio::edition::EditionId;
use crate::domain::portfolio::snapshot::Snapshot;
use crate::domain::words::words;

words! {
    pub enum Baseline, "a baseline" {
        DriftedLastTime = "drifted_last_time" => "A dérivé d’une édition à l’autre la dernière fois",
        Costly = "costly" => "Coût dans le quart le plus élevé",
        Long = "long" => "Durée dans le quart le plus élevé",
        Always = "always" => "Avertir de tout, toujours",
    }
}

/// What a baseline says of the projects of one edition.
#[derive(Debug)]
pub struct BaselineAt<'p, 's> {
    baseline: Baseline,
    panel: &'p Panel<'s>,
    edition: EditionId,
    target: Target,
    /// The least figure of the highest quarter.
    highest_quarter: Option<f64>,
}

impl<'p, 's> BaselineAt<'p, 's> {
    pub fn of(
        baseline: Baseline,
        panel: &'p Panel<'s>,
        edition: EditionId,
        target: Target,
    ) -> Self {
        let figures = panel.listed(edition).filter_map(|snapshot| figure(baseline, snapshot));
        let highest_quarter = least_of_highest_quarter(figures.collect());
        Self { baseline, panel, edition, target, highest_quarter }
    }

    pub fn answer(&self, project: &ProjectId) -> SignalAnswer {
        let warns = match self.baseline {
            Baseline::Always => Some(true),
            Baseline::Costly | Baseline::Long => {
                let snapshot = self.panel.snapshot(self.edition, project);
                let known = snapshot.and_then(|snapshot| figure(self.baseline, snapshot));
                known.zip(self.highest_quarter).map(|(figure, least)| figure >= least)
            }
            Baseline::DriftedLastTime => self.drifted_last_time(project),
        };
        match warns {
            Some(true) => SignalAnswer::Warning,
            Some(false) => SignalAnswer::Quiet,
            None => SignalAnswer::Unknown,
        }
    }

    fn drifted_last_time(&self, project: &ProjectId) -> Option<bool> {
        let before = self.panel.earlier(self.edition)?;
        self.panel.snapshot(before, project)?;
        match self.panel.next(before, project, 1) {
            Next::Listed(change) => change.drifted(self.target),
            Next::Unpublished | Next::TooFar | Next::Left => None,
        }
    }
}

fn figure(baseline: Baseline, snapshot: &Snapshot) -> Option<f64> {
    match baseline {
        Baseline::Costly => snapshot.cost_meur.given().copied(),
        Baseline::Long => snapshot.duration_months.given().copied(),
        Baseline::DriftedLastTime | Baseline::Always => None,
    }
}

/// Of the figures in order, that which three quarters come before.
fn least_of_highest_quarter(mut figures: Vec<f64>) -> Option<f64> {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() * 3 / 4).copied()
}
