//! Classes of projects whose steps are alike.

use crate::domain::portfolio::snapshot::Phase;
use crate::domain::words::words;

/// Costs from which a project is large, in millions of euros. Source: the bands of the published panorama.
const LARGE_MEUR: f64 = 20.0;

words! {
    /// Projects whose steps are alike enough: three classes under way, by phase and size, and those that are over. About 120
    /// French projects allow for no more.
    pub enum StepClass, "a class of projects" {
        BuildSmall = "build_small" => "Cadrage ou réalisation, moins de 20 M€",
        BuildLarge = "build_large" => "Cadrage ou réalisation, 20 M€ et plus",
        Rollout = "rollout" => "Expérimentation ou déploiement",
        Over = "over" => "Projet terminé ou arrêté",
    }
}

/// What is known of the steps of one class.
#[derive(Clone, Debug, PartialEq)]
pub struct ClassSteps {
    pub class: StepClass,
    pub steps: usize,
    /// Steps after which the project was no longer listed.
    pub left: usize,
    /// Pairs of editions in which the class has too few steps of its own, and draws from all projects under way.
    pub pairs_falling_back: usize,
    /// Relative changes of the cost, in ascending order, of steps whose changes are both known.
    pub cost: Vec<f64>,
    /// Months of duration more, in ascending order.
    pub months: Vec<f64>,
}

impl StepClass {
    /// A project whose cost is not known counts as a small one.
    pub fn of(phase: Option<Phase>, cost: Option<f64>) -> Self {
        match phase {
            Some(Phase::Completed | Phase::Stopped) => Self::Over,
            Some(Phase::Trial | Phase::Rollout) => Self::Rollout,
            _ if cost.is_some_and(|cost| cost >= LARGE_MEUR) => Self::BuildLarge,
            _ => Self::BuildSmall,
        }
    }
}
