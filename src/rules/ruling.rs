//! One rule on all its subjects: what its translation says of them, what the interpreter is still to
//! say, and the two put together.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;

use super::catalogue::Catalogue;
use super::interpret::Compiled;
use super::interpret::Halt;
use super::judge::Bench;
use super::table::Roll;
use super::table::Table;
use super::translate::Answer;
use super::translate::Answers;
use crate::domain::level::Level;
use crate::domain::verdict::Absence;
use crate::domain::verdict::MissingField;
use crate::domain::verdict::Verdict;
use crate::domain::verdicts::Code;
use crate::domain::verdicts::Filling;
use crate::domain::verdicts::Finding;
use crate::domain::verdicts::RuleVerdicts;
use crate::frame::dictionary;

pub(super) struct Ruling<'c> {
    compiled: &'c Compiled,
    roll: Arc<Roll>,
    filling: Filling,
    /// In the order of the subjects.
    waiting: Vec<Waiting>,
    /// A place after which the rule is known to be given up.
    given_up_at: AtomicUsize,
    /// Limits broken on the subjects settled so far.
    breaches: usize,
}

/// A subject on which the interpreter has something to say.
#[derive(Clone, Copy, Debug)]
struct Waiting {
    place: usize,
    /// Known to fire, and to be explained; else the whole verdict is to be found.
    level: Option<Level>,
}

/// What the interpreter said of a subject.
#[derive(Debug)]
pub(super) struct Told {
    place: usize,
    outcome: Result<Level, Halt>,
    finding: Option<Finding>,
}

impl<'c> Ruling<'c> {
    pub(super) fn open(compiled: &'c Compiled, bench: &Bench, answers: Option<&Answers>) -> Self {
        let rule = &compiled.rule;
        let roll = bench.roll(rule.scope, rule.subjects);
        let mut filling = Filling::new(rule.id.clone(), Arc::clone(&roll.subjects));
        let mut waiting = Vec::new();
        let mut absences = Absences { known: Vec::new(), table: bench.table(rule.scope) };
        for (place, row) in roll.rows.iter().enumerate() {
            let answer = answers.map_or(Answer::Ask, |answers| answers.at(*row));
            match answer {
                Answer::Level(level) => {
                    filling.push_code(Code::of_level(level));
                    if level >= Level::Watch {
                        waiting.push(Waiting { place, level: Some(level) });
                    }
                }
                Answer::MissingField(name) => {
                    let code = absences.code(&mut filling, name, *row);
                    filling.push_code(code);
                }
                Answer::MissingThreshold(name) => {
                    let code = filling.code(unknown(format!("t.{name}"), Absence::Missing));
                    filling.push_code(code);
                }
                Answer::Ask => {
                    filling.push_code(Code::of_level(Level::Clear));
                    waiting.push(Waiting { place, level: None });
                }
            }
        }
        let given_up_at = AtomicUsize::new(usize::MAX);
        Self { compiled, roll, filling, waiting, given_up_at, breaches: 0 }
    }

    pub(super) fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Some of what waits. Stops at the breach after which the rule is given up.
    pub(super) fn tell(
        &self,
        some: Range<usize>,
        catalogue: &Catalogue,
        bench: &Bench,
    ) -> Vec<Told> {
        let mut breaches = 0;
        let mut told = Vec::with_capacity(some.len());
        for waiting in self.waiting.get(some).unwrap_or_default() {
            let place = waiting.place;
            let Some(row) = self.roll.rows.get(place) else { continue };
            let is_given_up = place > self.given_up_at.load(Ordering::Relaxed);
            if is_given_up || catalogue.budget.is_over() {
                break;
            }
            let ground = bench.ground(self.compiled.rule.scope, *row);
            let outcome = match waiting.level {
                Some(level) => Ok(level),
                None => self.compiled.assess(&catalogue.engine, &ground),
            };
            let fired = outcome.as_ref().is_ok_and(|level| *level >= Level::Watch);
            let finding = fired.then(|| Finding {
                evidence: Some(self.compiled.evidence(
                    &catalogue.engine,
                    &ground,
                    catalogue.thresholds(),
                )),
                explanation: Some(self.compiled.explain(&catalogue.engine, &ground)),
            });
            let explanation = finding.as_ref().and_then(|finding| finding.explanation.as_ref());
            catalogue.budget.hold(explanation.map_or(0, String::len));
            breaches += usize::from(matches!(outcome, Err(Halt::Breach(_))));
            told.push(Told { place, outcome, finding });
            if breaches >= catalogue.limits.breaches {
                self.given_up_at.fetch_min(place, Ordering::Relaxed);
                break;
            }
        }
        told
    }

    /// Takes in what was told, in the order of the subjects. Past a number of breaches, a rule is not
    /// run any more.
    pub(super) fn settle(&mut self, told: Vec<Told>, most_breaches: usize) {
        for Told { place, outcome, finding } in told {
            if self.breaches >= most_breaches {
                return;
            }
            self.breaches += usize::from(matches!(outcome, Err(Halt::Breach(_))));
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

    pub(super) fn close(self) -> RuleVerdicts {
        self.filling.finish()
    }

    fn given_up(&self) -> Verdict {
        Verdict::Failed { fault: self.compiled.given_up(self.breaches) }
    }
}

/// The numbers of the verdicts that lack a field, each looked up once.
struct Absences<'t> {
    known: Vec<Absent>,
    table: &'t Table,
}

struct Absent {
    name: &'static str,
    /// The field that says whether it is withheld.
    flag: Option<&'static str>,
    missing: Code,
    withheld: Code,
}

impl Absences<'_> {
    fn code(&mut self, filling: &mut Filling, name: &'static str, row: usize) -> Code {
        let found = self.known.iter().position(|absent| absent.name == name);
        let place = found.unwrap_or_else(|| {
            self.known.push(Absent {
                name,
                flag: dictionary::withheld_by(name),
                missing: filling.code(unknown(name.to_owned(), Absence::Missing)),
                withheld: filling.code(unknown(name.to_owned(), Absence::Withheld)),
            });
            self.known.len() - 1
        });
        let Some(absent) = self.known.get(place) else { return Code::of_level(Level::Clear) };
        let withheld = absent.flag.is_some_and(|flag| self.table.is_true(flag, row));
        if withheld { absent.withheld } else { absent.missing }
    }
}

fn unknown(field: String, why: Absence) -> Verdict {
    Verdict::Unknown { missing: vec![MissingField { field, why }] }
}
