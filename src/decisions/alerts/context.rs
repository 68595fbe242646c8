//! The cycle in which verdicts are compared with current alerts, and what else changed.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};

use crate::domain::alerts::new_fact::SubjectFigures;
use crate::domain::ids::{CycleNumber, MinistryCode, ProjectId, RuleId};
use crate::domain::portfolio::edition::EditionId;
use crate::domain::portfolio::subject::Subject;
use crate::domain::rules::rule::RuleTerms;

/// The French label of a field, by its name; `None` when there is no such field.
pub(super) type FieldLabel<'a> = dyn Fn(&str) -> Option<&'static str> + Sync + 'a;

#[derive(Clone, Copy)]
#[expect(missing_debug_implementations, reason = "labels are looked up by a function")]
pub struct EvaluationContext<'a> {
    pub cycle: CycleNumber,
    pub as_of: NaiveDate,
    pub now: DateTime<Utc>,
    /// The rules in force, by id.
    pub terms: &'a BTreeMap<RuleId, RuleTerms>,
    pub circumstances: &'a Circumstances,
    /// The edition in force.
    pub edition: EditionId,
    /// The values that new facts are found in.
    pub figures: &'a SubjectFigures,
    /// The French label of a field, by its name; `None` when there is no such field.
    pub label: &'a FieldLabel<'a>,
}

/// What happened apart from the verdicts and explains some of them. Texts are in French.
#[derive(Clone, Debug, Default)]
pub struct Circumstances {
    /// Projects that left the portfolio for a known reason, with that reason.
    pub explained_exits: BTreeMap<ProjectId, String>,
    /// The projects that the current edition lists.
    pub present: BTreeSet<ProjectId>,
    /// Ids found to be another project's.
    pub became: BTreeMap<ProjectId, Renaming>,
    /// Ids found, since the last cycle, not to be those of another project after all.
    pub parted: BTreeMap<ProjectId, Renaming>,
    /// What imports have corrected since the last cycle, by project: « L’import 13 corrige … ».
    pub corrections: BTreeMap<ProjectId, String>,
    /// Rules that would give another verdict than in the last cycle, and what changed: their text,
    /// or a threshold.
    pub revised: BTreeMap<RuleId, String>,
    /// Ministries that are no more: the one that took over, and the sentence that says so.
    pub succeeded: BTreeMap<MinistryCode, (MinistryCode, String)>,
    /// Ministries that received projects of others since the last cycle, and the sentence that says so.
    pub received: BTreeMap<MinistryCode, String>,
    /// That another engine judged the last cycle.
    pub engine: Option<String>,
}

/// The other project, and the reason given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Renaming {
    pub into: ProjectId,
    pub reason: String,
}

impl EvaluationContext<'_> {
    /// Sentences to add to a reason: what changed apart from the project itself.
    pub(super) fn other_changes(&self, rule: &RuleId, subject: &Subject) -> String {
        let circumstances = self.circumstances;
        let corrected = match subject {
            Subject::Project(project) => circumstances.corrections.get(project).cloned(),
            Subject::Ministry(_) | Subject::Portfolio => (!circumstances.corrections.is_empty())
                .then(|| "Des données passées ont été corrigées.".to_owned()),
        };
        let parted = circumstances.parted.iter().filter_map(|(project, other)| {
            let into = Subject::Project(other.into.clone());
            let from = Subject::Project(project.clone());
            let words = |a: &ProjectId, b: &ProjectId| {
                format!("`{a}` a été séparé de `{b}` : {}.", other.reason)
            };
            (*subject == into || *subject == from).then(|| words(project, &other.into))
        });
        let received = subject.ministry().and_then(|one| circumstances.received.get(one)).cloned();
        let revised = circumstances.revised.get(rule).cloned();
        let mut words = String::new();
        let others = corrected.into_iter().chain(received).chain(revised);
        for sentence in parted.chain(others).chain(circumstances.engine.clone()) {
            words.push(' ');
            words.push_str(&sentence);
        }
        words
    }
}
