//! All rules on all their subjects.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::thread;

use chrono::NaiveDate;

use super::catalogue::Catalogue;
use super::front_matter::Subjects;
use super::interpret::Compiled;
use super::interpret::Halt;
use super::run::Ground;
use super::table::Table;
use crate::domain::ids::RuleId;
use crate::domain::level::Level;
use crate::domain::subject::Scope;
use crate::domain::subject::Subject;
use crate::domain::value::Value;
use crate::domain::verdict::Fault;
use crate::domain::verdict::Judgement;
use crate::domain::verdict::Verdict;
use crate::frame::Frames;

/// Deep recursion is stopped by the limit of call levels long before this stack is full.
const STACK_BYTES: usize = 32 * 1024 * 1024;

impl Catalogue {
    /// Sorted by rule, then subject. Evidence and explanation come with what fired, from `Watch`.
    pub fn judge(&self, frames: &Frames, as_of: NaiveDate) -> Vec<Judgement> {
        let bench = Bench::set_up(frames, self.thresholds().at(as_of));
        let waiting = Mutex::new(self.rules.values().collect::<Vec<_>>());
        let done = Mutex::new(BTreeMap::<&RuleId, Vec<Judgement>>::new());
        let work = || {
            while let Some(compiled) = take(&waiting) {
                let judgements = self.judge_rule(compiled, &bench);
                lock(&done).insert(&compiled.rule.id, judgements);
            }
        };
        thread::scope(|scope| {
            let workers = thread::available_parallelism().map_or(1, usize::from);
            for _ in 0..workers.min(self.rules.len()) {
                // Where the system has no thread left, the others do the work.
                let spawned =
                    thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, work);
                if spawned.is_err() {
                    break;
                }
            }
        });
        // Nothing is left, unless not one thread could be had.
        work();
        let judged = done.into_inner().unwrap_or_else(PoisonError::into_inner);
        judged.into_values().flatten().collect()
    }

    /// One rule alone, on all its subjects.
    pub fn judge_by(&self, rule: &RuleId, frames: &Frames, as_of: NaiveDate) -> Vec<Judgement> {
        let bench = Bench::set_up(frames, self.thresholds().at(as_of));
        self.rules.get(rule).map_or_else(Vec::new, |compiled| self.judge_rule(compiled, &bench))
    }

    fn judge_rule(&self, compiled: &Compiled, bench: &Bench) -> Vec<Judgement> {
        let mut breaches = 0;
        let mut judgements = Vec::new();
        for (row, subject) in bench.rows(compiled.rule.scope, compiled.rule.subjects) {
            if breaches >= self.limits.breaches {
                judgements.push(given_up(compiled, subject, breaches));
                continue;
            }
            let ground = bench.ground(compiled.rule.scope, row);
            let outcome = compiled.assess(&self.engine, &ground);
            if matches!(outcome, Err(Halt::Breach(_))) {
                breaches += 1;
            }
            judgements.push(self.judgement(compiled, subject, outcome, &ground));
        }
        judgements
    }

    fn judgement(
        &self,
        compiled: &Compiled,
        subject: Subject,
        outcome: Result<Level, Halt>,
        ground: &Ground,
    ) -> Judgement {
        let fired = outcome.as_ref().is_ok_and(|level| *level >= Level::Watch);
        let evidence = fired.then(|| compiled.evidence(&self.engine, ground, self.thresholds()));
        let explanation = fired.then(|| compiled.explain(&self.engine, ground));
        let verdict = match outcome {
            Ok(level) => Verdict::Level { level },
            Err(halt) => halt.into(),
        };
        Judgement { rule: compiled.rule.id.clone(), subject, verdict, evidence, explanation }
    }
}

fn given_up(compiled: &Compiled, subject: Subject, breaches: usize) -> Judgement {
    let message = format!("not run: the rule broke a limit on {breaches} subjects before this one");
    let fault = Fault { file: compiled.rule.file.clone(), line: None, column: None, message };
    Judgement {
        rule: compiled.rule.id.clone(),
        subject,
        verdict: Verdict::Failed { fault },
        evidence: None,
        explanation: None,
    }
}

/// The frames, opened once for all rules.
struct Bench {
    projects: Arc<Table>,
    ministries: Arc<Table>,
    portfolio: Arc<Table>,
    thresholds: Arc<BTreeMap<String, Value>>,
}

impl Bench {
    fn set_up(frames: &Frames, thresholds: BTreeMap<String, Value>) -> Self {
        let open = |scope| Arc::new(Table::open(frames.of(scope), scope));
        Self {
            projects: open(Scope::Project),
            ministries: open(Scope::Ministry),
            portfolio: open(Scope::Portfolio),
            thresholds: Arc::new(thresholds),
        }
    }

    fn table(&self, scope: Scope) -> &Arc<Table> {
        match scope {
            Scope::Project => &self.projects,
            Scope::Ministry => &self.ministries,
            Scope::Portfolio => &self.portfolio,
        }
    }

    fn rows(&self, scope: Scope, subjects: Subjects) -> Vec<(usize, Subject)> {
        self.table(scope).rows(subjects)
    }

    fn ground(&self, scope: Scope, row: usize) -> Ground {
        let table = Arc::clone(self.table(scope));
        Ground { table, row, thresholds: Arc::clone(&self.thresholds) }
    }
}

fn take<'r>(waiting: &Mutex<Vec<&'r Compiled>>) -> Option<&'r Compiled> {
    lock(waiting).pop()
}

fn lock<T>(kept: &Mutex<T>) -> MutexGuard<'_, T> {
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}
