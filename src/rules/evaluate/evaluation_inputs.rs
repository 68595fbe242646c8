//! What rules are evaluated on.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::budget::Budget;
use super::script_run::EvalContext;
use crate::domain::portfolio::subject::SubjectKind;
use crate::domain::value::Value;
use crate::frame::Frames;
use crate::frame::dictionary::Dictionary;
use crate::rules::catalogue::rule::Subjects;
use crate::rules::catalogue::table::{SubjectRows, SubjectTable};

/// The frames, opened once for all rules.
pub(in crate::rules) struct EvaluationInputs {
    projects: Arc<SubjectTable>,
    ministries: Arc<SubjectTable>,
    portfolio: Arc<SubjectTable>,
    pub(super) thresholds: Arc<BTreeMap<String, Value>>,
    budget: Budget,
    rolls: Mutex<BTreeMap<(SubjectKind, Subjects), Arc<SubjectRows>>>,
}

impl EvaluationInputs {
    pub(super) fn set_up(
        (frames, dictionary): (&Frames, &Dictionary),
        thresholds: BTreeMap<String, Value>,
        budget: Budget,
    ) -> Self {
        let open = |scope| Arc::new(SubjectTable::open(frames.of(scope), scope, dictionary));
        Self {
            projects: open(SubjectKind::Project),
            ministries: open(SubjectKind::Ministry),
            portfolio: open(SubjectKind::Portfolio),
            thresholds: Arc::new(thresholds),
            budget,
            rolls: Mutex::default(),
        }
    }

    /// One subject, of which `table` has the row.
    pub(super) fn of_subject(
        (table, scope): (SubjectTable, SubjectKind),
        thresholds: Arc<BTreeMap<String, Value>>,
        budget: Budget,
    ) -> Self {
        let mut own = Some(table);
        let mut table_of = |of: SubjectKind| {
            let taken = own.take_if(|_| of == scope);
            Arc::new(taken.unwrap_or_else(|| SubjectTable::empty(of)))
        };
        Self {
            projects: table_of(SubjectKind::Project),
            ministries: table_of(SubjectKind::Ministry),
            portfolio: table_of(SubjectKind::Portfolio),
            thresholds,
            budget,
            rolls: Mutex::default(),
        }
    }

    pub(in crate::rules) fn table(&self, scope: SubjectKind) -> &Arc<SubjectTable> {
        match scope {
            SubjectKind::Project => &self.projects,
            SubjectKind::Ministry => &self.ministries,
            SubjectKind::Portfolio => &self.portfolio,
        }
    }

    pub(in crate::rules) fn roll(
        &self,
        scope: SubjectKind,
        subjects: Subjects,
    ) -> Arc<SubjectRows> {
        let mut known = lock(&self.rolls);
        let roll = known
            .entry((scope, subjects))
            .or_insert_with(|| Arc::new(self.table(scope).roll(subjects)));
        Arc::clone(roll)
    }

    pub(in crate::rules) fn ground(&self, scope: SubjectKind, row: usize) -> EvalContext {
        let (table, thresholds) = (Arc::clone(self.table(scope)), Arc::clone(&self.thresholds));
        EvalContext { table, row, changed: Arc::default(), thresholds, budget: self.budget.clone() }
    }
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
