//! Explains one rule on one subject step by step, whatever the verdict.

use std::sync::Arc;

use chrono::NaiveDate;
use rhai::Position;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::budget::Budget;
use super::evidence;
use super::interpret::CompiledRule;
use super::script_run::{EvalContext, Read, RecordedStep, Recording};
use super::trace_words::in_words;
use crate::domain::ids::RuleId;
use crate::domain::level::Level;
use crate::domain::portfolio::subject::Subject;
use crate::domain::rules::verdict::{
    Absence, Comparison, Judgement, MissingField, Reading, ReadingSource, Verdict,
};
use crate::frame::Frames;
use crate::rules::catalogue::compiled_catalogue::Catalogue;
use crate::rules::catalogue::fields::Readable;
use crate::rules::catalogue::table::SubjectTable;
use crate::rules::language::syntax::{Analysis, NamedExpression, Operand};
use crate::rules::language::wording;

/// A verdict and the steps that led to it, whatever the verdict.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Trace {
    /// Without evidence: the steps and readings say the same in more detail.
    #[serde(flatten)]
    pub judgement: Judgement,
    /// In the order of evaluation.
    pub steps: Vec<TraceStep>,
    /// In reading order, each name once.
    pub readings: Vec<TraceReading>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TraceReading {
    #[serde(flatten)]
    pub reading: Reading,
    /// The value in French, with its unit; `None` when it was missing.
    pub shown: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TraceStep {
    /// Line in the rule's file, counted from 1.
    pub line: usize,
    pub column: usize,
    /// In French, with the values, as the rule compares them.
    pub text: String,
    /// The same in words.
    #[serde(default)]
    #[schema(required = true)]
    pub words: String,
    pub finding: TraceFinding,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TraceFinding {
    True,
    False,
    /// A value that no comparison shows: a boolean, or what a `switch` looks at.
    Read,
    Missing,
    Withheld,
}

impl TraceFinding {
    pub fn label(self) -> &'static str {
        match self {
            Self::True => "condition vraie",
            Self::False => "condition fausse",
            Self::Read => "lu",
            Self::Missing => "manquant",
            Self::Withheld => "non publié",
        }
    }
}

impl Catalogue {
    /// Runs a rule on a subject and records each step. `None` when there is no such rule, or when
    /// it does not judge such a subject.
    pub fn trace(
        &self,
        rule: &RuleId,
        subject: &Subject,
        frames: &Frames,
        as_of: NaiveDate,
    ) -> Option<Trace> {
        let compiled = self.rules.get(rule)?;
        let scope = compiled.rule.scope;
        let table = Arc::new(SubjectTable::open(frames.of(scope), scope, self.dictionary()));
        let roll = table.roll(compiled.rule.subjects);
        let place = roll.subjects.binary_search(subject).ok()?;
        let row = *roll.rows.get(place)?;
        let thresholds = Arc::new(self.thresholds().at(as_of));
        let ground = EvalContext {
            table,
            row,
            changed: Arc::default(),
            thresholds,
            budget: self.budget.clone(),
        };
        Some(self.trace_of(compiled, subject.clone(), &ground))
    }

    fn trace_of(&self, compiled: &CompiledRule, subject: Subject, ground: &EvalContext) -> Trace {
        let (outcome, recording) = compiled.recorded(&self.engine, ground);
        let fired = outcome.as_ref().is_ok_and(|level| *level >= Level::Watch);
        let verdict = match outcome {
            Ok(level) => Verdict::Level { level },
            Err(halt) => halt.into(),
        };
        let (analysis, readable) = (&compiled.analysis, self.readable());
        let writer = TraceWriter { analysis, readable, budget: &self.budget };
        let steps = writer.steps(&recording, missing(&verdict));
        let readings = writer.readings(recording);
        Trace {
            judgement: Judgement {
                rule: compiled.rule.id.clone(),
                subject,
                verdict,
                evidence: None,
                explanation: fired
                    .then(|| compiled.explain(&self.engine, ground, self.dictionary())),
            },
            steps,
            readings,
        }
    }
}

fn missing(verdict: &Verdict) -> Option<&MissingField> {
    match verdict {
        Verdict::Unknown { missing } => missing.first(),
        Verdict::Level { .. } | Verdict::Failed { .. } => None,
    }
}

struct TraceWriter<'t> {
    analysis: &'t Analysis,
    readable: Readable<'t>,
    budget: &'t Budget,
}

