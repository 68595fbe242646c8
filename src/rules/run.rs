//! One evaluation of one rule on one subject: what it may read, and what it did read.

use std::collections::BTreeMap;
use std::fmt;
use std::mem;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;

use rhai::Dynamic;
use rhai::EvalAltResult;
use rhai::NativeCallContext;
use rhai::Position;

use super::budget::Budget;
use super::syntax::Notes;
use super::table::Table;
use super::value::to_script;
use crate::domain::value::Value;
use crate::domain::verdict::Absence;
use crate::domain::verdict::Comparison;
use crate::domain::verdict::MissingField;
use crate::domain::verdict::ReadingSource;
use crate::frame::dictionary;

/// What a script function gives, or the error that ends the evaluation.
pub(super) type Scripted<T> = Result<T, Box<EvalAltResult>>;

/// Travels with a call as Rhai's call tag, so that operators and getters find it.
#[derive(Clone)]
pub(super) struct Run(Arc<State>);

struct State {
    notes: Arc<Notes>,
    table: Arc<Table>,
    row: usize,
    thresholds: Arc<BTreeMap<String, Value>>,
    missing: Mutex<Option<MissingField>>,
    recording: Option<Mutex<Recording>>,
    /// Whether the recording keeps its steps.
    in_order: bool,
    /// What the recording is held on.
    budget: Budget,
}

/// What an evaluation read and compared, in order.
#[derive(Clone, Debug, Default)]
pub(super) struct Recording {
    pub(super) readings: Vec<Read>,
    pub(super) trail: Vec<Comparison>,
    /// Both, as they came, when asked for.
    pub(super) steps: Vec<Step>,
}

#[derive(Clone, Debug)]
pub(super) enum Step {
    Read(Read, Position),
    Compared(Comparison),
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Read {
    pub(super) source: ReadingSource,
    pub(super) name: String,
    pub(super) value: Option<Value>,
}

/// What a run reads from: one row of a table, and the thresholds in force.
#[derive(Clone)]
pub(super) struct Ground {
    pub(super) table: Arc<Table>,
    pub(super) row: usize,
    pub(super) thresholds: Arc<BTreeMap<String, Value>>,
    pub(super) budget: Budget,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Memory {
    Quiet,
    /// Keeps what evidence is made of.
    Evidence,
    /// And the order in which it came.
    Steps,
}

impl fmt::Debug for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Run").field("row", &self.0.row).finish_non_exhaustive()
    }
}

impl Run {
    pub(super) fn new(notes: &Arc<Notes>, ground: &Ground, memory: Memory) -> Self {
        Self(Arc::new(State {
            notes: Arc::clone(notes),
            table: Arc::clone(&ground.table),
            row: ground.row,
            thresholds: Arc::clone(&ground.thresholds),
            missing: Mutex::new(None),
            recording: (memory != Memory::Quiet).then(Mutex::default),
            in_order: memory == Memory::Steps,
            budget: ground.budget.clone(),
        }))
    }

    /// The run on whose behalf a native function was called.
    pub(super) fn of(context: &NativeCallContext<'_>) -> Scripted<Self> {
        let run = context.tag().and_then(|tag| tag.read_lock::<Self>().map(|run| run.clone()));
        run.ok_or_else(|| fail(context.call_position(), "called outside of an evaluation"))
    }

    pub(super) fn notes(&self) -> &Notes {
        &self.0.notes
    }

    pub(super) fn read_field(&self, field: &'static str, position: Position) -> Scripted<Dynamic> {
        let field = self.0.notes.redirected(position).unwrap_or(field);
        let value = self.0.table.get(field, self.0.row).map_err(|why| fail(position, why))?;
        self.read(ReadingSource::Field, field, value.as_ref(), position)
    }

    pub(super) fn read_threshold(&self, name: &str, position: Position) -> Scripted<Dynamic> {
        let value = self.0.thresholds.get(name);
        self.read(ReadingSource::Threshold, name, value, position)
    }

    /// The field whose absence ended the evaluation.
    pub(super) fn missing(&self) -> Option<MissingField> {
        lock(&self.0.missing).clone()
    }

    /// What was kept so far; the run then begins anew.
    pub(super) fn recording(&self) -> Recording {
        self.0.recording.as_ref().map(|kept| mem::take(&mut *lock(kept))).unwrap_or_default()
    }

    /// Keeps a comparison; its words are only worked out when someone records.
    pub(super) fn compared(&self, comparison: impl FnOnce(&Notes) -> Comparison) {
        if let Some(kept) = &self.0.recording {
            let comparison = comparison(&self.0.notes);
            let bytes = size_of::<Comparison>() + comparison.text.len();
            self.0.budget.hold(self.copies().saturating_mul(bytes));
            let mut kept = lock(kept);
            if self.0.in_order {
                kept.steps.push(Step::Compared(comparison.clone()));
            }
            kept.trail.push(comparison);
        }
    }

    fn read(
        &self,
        source: ReadingSource,
        name: &str,
        value: Option<&Value>,
        position: Position,
    ) -> Scripted<Dynamic> {
        if let Some(kept) = &self.0.recording {
            let mut kept = lock(kept);
            let said = |read: &Read| {
                read.source == source && read.name == name && read.value.as_ref() == value
            };
            let known = kept.readings.iter().any(said);
            if self.0.in_order || !known {
                let text = if let Some(Value::Text(text)) = value { text.len() } else { 0 };
                let bytes = size_of::<Read>() + name.len() + text;
                self.0.budget.hold(self.copies().saturating_mul(bytes));
                let read = Read { source, name: name.to_owned(), value: value.cloned() };
                if self.0.in_order {
                    kept.steps.push(Step::Read(read.clone(), position));
                }
                if !known {
                    kept.readings.push(read);
                }
            }
        }
        match value {
            Some(value) => Ok(to_script(value)),
            None if self.0.notes.tolerates(position) => Ok(Dynamic::UNIT),
            None => {
                *lock(&self.0.missing) = Some(self.missing_field(source, name));
                // Not catchable, and never confused with a fault: `missing` tells them apart.
                Err(EvalAltResult::ErrorTerminated(Dynamic::UNIT, position).into())
            }
        }
    }

    /// Of each thing that is recorded, the steps hold another copy.
    fn copies(&self) -> usize {
        1 + usize::from(self.0.in_order)
    }

    fn missing_field(&self, source: ReadingSource, name: &str) -> MissingField {
        match source {
            ReadingSource::Threshold => {
                MissingField { field: format!("t.{name}"), why: Absence::Missing }
            }
            ReadingSource::Field => missing_field(&self.0.table, self.0.row, name),
        }
    }
}

/// A field that is missing, or withheld where its publisher says so.
pub(super) fn missing_field(table: &Table, row: usize, name: &str) -> MissingField {
    let withheld = dictionary::withheld_by(name).is_some_and(|flag| table.is_true(flag, row));
    let why = if withheld { Absence::Withheld } else { Absence::Missing };
    MissingField { field: name.to_owned(), why }
}

/// An error that makes the verdict `failed`, at a place of the rule.
#[expect(clippy::unnecessary_box_returns, reason = "Rhai takes its errors in a box")]
pub(super) fn fail(position: Position, message: impl Into<String>) -> Box<EvalAltResult> {
    let message: String = message.into();
    EvalAltResult::ErrorRuntime(message.into(), position).into()
}

fn lock<T>(kept: &Mutex<T>) -> MutexGuard<'_, T> {
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}
