//! A project at the start of a forecast, and how it goes on.

use chrono::NaiveDate;

use super::classes::StepClass;
use crate::domain::ids::{MinistryCode, ProjectId};
use crate::domain::portfolio::snapshot::Phase;

/// A project never lasts less than this, in months, whatever is drawn.
const LEAST_MONTHS: f64 = 1.0;

/// A cost or a duration, and what it was at first.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BaselinedFigure {
    pub initial: f64,
    pub current: f64,
}

/// A project that an edition lists. A figure that is withheld or missing is `None`.
#[derive(Clone, Debug, PartialEq)]
pub struct StartingProject {
    pub project: ProjectId,
    pub ministry: MinistryCode,
    pub phase: Option<Phase>,
    /// EUR, in millions.
    pub cost: Option<BaselinedFigure>,
    /// In months.
    pub duration: Option<BaselinedFigure>,
    /// The day on which it is expected to leave.
    pub leaves_on: Option<NaiveDate>,
    pub supposed: Supposed,
}

/// What is supposed of a project beyond what its class says.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Supposed {
    /// It is no longer listed from the next edition on.
    pub leaves: bool,
    /// Its cost and its duration move no more.
    pub holds: bool,
    /// Months that its duration takes more at once.
    pub months: f64,
    /// Share of itself that its cost takes more at once: 0.1 is 10 %.
    pub cost: f64,
}

/// What a project is at one moment of one future.
#[derive(Clone, Copy, Debug)]
pub(super) struct Course {
    pub(super) phase: Option<Phase>,
    pub(super) cost: Option<BaselinedFigure>,
    pub(super) duration: Option<BaselinedFigure>,
}

impl BaselinedFigure {
    /// `None` unless both are known and the first is not nothing.
    pub fn of(initial: Option<f64>, current: Option<f64>) -> Option<Self> {
        let initial = initial.filter(|initial| *initial > 0.0)?;
        Some(Self { initial, current: current? })
    }

    /// Relative: 0.1 is 10 % more than at first.
    pub fn drift(self) -> f64 {
        self.current / self.initial - 1.0
    }
}

impl Course {
    pub(super) fn class(&self) -> StepClass {
        StepClass::of(self.phase, self.cost.map(|cost| cost.current))
    }

    /// A relative change of the cost, and months of duration more.
    pub(super) fn moved(mut self, cost: f64, months: f64) -> Self {
        if let Some(figure) = &mut self.cost {
            figure.current *= 1.0 + cost;
        }
        if let Some(figure) = &mut self.duration {
            figure.current = (figure.current + months).max(LEAST_MONTHS);
        }
        self
    }
}

impl From<&StartingProject> for Course {
    /// As it is at the start, with what is supposed to be added at once.
    fn from(standing: &StartingProject) -> Self {
        let StartingProject { phase, cost, duration, supposed, .. } = *standing;
        let course = Self { phase, cost, duration };
        if supposed.cost == 0.0 && supposed.months == 0.0 {
            return course;
        }
        course.moved(supposed.cost, supposed.months)
    }
}
