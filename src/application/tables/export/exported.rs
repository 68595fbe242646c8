//! Exported files, and the formats that they have.

use crate::domain::words::words;

words! {
    pub enum ExportFormat, "a format" {
        /// UTF-8, commas, decimal points, one line of field names.
        Csv = "csv",
        /// For people: French headers, and a sheet that explains each column.
        Xlsx = "xlsx",
        /// For programs: each column has its type.
        Parquet = "parquet",
    }
}

/// A complete file in memory: its size is bounded by what the reader may see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exported {
    /// File name, such as `vigie-projects-2020-11-30.xlsx`.
    pub name: String,
    pub bytes: Vec<u8>,
}

impl ExportFormat {
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Parquet => "application/vnd.apache.parquet",
        }
    }
}
