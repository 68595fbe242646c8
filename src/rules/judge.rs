//! All rules on all their subjects: translated rules at once, the others row by row, and the
//! interpreter again for what fired.

use std::collections::BTreeMap;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::thread;

use chrono::NaiveDate;
use polars::error::PolarsResult;
use polars::frame::DataFrame;

use super::catalogue::Catalogue;
use super::front_matter::Subjects;
use super::interpret::Compiled;
use super::interpret::Halt;
use super::run::Ground;
use super::run::missing_field;
use super::table::Table;
use super::translate;
use super::translate::Answer;
use super::translate::Answers;
use super::translate::Outcomes;
use super::translate::Question;
use crate::domain::ids::RuleId;
use crate::domain::level::Level;
use crate::domain::subject::Scope;
use crate::domain::subject::Subject;
use crate::domain::value::Value;
use crate::domain::verdict::Absence;
use crate::domain::verdict::Judgement;
use crate::domain::verdict::MissingField;
use crate::domain::verdict::Verdict;
use crate::frame::Frames;

/// Deep recursion is stopped by the limit of call levels long before this stack is full.
const STACK_BYTES: usize = 32 * 1024 * 1024;

/// Rows that one thread takes at a time.
const ROWS_AT_A_TIME: usize = 1_024;

/// The subjects of a frame that a rule judges, with their rows.
type Rows = Arc<Vec<(usize, Subject)>>;

impl Catalogue {
    /// Sorted by rule, then subject. Evidence and explanation come with what fired, from `Watch`.
    pub fn judge(&self, frames: &Frames, as_of: NaiveDate) -> Vec<Judgement> {
        let bench = Bench::set_up(frames, self.thresholds().at(as_of));
        let answers = self.answers(frames, &bench.thresholds);
        self.judge_with(&bench, &answers)
    }

    /// The same with every rule interpreted: the reference that translation must meet.
    pub fn judge_interpreted(&self, frames: &Frames, as_of: NaiveDate) -> Vec<Judgement> {
        let bench = Bench::set_up(frames, self.thresholds().at(as_of));
        self.judge_with(&bench, &BTreeMap::new())
    }

    /// One rule alone, interpreted on all its subjects.
    pub fn judge_by(&self, rule: &RuleId, frames: &Frames, as_of: NaiveDate) -> Vec<Judgement> {
        let bench = Bench::set_up(frames, self.thresholds().at(as_of));
        let Some(compiled) = self.rules.get(rule) else { return Vec::new() };
        let rows = bench.table(compiled.rule.scope).rows(compiled.rule.subjects);
        let judged = self.judge_rows(compiled, &rows, None, &bench);
        self.give_up(compiled, &rows, judged)
    }

    /// What the translated rules of a scope answer on a frame of the dictionary's shape, all at
    /// once and on every row, without judgements.
    pub fn outcomes(
        &self,
        frame: &DataFrame,
        scope: Scope,
        as_of: NaiveDate,
    ) -> PolarsResult<Outcomes> {
        self.ask(frame, scope, &self.thresholds().at(as_of))
    }

    fn ask(
        &self,
        frame: &DataFrame,
        scope: Scope,
        in_force: &BTreeMap<String, Value>,
    ) -> PolarsResult<Outcomes> {
        let rules = self.rules.values().filter(|compiled| compiled.rule.scope == scope);
        let rules = rules.filter_map(|compiled| {
            compiled.translation.as_ref().ok().map(|translation| (&compiled.rule.id, translation))
        });
        let text_size = self.limits.string_size;
        let question = Question { frame, in_force, thresholds: self.thresholds(), text_size };
        translate::ask(rules, question)
    }

    /// By rule. A query that Polars refuses leaves its rules to the interpreter.
    fn answers(
        &self,
        frames: &Frames,
        in_force: &BTreeMap<String, Value>,
    ) -> BTreeMap<RuleId, Answers> {
        let mut answers = BTreeMap::new();
        for scope in [Scope::Project, Scope::Ministry, Scope::Portfolio] {
            let asked = self.ask(frames.of(scope), scope, in_force);
            let Ok(outcomes) = asked.inspect_err(|error| {
                tracing::warn!(%error, ?scope, "the rules of a scope are interpreted");
            }) else {
                continue;
            };
            let of_rules =
                outcomes.rules().filter_map(|id| Some((id.clone(), outcomes.answers(id)?)));
            answers.extend(of_rules);
        }
        answers
    }

