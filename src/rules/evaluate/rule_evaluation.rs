//! One rule on all its subjects: the answers of its translation, those of the interpreter where it
//! is needed, and the two put together.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::evaluation_inputs::EvaluationInputs;
use super::interpret::{CompiledRule, EvalError};
use super::script_run::absence;
use crate::domain::level::Level;
use crate::domain::rules::batch::{Code, Filling, FiredFinding, RuleVerdicts};
use crate::domain::rules::verdict::{Absence, MissingField, Verdict};
use crate::rules::catalogue::compiled_catalogue::Catalogue;
use crate::rules::catalogue::table::{SubjectRows, SubjectTable};
use crate::rules::compile::{CompiledAnswer, CompiledAnswers};

pub(in crate::rules) struct RuleEvaluation<'c> {
    compiled: &'c CompiledRule,
    roll: Arc<SubjectRows>,
    filling: Filling,
    /// Subjects left to the interpreter, in order.
    waiting: Vec<PendingSubject>,
    /// Whether what fires is given its evidence and its explanation.
    explains: bool,
    /// Index of the first subject known to come after the rule is given up.
    given_up_at: AtomicUsize,
    /// Limits broken so far on settled subjects.
    breaches: usize,
}

/// A subject on which the interpreter must run.
#[derive(Clone, Copy, Debug)]
struct PendingSubject {
    place: usize,
    /// The level if the translation already gave one that fires: then only evidence and explanation
    /// are missing.
    level: Option<Level>,
}

/// The interpreter's answer on a subject.
#[derive(Debug)]
pub(in crate::rules) struct InterpretedSubject {
    place: usize,
    outcome: Result<Level, EvalError>,
    finding: Option<FiredFinding>,
}

impl<'c> RuleEvaluation<'c> {
    pub(in crate::rules) fn open(
        compiled: &'c CompiledRule,
        bench: &EvaluationInputs,
        answers: Option<&CompiledAnswers>,
    ) -> Self {
        let rule = &compiled.rule;
        let roll = bench.roll(rule.scope, rule.subjects);
        let mut filling = Filling::new(rule.id.clone(), Arc::clone(&roll.subjects));
        let mut waiting = Vec::new();
        let mut absences = Absences { known: Vec::new(), table: bench.table(rule.scope) };
        for (place, row) in roll.rows.iter().enumerate() {
            // The translation takes every absence for the same.
            let mut kept_back = absences.table.answered_without_value(*row);
            let is_read = kept_back.any(|field| compiled.analysis.fields.contains(field));
            let answer = match answers {
                Some(answers) if !is_read => answers.at(*row),
                Some(_) | None => CompiledAnswer::Interpret,
            };
            match answer {
                CompiledAnswer::Level(level) => {
                    filling.push_code(Code::of_level(level));
                    if level >= Level::Watch {
                        waiting.push(PendingSubject { place, level: Some(level) });
                    }
                }
                CompiledAnswer::MissingField(name) => {
                    let code = absences.code(&mut filling, name, *row);
                    filling.push_code(code);
                }
                CompiledAnswer::MissingThreshold(name) => {
                    let code = filling.code(unknown(format!("t.{name}"), Absence::Missing));
                    filling.push_code(code);
                }
                CompiledAnswer::Interpret => {
                    filling.push_code(Code::of_level(Level::Clear));
                    waiting.push(PendingSubject { place, level: None });
                }
            }
        }
        let given_up_at = AtomicUsize::new(usize::MAX);
        Self { compiled, roll, filling, waiting, explains: true, given_up_at, breaches: 0 }
    }

    /// The same verdicts, without evidence or explanation.
    pub(in crate::rules) fn unexplained(mut self) -> Self {
        self.waiting.retain(|waiting| waiting.level.is_none());
        Self { explains: false, ..self }
    }

