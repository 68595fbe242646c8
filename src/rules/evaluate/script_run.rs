//! One evaluation of one rule on one subject: what it may read, and a recording of what it reads.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::{fmt, mem};

use rhai::{Dynamic, EvalAltResult, NativeCallContext, Position};

use super::budget::Budget;
use crate::domain::rules::verdict::{Absence, Comparison, MissingField, ReadingSource};
use crate::domain::value::Value;
use crate::frame::dictionary;
use crate::rules::catalogue::table::SubjectTable;
use crate::rules::language::syntax::Analysis;
use crate::rules::language::value::to_script;

/// What a native function returns to a script, or the error that ends the evaluation.
pub(in crate::rules) type Returned<T> = Result<T, Box<EvalAltResult>>;

/// The state of an evaluation. Rhai carries it as the tag of the call, so that operators and
/// getters find it.
#[derive(Clone)]
pub(in crate::rules) struct ScriptRun(Arc<State>);

struct State {
    analysis: Arc<Analysis>,
    table: Arc<SubjectTable>,
    row: usize,
    changed: Arc<BTreeMap<&'static str, Value>>,
    thresholds: Arc<BTreeMap<String, Value>>,
    missing: Mutex<Option<MissingField>>,
    recording: Option<Mutex<Recording>>,
    /// Whether the recording also has the steps in order.
    in_order: bool,
    /// Whether the recording has the figures of comparisons, and not their words.
    in_figures: bool,
    /// Whether the explanation is written, not the level given.
    explains: bool,
    /// Charged for the memory of the recording.
    budget: Budget,
}

/// What an evaluation read and compared.
#[derive(Clone, Debug, Default)]
pub(in crate::rules) struct Recording {
    pub(in crate::rules) readings: Vec<Read>,
    pub(in crate::rules) trail: Vec<Comparison>,
    /// Readings and comparisons together, in order; only with `RecordingMode::Steps`.
    pub(in crate::rules) steps: Vec<RecordedStep>,
    /// Comparisons of numbers or dates; only with `RecordingMode::Figures`.
    pub(in crate::rules) figures: Vec<ComparedFigures>,
}

/// Two numbers that a rule compared, or two dates, as days since 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::rules) struct ComparedFigures {
    pub(in crate::rules) position: Position,
    pub(in crate::rules) left: f64,
    pub(in crate::rules) right: f64,
    pub(in crate::rules) are_dates: bool,
    pub(in crate::rules) held: bool,
}

#[derive(Clone, Debug)]
pub(in crate::rules) enum RecordedStep {
    Read(Read, Position),
    Compared(Comparison),
}

#[derive(Clone, Debug, PartialEq)]
pub(in crate::rules) struct Read {
    pub(in crate::rules) source: ReadingSource,
    pub(in crate::rules) name: String,
    pub(in crate::rules) value: Option<Value>,
}

/// What a rule reads: one row of a table, and the thresholds in force.
#[derive(Clone)]
pub(in crate::rules) struct EvalContext {
    pub(in crate::rules) table: Arc<SubjectTable>,
    pub(in crate::rules) row: usize,
    /// Cells read in place of those of the table.
    pub(in crate::rules) changed: Arc<BTreeMap<&'static str, Value>>,
    pub(in crate::rules) thresholds: Arc<BTreeMap<String, Value>>,
    pub(in crate::rules) budget: Budget,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::rules) enum RecordingMode {
    Off,
    /// Records nothing, and writes the explanation.
    Explanation,
    /// Records readings and comparisons.
    Evidence,
    /// Records readings and comparisons, and the order in which they came.
    Steps,
    /// Records readings, and comparisons by their figures alone.
    Figures,
}

impl fmt::Debug for ScriptRun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Run").field("row", &self.0.row).finish_non_exhaustive()
    }
}

impl ScriptRun {
    pub(in crate::rules) fn new(
        analysis: &Arc<Analysis>,
        ground: &EvalContext,
        mode: RecordingMode,
    ) -> Self {
        Self(Arc::new(State {
            analysis: Arc::clone(analysis),
            table: Arc::clone(&ground.table),
            row: ground.row,
            changed: Arc::clone(&ground.changed),
            thresholds: Arc::clone(&ground.thresholds),
            missing: Mutex::new(None),
            recording: matches!(
                mode,
                RecordingMode::Evidence | RecordingMode::Steps | RecordingMode::Figures
            )
            .then(Mutex::default),
            in_order: mode == RecordingMode::Steps,
            in_figures: mode == RecordingMode::Figures,
            explains: mode == RecordingMode::Explanation,
            budget: ground.budget.clone(),
        }))
    }

    /// The evaluation in which a native function was called.
    pub(in crate::rules) fn of(context: &NativeCallContext<'_>) -> Returned<Self> {
        let run = context.tag().and_then(|tag| tag.read_lock::<Self>().map(|run| run.clone()));
        run.ok_or_else(|| fail(context.call_position(), "called outside of an evaluation"))
    }

    pub(in crate::rules) fn analysis(&self) -> &Analysis {
        &self.0.analysis
    }

    pub(in crate::rules) fn read_field(
        &self,
        field: &'static str,
        position: Position,
    ) -> Returned<Dynamic> {
        let field = self.0.analysis.redirected(position).unwrap_or(field);
        if let Some(value) = self.0.changed.get(field) {
            return self.read(ReadingSource::Field, field, Some(value), position);
        }
        let value = self.0.table.get(field, self.0.row).map_err(|why| fail(position, why))?;
        self.read(ReadingSource::Field, field, value.as_ref(), position)
    }

