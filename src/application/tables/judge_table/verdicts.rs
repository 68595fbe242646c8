//! Writes verdicts as CSV or Parquet, in the order of the rows.

use std::fmt;
use std::io::Write;

use super::csv_lines;
use super::error::TableError;
use super::row_groups::{EncodedGroup, GroupEncoder, VerdictFile};
use super::verdict_batch::{COLUMNS, EXPLANATION, VerdictBatch};

/// Fewest verdicts in a row group of a Parquet file, the last one apart. Batches with fewer are gathered.
const GROUP: usize = 65_536;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VerdictFormat {
    Csv,
    Parquet,
}

/// Where verdicts are written. `finish` completes the file: without it, a Parquet file cannot be
/// read.
pub struct VerdictWriter(Output);

enum Output {
    Csv(Box<dyn Write + Send>),
    Parquet { file: Box<VerdictFile>, gathered: VerdictBatch },
}

/// Encodes batches of verdicts, on any thread.
#[derive(Clone, Debug)]
pub(super) enum VerdictEncoder {
    Csv,
    Parquet(GroupEncoder),
}

pub(super) enum EncodedVerdicts {
    Lines(Vec<u8>),
    Group(EncodedGroup),
    /// Too few for a row group.
    Few(VerdictBatch),
}

impl fmt::Debug for VerdictWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerdictWriter").finish_non_exhaustive()
    }
}

impl VerdictEncoder {
    pub(super) fn encode(&self, batch: VerdictBatch) -> Result<EncodedVerdicts, TableError> {
        Ok(match self {
            Self::Csv => EncodedVerdicts::Lines(csv_lines::lines(&batch)),
            Self::Parquet(_) if batch.lines.len() < GROUP => EncodedVerdicts::Few(batch),
            Self::Parquet(encoder) => {
                EncodedVerdicts::Group(encoder.encode(&batch).map_err(TableError::Batch)?)
            }
        })
    }
}

impl VerdictWriter {
    pub fn new(
        format: VerdictFormat,
        mut out: Box<dyn Write + Send>,
        with_explanation: bool,
    ) -> Result<Self, TableError> {
        let names = COLUMNS.into_iter().chain(with_explanation.then_some(EXPLANATION));
        Ok(Self(match format {
            VerdictFormat::Csv => {
                out.write_all(&csv_lines::header(names))?;
                Output::Csv(out)
            }
            VerdictFormat::Parquet => {
                let file = VerdictFile::new(out, names).map_err(TableError::Batch)?;
                Output::Parquet { file: Box::new(file), gathered: VerdictBatch::default() }
            }
        }))
    }

    pub fn finish(mut self) -> Result<(), TableError> {
        self.flush()?;
        match self.0 {
            Output::Csv(_) => Ok(()),
            Output::Parquet { file, .. } => file.finish().map_err(TableError::Batch),
        }
    }

    pub(super) fn encoder(&self) -> VerdictEncoder {
        match &self.0 {
            Output::Csv(_) => VerdictEncoder::Csv,
            Output::Parquet { file, .. } => VerdictEncoder::Parquet(file.encoder()),
        }
    }

    pub(super) fn write(&mut self, verdicts: EncodedVerdicts) -> Result<(), TableError> {
        match (&mut self.0, verdicts) {
            (Output::Csv(out), EncodedVerdicts::Lines(lines)) => Ok(out.write_all(&lines)?),
            (Output::Parquet { gathered, .. }, EncodedVerdicts::Few(batch)) => {
                gathered.append(batch).map_err(TableError::Batch)?;
                if gathered.lines.len() < GROUP { Ok(()) } else { self.flush() }
            }
            (Output::Parquet { .. }, EncodedVerdicts::Group(group)) => {
                // Those of the rows before.
                self.flush()?;
                self.write_group(&group)
            }
            (Output::Csv(_), EncodedVerdicts::Group(_) | EncodedVerdicts::Few(_))
            | (Output::Parquet { .. }, EncodedVerdicts::Lines(_)) => Ok(()),
        }
    }

    pub(super) fn flush(&mut self) -> Result<(), TableError> {
        match &mut self.0 {
            Output::Csv(out) => Ok(out.flush()?),
            Output::Parquet { gathered, .. } if gathered.lines.is_empty() => Ok(()),
            Output::Parquet { file, gathered } => {
                let batch = std::mem::take(gathered);
                let group = file.encoder().encode(&batch).map_err(TableError::Batch)?;
                self.write_group(&group)
            }
        }
    }

    fn write_group(&mut self, group: &EncodedGroup) -> Result<(), TableError> {
        match &mut self.0 {
            Output::Csv(_) => Ok(()),
            Output::Parquet { file, .. } => file.write(group).map_err(TableError::Batch),
        }
    }
}
