//! Verdicts that are near a more serious level, over the whole portfolio.

use std::sync::Arc;

use chrono::NaiveDate;

use super::changes::ChangeFinder;
use crate::domain::ids::RuleId;
use crate::domain::level::Level;
use crate::domain::portfolio::subject::{Subject, SubjectKind};
use crate::domain::rules::distance::{LevelChange, Nearness};
use crate::frame::Frames;
use crate::rules::catalogue::compiled_catalogue::Catalogue;
use crate::rules::catalogue::rule::Rule;
use crate::rules::catalogue::table::SubjectTable;
use crate::rules::evaluate::script_run::EvalContext;
use crate::support::workers::run_in_parallel;

/// Subjects that a thread takes at a time.
const SUBJECTS_AT_A_TIME: usize = 64;

/// A verdict that one near limit separates from a more serious level.
#[derive(Clone, Debug, PartialEq)]
pub struct NearMiss {
    pub rule: RuleId,
    pub subject: Subject,
    /// The level of now.
    pub level: Level,
    /// The nearest change.
    pub change: LevelChange,
}

impl Catalogue {
    /// The verdicts of chosen rules that are near a more serious level, by rule then subject. Each rule runs once on each of its
    /// subjects, and again on those that compare something near its limit.
    pub fn near_misses(
        &self,
        frames: &Frames,
        as_of: NaiveDate,
        near: Nearness,
        chosen: impl Fn(&Rule) -> bool,
    ) -> Vec<NearMiss> {
        let thresholds = Arc::new(self.thresholds().at(as_of));
        let open = |scope| Arc::new(SubjectTable::open(frames.of(scope), scope, self.dictionary()));
        let tables =
            [SubjectKind::Project, SubjectKind::Ministry, SubjectKind::Portfolio].map(open);
        let mut pieces = Vec::new();
        for compiled in self.rules.values().filter(|compiled| chosen(&compiled.rule)) {
            let [projects, ministries, portfolio] = &tables;
            let table = match compiled.rule.scope {
                SubjectKind::Project => projects,
                SubjectKind::Ministry => ministries,
                SubjectKind::Portfolio => portfolio,
            };
            let roll = Arc::new(table.roll(compiled.rule.subjects));
            for from in (0..roll.rows.len()).step_by(SUBJECTS_AT_A_TIME) {
                pieces.push((compiled, Arc::clone(table), Arc::clone(&roll), from));
            }
        }
        let found = run_in_parallel(pieces, |(compiled, table, roll, from)| {
            let some = roll.rows.iter().zip(roll.subjects.iter()).skip(from);
            let near_miss = |(row, subject): (&usize, &Subject)| {
                let context = EvalContext {
                    table: Arc::clone(&table),
                    row: *row,
                    changed: Arc::default(),
                    thresholds: Arc::clone(&thresholds),
                    budget: self.budget.clone(),
                };
                let finder = ChangeFinder { catalogue: self, compiled, context, as_of };
                let (level, distance) = finder.distance(Some(&near))?;
                let change = distance.worse.into_iter().next()?;
                let rule = compiled.rule.id.clone();
                Some(NearMiss { rule, subject: subject.clone(), level, change })
            };
            some.take(SUBJECTS_AT_A_TIME).filter_map(near_miss).collect::<Vec<_>>()
        });
        found.into_iter().flatten().collect()
    }
}
