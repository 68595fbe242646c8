//! Writes verdicts as they are computed, as CSV or Parquet.

use std::io::Write;
use std::{fmt, io};

use polars::frame::DataFrame;
use polars::io::parquet::write::BatchedWriter;
use polars::prelude::{Column, DataType, Field, NamedFrom as _, ParquetWriter, Schema, Series};

use super::error::TableError;
use crate::domain::rules::verdict::{Absence, RuleFailure};
use crate::rules::RowVerdict;

const COLUMNS: [&str; 7] = ["subject", "rule", "outcome", "level", "missing", "absence", "fault"];
const EXPLANATION: &str = "explanation";

/// Verdicts in one row group of a Parquet file.
const GROUP: usize = 131_072;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VerdictFormat {
    Csv,
    Parquet,
}

/// Where verdicts are written. `finish` completes the file: without it, a Parquet file cannot be
/// read.
pub struct VerdictWriter {
    to: To,
    /// Columns of a line.
    width: usize,
}

enum To {
    Csv(Box<csv::Writer<Box<dyn Write>>>),
    Parquet(Box<Batches>),
}

struct Batches {
    writer: BatchedWriter<Box<dyn Write>>,
    columns: Vec<Vec<Option<String>>>,
}

/// One verdict, as it is written.
pub(super) struct VerdictLine<'a> {
    pub(super) subject: &'a str,
    pub(super) rule: &'a str,
    pub(super) verdict: RowVerdict<'a>,
    pub(super) explanation: Option<&'a str>,
}

impl fmt::Debug for VerdictWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerdictWriter").finish_non_exhaustive()
    }
}

impl VerdictWriter {
    pub fn new(
        format: VerdictFormat,
        out: Box<dyn Write>,
        with_explanation: bool,
    ) -> Result<Self, TableError> {
        let names = || COLUMNS.into_iter().chain(with_explanation.then_some(EXPLANATION));
        let to = match format {
            VerdictFormat::Csv => {
                let mut writer = csv::Writer::from_writer(out);
                writer.write_record(names()).map_err(output)?;
                To::Csv(Box::new(writer))
            }
            VerdictFormat::Parquet => {
                let fields = names().map(|name| Field::new(name.into(), DataType::String));
                let writer = ParquetWriter::new(out).batched(&fields.collect::<Schema>());
                let writer = writer.map_err(TableError::Batch)?;
                To::Parquet(Box::new(Batches {
                    writer,
                    columns: names().map(|_| Vec::new()).collect(),
                }))
            }
        };
        Ok(Self { to, width: names().count() })
    }

    pub fn finish(mut self) -> Result<(), TableError> {
        self.flush()?;
        if let To::Parquet(batches) = self.to {
            batches.writer.finish().map_err(TableError::Batch)?;
        }
        Ok(())
    }

    pub(super) fn push(&mut self, line: &VerdictLine<'_>) -> Result<(), TableError> {
        let fault = match line.verdict {
            RowVerdict::Failed(fault) => Some(located(fault)),
            RowVerdict::Level(_) | RowVerdict::Unknown { .. } => None,
        };
        let (outcome, level, missing, absence) = match &line.verdict {
            RowVerdict::Level(level) => ("level", Some(level.as_str()), None, None),
            RowVerdict::Unknown { field, why } => {
                ("unknown", None, Some(field.as_ref()), Some(word(*why)))
            }
            RowVerdict::Failed(_) => ("failed", None, None, None),
        };
        let cells = [
            Some(line.subject),
            Some(line.rule),
            Some(outcome),
            level,
            missing,
            absence,
            fault.as_deref(),
            line.explanation,
        ];
        let cells = cells.get(..self.width).unwrap_or(&cells);
        match &mut self.to {
            To::Csv(writer) => {
                let cells = cells.iter().map(|cell| cell.unwrap_or_default());
                Ok(writer.write_record(cells).map_err(output)?)
            }
            To::Parquet(batches) => batches.push(cells),
        }
    }

    pub(super) fn flush(&mut self) -> Result<(), TableError> {
        match &mut self.to {
            To::Csv(writer) => Ok(writer.flush()?),
            To::Parquet(batches) => batches.write(),
        }
    }
}

impl Batches {
    fn push(&mut self, cells: &[Option<&str>]) -> Result<(), TableError> {
        for (column, cell) in self.columns.iter_mut().zip(cells) {
            column.push(cell.map(str::to_owned));
        }
        let full = self.columns.first().is_some_and(|column| column.len() >= GROUP);
        if full { self.write() } else { Ok(()) }
    }

    fn write(&mut self) -> Result<(), TableError> {
        if self.columns.first().is_none_or(Vec::is_empty) {
            return Ok(());
        }
        let names = COLUMNS.into_iter().chain([EXPLANATION]);
        let columns = names
            .zip(&mut self.columns)
            .map(|(name, cells)| Column::from(Series::new(name.into(), std::mem::take(cells))));
        let batch = DataFrame::new_infer_height(columns.collect()).map_err(TableError::Batch)?;
        self.writer.write_batch(&batch).map_err(TableError::Batch)
    }
}

/// Distinguishes a reader that closed the pipe from a full disk.
fn output(error: csv::Error) -> io::Error {
    if let csv::ErrorKind::Io(error) = error.into_kind() {
        return error;
    }
    io::Error::other("lines of unequal length")
}

fn word(why: Absence) -> &'static str {
    match why {
        Absence::Missing => "missing",
        Absence::Withheld => "withheld",
    }
}

/// For example `drift/D1.rhai:12:5: what went wrong`.
fn located(fault: &RuleFailure) -> String {
    let numbers = [fault.line, fault.column].into_iter().flatten();
    let place = numbers.fold(fault.file.clone(), |place, number| format!("{place}:{number}"));
    format!("{place}: {}", fault.message)
}
