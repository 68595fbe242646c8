//! Why a table cannot be written as a file.

use polars::error::PolarsError;
use rust_xlsxwriter::XlsxError;
use thiserror::Error;

#[derive(Debug, Error)]
pub enum ExportError {
    #[error("write the table as CSV or Parquet")]
    Written(#[from] PolarsError),
    #[error("write the table as CSV for Excel")]
    Csv(#[from] csv::Error),
    #[error("write the workbook")]
    Workbook(#[from] XlsxError),
}