    pub(in crate::rules) fn read_threshold(
        &self,
        name: &str,
        position: Position,
    ) -> Returned<Dynamic> {
        let value = self.0.thresholds.get(name);
        self.read(ReadingSource::Threshold, name, value, position)
    }

    /// Ends the evaluation for want of the past that the call at a position reads, where it has nothing to give.
    #[expect(clippy::unnecessary_box_returns, reason = "Rhai takes its errors in a box")]
    pub(in crate::rules) fn without_past(&self, call: Position) -> Box<EvalAltResult> {
        let Some(field) = self.0.analysis.past_of_call(call) else {
            return fail(call, "no past of a field is read here");
        };
        self.without(ReadingSource::Field, field, call)
    }

    /// The missing field that ended the evaluation.
    pub(in crate::rules) fn missing(&self) -> Option<MissingField> {
        lock(&self.0.missing).clone()
    }

    /// Whether the explanation is written, not the level given.
    pub(in crate::rules) fn explains(&self) -> bool {
        self.0.explains
    }

    /// Goes on after a missing field ended a part of the evaluation. False if none did.
    pub(in crate::rules) fn forget_missing(&self) -> bool {
        lock(&self.0.missing).take().is_some()
    }

    /// Takes what was recorded so far, and leaves the recording empty.
    pub(in crate::rules) fn recording(&self) -> Recording {
        self.0
            .recording
            .as_ref()
            .map(|recording| mem::take(&mut *lock(recording)))
            .unwrap_or_default()
    }

    /// Records a comparison. Its text is built only when the evaluation is recorded.
    pub(in crate::rules) fn compared(&self, comparison: impl FnOnce(&Analysis) -> Comparison) {
        if let Some(recording) = self.0.recording.as_ref().filter(|_| !self.0.in_figures) {
            let comparison = comparison(&self.0.analysis);
            let bytes = size_of::<Comparison>() + comparison.text.len();
            self.0.budget.hold(self.copies().saturating_mul(bytes));
            let mut recording = lock(recording);
            if self.0.in_order {
                recording.steps.push(RecordedStep::Compared(comparison.clone()));
            }
            recording.trail.push(comparison);
        }
    }

    /// Records the figures of a comparison.
    pub(in crate::rules) fn compared_figures(
        &self,
        figures: impl FnOnce() -> Option<ComparedFigures>,
    ) {
        if let Some(recording) = self.0.recording.as_ref().filter(|_| self.0.in_figures)
            && let Some(figures) = figures()
        {
            self.0.budget.hold(size_of::<ComparedFigures>());
            lock(recording).figures.push(figures);
        }
    }

    fn read(
        &self,
        source: ReadingSource,
        name: &str,
        value: Option<&Value>,
        position: Position,
    ) -> Returned<Dynamic> {
        if let Some(recording) = &self.0.recording {
            let mut recording = lock(recording);
            let is_same = |read: &Read| {
                read.source == source && read.name == name && read.value.as_ref() == value
            };
            let known = recording.readings.iter().any(is_same);
            if self.0.in_order || !known {
                let text = if let Some(Value::Text(text)) = value { text.len() } else { 0 };
                let bytes = size_of::<Read>() + name.len() + text;
                self.0.budget.hold(self.copies().saturating_mul(bytes));
                let read = Read { source, name: name.to_owned(), value: value.cloned() };
                if self.0.in_order {
                    recording.steps.push(RecordedStep::Read(read.clone(), position));
                }
                if !known {
                    recording.readings.push(read);
                }
            }
        }
        match value {
            Some(value) => Ok(to_script(value)),
            // A blank may be an answer; « ne sait pas » is none, and the rule cannot go on without it.
            None if self.0.analysis.tolerates(position) && !self.is_kept_back(source, name) => {
                Ok(Dynamic::UNIT)
            }
            None => Err(self.without(source, name, position)),
        }
    }

    /// Whether the project was asked, and answered without a value.
    fn is_kept_back(&self, source: ReadingSource, name: &str) -> bool {
        source == ReadingSource::Field
            && self.0.table.answered_without_value(self.0.row).any(|field| field == name)
    }

    #[expect(clippy::unnecessary_box_returns, reason = "Rhai takes its errors in a box")]
    fn without(&self, source: ReadingSource, name: &str, position: Position) -> Box<EvalAltResult> {
        *lock(&self.0.missing) = Some(self.missing_field(source, name));
        // A script cannot catch this error, and `missing` distinguishes it from a fault.
        EvalAltResult::ErrorTerminated(Dynamic::UNIT, position).into()
    }

    /// How many copies of each item the recording holds: with steps, two.
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

/// The field, and why it has no value.
pub(in crate::rules) fn missing_field(
    table: &SubjectTable,
    row: usize,
    name: &str,
) -> MissingField {
    MissingField { field: name.to_owned(), why: absence(table, row, name) }
}

/// Why a field that has no value has none.
pub(in crate::rules) fn absence(table: &SubjectTable, row: usize, name: &str) -> Absence {
    let is_unpublished =
        || dictionary::withheld_by(name).is_some_and(|flag| table.is_true(flag, row));
    if table.lists(dictionary::ANSWERS_WITHHELD, row, name) || is_unpublished() {
        Absence::Withheld
    } else if table.lists(dictionary::ANSWERS_UNKNOWN, row, name) {
        Absence::Unknown
    } else {
        Absence::Missing
    }
}

/// An error at a place of the rule; it makes the verdict `failed`.
#[expect(clippy::unnecessary_box_returns, reason = "Rhai takes its errors in a box")]
pub(in crate::rules) fn fail(position: Position, message: impl Into<String>) -> Box<EvalAltResult> {
    let message: String = message.into();
    EvalAltResult::ErrorRuntime(message.into(), position).into()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
