//! What became of the projects of each edition, edition by edition: what warnings are compared with.

use std::collections::BTreeMap;

use super::panel::{Next, Panel, Target, is_too_far};
use crate::domain::ids::ProjectId;
use crate::domain::portfolio::edition::EditionId;

/// What became of the projects of one edition.
#[derive(Clone, Debug, PartialEq)]
pub struct EditionOutcomes<'s> {
    pub edition: EditionId,
    /// The edition in which it shows; `None` when none is known yet.
    pub later: Option<EditionId>,
    /// The later edition comes too long after to count: no outcome is counted.
    pub is_too_far: bool,
    /// Projects that both editions list, in the order of their ids. None when the step does not count.
    pub projects: Vec<ProjectOutcome<'s>>,
    /// Projects that the later edition no longer lists.
    pub left: usize,
}

/// What became of one project.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProjectOutcome<'s> {
    pub project: &'s ProjectId,
    /// The project's number among those of the panel.
    pub number: usize,
    /// Whether it drifted further; `None` when the figures do not say.
    pub drifted: Option<bool>,
}

/// What became of the projects of each edition, oldest first, `horizon` editions later.
pub fn outcomes<'s>(panel: &Panel<'s>, target: Target, horizon: usize) -> Vec<EditionOutcomes<'s>> {
    let projects = panel.editions().iter().flat_map(|edition| panel.listed(*edition));
    let mut numbers: BTreeMap<&ProjectId, usize> =
        projects.map(|snapshot| (&snapshot.project, 0)).collect();
    for (place, number) in numbers.values_mut().enumerate() {
        *number = place;
    }
    let of_edition = |edition: &EditionId| {
        let later = panel.later(*edition, horizon);
        let mut found = EditionOutcomes {
            edition: *edition,
            later,
            is_too_far: later.is_some_and(|later| is_too_far(*edition, later, horizon)),
            projects: Vec::new(),
            left: 0,
        };
        for snapshot in panel.listed(*edition) {
            match panel.next(*edition, &snapshot.project, horizon) {
                Next::Listed(change) => found.projects.push(ProjectOutcome {
                    project: &snapshot.project,
                    number: numbers.get(&snapshot.project).copied().unwrap_or_default(),
                    drifted: change.drifted(target),
                }),
                Next::Left => found.left += 1,
                Next::Unpublished | Next::TooFar => {}
            }
        }
        found
    };
    panel.editions().iter().map(of_edition).collect()
}
