//! Tables in a layout of the user's own, one row per subject, mapped to the data dictionary by a profile. They are
//! read in batches of rows, since they may be larger than memory.

mod cells;
mod profile;
mod rows;

pub use cells::Cells;
pub use profile::{TableField, TableLayout, TableProfile, Unread};
pub use rows::{MAX_TABLE_COLUMNS, TableRows};