impl TraceWriter<'_> {
    fn steps(&self, recording: &Recording, missing: Option<&MissingField>) -> Vec<TraceStep> {
        let mut steps: Vec<TraceStep> = Vec::new();
        for (index, step) in recording.steps.iter().enumerate() {
            // Each step is compared with all following ones: with many, that takes longer than the
            // rule itself.
            if self.budget.is_spent() {
                break;
            }
            match step {
                // Each level at which a cause was not declared says nothing.
                RecordedStep::Compared(comparison) if self.is_undeclared(comparison) => {}
                RecordedStep::Compared(comparison) => {
                    let one = compared(&evidence::at_its_place(comparison.clone(), self.analysis));
                    if self.analysis.places.is_own() || !steps.contains(&one) {
                        steps.push(one);
                    }
                }
                RecordedStep::Read(read, position) => {
                    let later = recording.steps.get(index + 1..).unwrap_or_default();
                    if !self.is_shown(read, later) && !self.is_asked_again(read, later) {
                        let one = self.read(read, *position, missing);
                        if !steps.contains(&one) {
                            steps.push(one);
                        }
                    }
                }
            }
        }
        steps
    }

    fn readings(&self, recording: Recording) -> Vec<TraceReading> {
        let evidence = evidence::gather(recording, self.analysis, self.readable);
        let shown = |reading: &Reading| {
            let (_, unit) = evidence::label_and_unit(reading.source, &reading.name, self.readable);
            reading.value.as_ref().map(|value| wording::value(value, unit))
        };
        evidence
            .readings
            .into_iter()
            .map(|reading| TraceReading { shown: shown(&reading), reading })
            .collect()
    }

    /// Whether a later comparison shows the value that was read.
    fn is_shown(&self, read: &Read, later: &[RecordedStep]) -> bool {
        let name = source_of(read);
        let (label, _) = evidence::label_and_unit(read.source, &read.name, self.readable);
        // The past of a field is read under another name than the one written in the rule.
        let shows = |operand: &Operand| {
            mentions(&operand.source, &name)
                || matches!(&operand.named, NamedExpression::Field { label: known, .. } if *known == label)
        };
        later.iter().any(|step| match step {
            RecordedStep::Compared(comparison) => {
                self.analysis.operands_at(place(comparison)).iter().any(shows)
            }
            RecordedStep::Read(..) => false,
        })
    }

    fn is_undeclared(&self, comparison: &Comparison) -> bool {
        let is_added = self.analysis.places.is_added(comparison.line);
        is_added && !comparison.held && comparison.text.contains(" ∈ causes déclarées")
    }

    /// Whether a rule of signs, which lacked a field, reads it again: where it does so last, it ends.
    fn is_asked_again(&self, read: &Read, later: &[RecordedStep]) -> bool {
        let is_same = |step: &RecordedStep| match step {
            RecordedStep::Read(other, _) => other.source == read.source && other.name == read.name,
            RecordedStep::Compared(_) => false,
        };
        !self.analysis.places.is_own() && read.value.is_none() && later.iter().any(is_same)
    }

    fn read(&self, read: &Read, position: Position, missing: Option<&MissingField>) -> TraceStep {
        let (label, unit) = evidence::label_and_unit(read.source, &read.name, self.readable);
        let (shown, finding) = match &read.value {
            Some(value) => (wording::value(value, unit), TraceFinding::Read),
            None if read.source == ReadingSource::Threshold => {
                ("pas encore en vigueur".to_owned(), TraceFinding::Missing)
            }
            None if self.analysis.tolerates(position) => {
                ("inconnu, ce que la règle prévoit".to_owned(), TraceFinding::Missing)
            }
            None => match missing.map(|missing| missing.why) {
                Some(Absence::Withheld) => {
                    ("non publié, à dessein".to_owned(), TraceFinding::Withheld)
                }
                Some(Absence::Unknown) => {
                    ("le projet ne sait pas".to_owned(), TraceFinding::Missing)
                }
                Some(Absence::Missing) | None => ("inconnu".to_owned(), TraceFinding::Missing),
            },
        };
        let place = self.analysis.places.of(position.into());
        let text = format!("{label} : {shown}");
        TraceStep {
            words: text.clone(),
            line: place.line.unwrap_or_default(),
            column: place.column.unwrap_or_default(),
            text,
            finding,
        }
    }
}

fn compared(comparison: &Comparison) -> TraceStep {
    TraceStep {
        line: comparison.line,
        column: comparison.column,
        text: comparison.text.clone(),
        words: in_words(&comparison.text, comparison.held),
        finding: if comparison.held { TraceFinding::True } else { TraceFinding::False },
    }
}

fn place(comparison: &Comparison) -> Position {
    match (u16::try_from(comparison.line), u16::try_from(comparison.column)) {
        (Ok(line), Ok(column)) if line > 0 => Position::new(line, column),
        _ => Position::NONE,
    }
}

fn source_of(read: &Read) -> String {
    match read.source {
        ReadingSource::Field => format!("p.{}", read.name),
        ReadingSource::Threshold => format!("t.{}", read.name),
    }
}

/// Whether a text contains a field's name as a whole word.
fn mentions(source: &str, name: &str) -> bool {
    source.match_indices(name).any(|(at, _)| {
        let after = source.get(at + name.len()..).and_then(|rest| rest.chars().next());
        !after.is_some_and(|letter| letter.is_alphanumeric() || letter == '_')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_longer_name_does_not_count_as_a_mention() {
        assert!(mentions("p.cost_current - p.cost_previous", "p.cost_current"));
        assert!(!mentions("p.cost_change", "p.cost"));
    }
}
