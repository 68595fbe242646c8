//! The formats of results.

use clap::ValueEnum;

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Table,
    /// All data, for programs
    Json,
    /// The main list, one line per entry
    Csv,
}