    fn judge_with(&self, bench: &Bench, answers: &BTreeMap<RuleId, Answers>) -> Vec<Judgement> {
        let rows: Vec<(&Compiled, Rows)> = self
            .rules
            .values()
            .map(|compiled| (compiled, bench.rows(compiled.rule.scope, compiled.rule.subjects)))
            .collect();
        let pieces = rows.iter().enumerate().flat_map(|(rule, (_, rows))| {
            (0..rows.len()).step_by(ROWS_AT_A_TIME).map(move |from| (rule, from))
        });
        let waiting = Mutex::new(pieces.collect::<VecDeque<_>>());
        let done = Mutex::new(BTreeMap::<(usize, usize), Vec<Judged>>::new());
        let work = || {
            while let Some((rule, from)) = take(&waiting) {
                let Some((compiled, rows)) = rows.get(rule) else { continue };
                let rows = rows.iter().skip(from).take(ROWS_AT_A_TIME);
                let rows: Vec<_> = rows.cloned().collect();
                let known = answers.get(&compiled.rule.id);
                let judged = self.judge_rows(compiled, &rows, known, bench);
                lock(&done).insert((rule, from), judged);
            }
        };
        let count = lock(&waiting).len();
        thread::scope(|scope| {
            let workers = thread::available_parallelism().map_or(1, usize::from);
            for _ in 0..workers.min(count) {
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
        let mut judged: Vec<Vec<Judged>> = rows.iter().map(|_| Vec::new()).collect();
        for ((rule, _), piece) in done.into_inner().unwrap_or_else(PoisonError::into_inner) {
            if let Some(of_rule) = judged.get_mut(rule) {
                of_rule.extend(piece);
            }
        }
        let of_rules = rows.iter().zip(judged);
        of_rules
            .flat_map(|((compiled, subjects), one)| self.give_up(compiled, subjects, one))
            .collect()
    }

    /// Stops at the breach after which the rule is given up.
    fn judge_rows(
        &self,
        compiled: &Compiled,
        rows: &[(usize, Subject)],
        answers: Option<&Answers>,
        bench: &Bench,
    ) -> Vec<Judged> {
        let mut breaches = 0;
        let mut judged = Vec::with_capacity(rows.len());
        for (row, subject) in rows {
            if breaches >= self.limits.breaches {
                break;
            }
            let ground = bench.ground(compiled.rule.scope, *row);
            let outcome = match answers.map(|answers| answers.at(*row)) {
                Some(Answer::Level(level)) => Ok(level),
                Some(Answer::MissingField(field)) => {
                    Err(Halt::Missing(missing_field(&ground.table, ground.row, field)))
                }
                Some(Answer::MissingThreshold(name)) => {
                    let field = format!("t.{name}");
                    Err(Halt::Missing(MissingField { field, why: Absence::Missing }))
                }
                Some(Answer::Ask) | None => compiled.assess(&self.engine, &ground),
            };
            let broke_limit = matches!(outcome, Err(Halt::Breach(_)));
            breaches += usize::from(broke_limit);
            let judgement = self.judgement(compiled, subject.clone(), outcome, &ground);
            judged.push(Judged { judgement, broke_limit });
        }
        judged
    }

    /// Past a number of breaches in the order of the subjects, a rule is not run any more.
    fn give_up(
        &self,
        compiled: &Compiled,
        rows: &[(usize, Subject)],
        judged: Vec<Judged>,
    ) -> Vec<Judgement> {
        let mut judged = judged.into_iter();
        let mut breaches = 0;
        let of_rows = rows.iter().map(|(_, subject)| {
            let next = if breaches < self.limits.breaches { judged.next() } else { None };
            let Some(Judged { judgement, broke_limit }) = next else {
                return given_up(compiled, subject.clone(), breaches);
            };
            breaches += usize::from(broke_limit);
            judgement
        });
        of_rows.collect()
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

struct Judged {
    judgement: Judgement,
    broke_limit: bool,
}

fn given_up(compiled: &Compiled, subject: Subject, breaches: usize) -> Judgement {
    let fault = compiled.given_up(breaches);
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
    rows: Mutex<BTreeMap<(Scope, Subjects), Rows>>,
}

impl Bench {
    fn set_up(frames: &Frames, thresholds: BTreeMap<String, Value>) -> Self {
        let open = |scope| Arc::new(Table::open(frames.of(scope), scope));
        Self {
            projects: open(Scope::Project),
            ministries: open(Scope::Ministry),
            portfolio: open(Scope::Portfolio),
            thresholds: Arc::new(thresholds),
            rows: Mutex::default(),
        }
    }

    fn table(&self, scope: Scope) -> &Arc<Table> {
        match scope {
            Scope::Project => &self.projects,
            Scope::Ministry => &self.ministries,
            Scope::Portfolio => &self.portfolio,
        }
    }

    fn rows(&self, scope: Scope, subjects: Subjects) -> Rows {
        let mut known = lock(&self.rows);
        let rows = known
            .entry((scope, subjects))
            .or_insert_with(|| Arc::new(self.table(scope).rows(subjects)));
        Arc::clone(rows)
    }

    fn ground(&self, scope: Scope, row: usize) -> Ground {
        let table = Arc::clone(self.table(scope));
        Ground { table, row, thresholds: Arc::clone(&self.thresholds) }
    }
}

fn take<T>(waiting: &Mutex<VecDeque<T>>) -> Option<T> {
    lock(waiting).pop_front()
}

fn lock<T>(kept: &Mutex<T>) -> MutexGuard<'_, T> {
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}