    pub(in crate::rules) fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Runs the interpreter on a range of the waiting subjects. Stops once the rule breaks a limit
    /// on too many.
    pub(in crate::rules) fn interpret(
        &self,
        some: Range<usize>,
        catalogue: &Catalogue,
        bench: &EvaluationInputs,
    ) -> Vec<InterpretedSubject> {
        let mut breaches = 0;
        let mut replies = Vec::with_capacity(some.len());
        for waiting in self.waiting.get(some).unwrap_or_default() {
            let place = waiting.place;
            let Some(row) = self.roll.rows.get(place) else { continue };
            let is_given_up = place > self.given_up_at.load(Ordering::Relaxed);
            if is_given_up || catalogue.budget.is_spent() {
                break;
            }
            let ground = bench.ground(self.compiled.rule.scope, *row);
            let outcome = match waiting.level {
                Some(level) => Ok(level),
                None => self.compiled.assess(&catalogue.engine, &ground),
            };
            let fired = outcome.as_ref().is_ok_and(|level| *level >= Level::Watch);
            let finding = (fired && self.explains).then(|| FiredFinding {
                evidence: Some(self.compiled.evidence(
                    &catalogue.engine,
                    &ground,
                    catalogue.readable(),
                )),
                explanation: Some(self.compiled.explain(
                    &catalogue.engine,
                    &ground,
                    catalogue.dictionary(),
                )),
            });
            let explanation = finding.as_ref().and_then(|finding| finding.explanation.as_ref());
            catalogue.budget.hold(explanation.map_or(0, String::len));
            breaches += usize::from(matches!(outcome, Err(EvalError::Breach(_))));
            replies.push(InterpretedSubject { place, outcome, finding });
            if breaches >= catalogue.limits.breaches {
                self.given_up_at.fetch_min(place, Ordering::Relaxed);
                break;
            }
        }
        replies
    }

    /// Records the interpreter's answers, in the order of the subjects. Once the rule broke a limit
    /// on `most_breaches` subjects, the remaining ones fail.
    pub(in crate::rules) fn settle(
        &mut self,
        replies: Vec<InterpretedSubject>,
        most_breaches: usize,
    ) {
        for InterpretedSubject { place, outcome, finding } in replies {
            if self.breaches >= most_breaches {
                return;
            }
            self.breaches += usize::from(matches!(outcome, Err(EvalError::Breach(_))));
            self.filling.set(
                place,
                match outcome {
                    Ok(level) => Verdict::Level { level },
                    Err(halt) => halt.into(),
                },
            );
            if let Some(finding) = finding {
                self.filling.explain(place, finding);
            }
            if self.breaches >= most_breaches {
                self.filling.cut(place + 1, self.given_up());
            }
        }
    }

    pub(in crate::rules) fn close(self) -> RuleVerdicts {
        self.filling.finish()
    }

    fn given_up(&self) -> Verdict {
        Verdict::Failed { fault: self.compiled.given_up(self.breaches) }
    }
}

/// Codes of the verdicts on missing fields, each looked up once.
struct Absences<'t> {
    known: Vec<Absent>,
    table: &'t SubjectTable,
}

struct Absent {
    name: &'static str,
    missing: Code,
    withheld: Code,
    /// Made when it first serves.
    unknown: Option<Code>,
}

impl Absences<'_> {
    fn code(&mut self, filling: &mut Filling, name: &'static str, row: usize) -> Code {
        let found = self.known.iter().position(|absent| absent.name == name);
        let place = found.unwrap_or_else(|| {
            self.known.push(Absent {
                name,
                missing: filling.code(unknown(name.to_owned(), Absence::Missing)),
                withheld: filling.code(unknown(name.to_owned(), Absence::Withheld)),
                unknown: None,
            });
            self.known.len() - 1
        });
        let Some(absent) = self.known.get_mut(place) else { return Code::of_level(Level::Clear) };
        match absence(self.table, row, name) {
            Absence::Missing => absent.missing,
            Absence::Withheld => absent.withheld,
            Absence::Unknown => *absent
                .unknown
                .get_or_insert_with(|| filling.code(unknown(name.to_owned(), Absence::Unknown))),
        }
    }
}

fn unknown(field: String, why: Absence) -> Verdict {
    Verdict::Unknown { missing: vec![MissingField { field, why }] }
}
