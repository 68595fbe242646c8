//! The order of projects in messages: the places that the order of attention gives them, then the money at stake.

use std::collections::BTreeMap;

use crate::domain::ids::ProjectId;
use crate::domain::portfolio::subject::Subject;

/// Costs in M€, as far as they are known.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ProjectCost {
    pub current: Option<f64>,
    pub initial: Option<f64>,
}

/// What each project costs as of the date of the messages.
#[derive(Clone, Debug, Default)]
pub struct Stakes {
    costs: BTreeMap<ProjectId, ProjectCost>,
    /// From 1.
    places: BTreeMap<ProjectId, usize>,
}

impl FromIterator<(ProjectId, ProjectCost)> for Stakes {
    fn from_iter<T: IntoIterator<Item = (ProjectId, ProjectCost)>>(costs: T) -> Self {
        Self { costs: costs.into_iter().collect(), places: BTreeMap::new() }
    }
}

impl Stakes {
    /// The same with the place of each project among those to look at first.
    #[must_use]
    pub fn in_order(self, places: BTreeMap<ProjectId, usize>) -> Self {
        Self { places, ..self }
    }

    /// The cost of a project, if it is known.
    pub(in crate::notify) fn cost(&self, subject: &Subject) -> Option<f64> {
        self.of(subject)?.current
    }

    /// How far the cost of a project has risen above its first estimate; `None` unless it has.
    pub(in crate::notify) fn drift(&self, subject: &Subject) -> Option<f64> {
        let ProjectCost { current, initial } = self.of(subject)?;
        Some((*current)? - (*initial)?).filter(|drift| *drift > 0.0)
    }

    /// For sorting: the place, then the drift and the cost, both decreasing. What has no place comes after all that have one.
    pub(in crate::notify) fn rank(&self, subject: &Subject) -> (usize, Decreasing, Decreasing) {
        let of = |figure: Option<f64>| Decreasing(figure.unwrap_or(0.0));
        let place = subject.project().and_then(|project| self.places.get(project)).copied();
        (place.unwrap_or(usize::MAX), of(self.drift(subject)), of(self.cost(subject)))
    }

    fn of(&self, subject: &Subject) -> Option<&ProjectCost> {
        self.costs.get(subject.project()?)
    }
}

/// A figure that sorts from the largest to the smallest.
#[derive(Clone, Copy, Debug)]
pub(in crate::notify) struct Decreasing(f64);

impl PartialEq for Decreasing {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Decreasing {}

impl PartialOrd for Decreasing {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Decreasing {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        other.0.total_cmp(&self.0)
    }
}
