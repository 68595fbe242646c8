//! The two formats that Polars writes.

use polars::frame::DataFrame;
use polars::prelude::CsvWriter;
use polars::prelude::ParquetWriter;
use polars::prelude::SerWriter as _;

use super::ExportError;

pub(super) fn csv(frame: &mut DataFrame) -> Result<Vec<u8>, ExportError> {
    let mut bytes = Vec::new();
    CsvWriter::new(&mut bytes).finish(frame)?;
    Ok(bytes)
}

pub(super) fn parquet(frame: &mut DataFrame) -> Result<Vec<u8>, ExportError> {
    let mut bytes = Vec::new();
    ParquetWriter::new(&mut bytes).finish(frame)?;
    Ok(bytes)
}
