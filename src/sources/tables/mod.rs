//! Tables in a layout of the user's own, one row per subject, mapped to the data dictionary by a profile. They are
//! read in batches of rows, since they may be larger than memory.

mod cells;
mod profile;
mod rows;

pub use self::cells::Cells;
pub use self::profile::TableField;
pub use self::profile::TableLayout;
pub use self::profile::TableProfile;
pub use self::profile::Unread;
pub use self::rows::MAX_TABLE_COLUMNS;
pub use self::rows::TableRows;
