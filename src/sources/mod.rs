//! Intake: from the files of this world to checked rows, each project under its one id. Reads
//! what it is given and nothing else; loses no row, keeps none that is wrong.

mod aliases;
mod archive;
mod batch;
mod error;
mod facts;
mod fields;
mod follow_up;
mod identity;
mod layout;
mod likeness;
mod names;
mod ods;
mod panorama;
mod parse;
mod profile;
mod reader;
mod row;
mod sheet;
mod table;
mod tables;
mod text;

pub use self::aliases::Aliases;
pub use self::batch::base_name;
pub use self::batch::files_at;
pub use self::batch::reading_order;
pub use self::batch::remember;
pub use self::error::Fault;
pub use self::error::Refused;
pub use self::error::SourceError;
pub use self::error::UnknownLayout;
pub use self::names::key as name_key;
pub use self::names::nearest as nearest_name;
pub use self::profile::Profile;
pub use self::profile::Profiles;
pub use self::reader::Reader;
pub use self::reader::Request;
pub use self::reader::read_file;
pub use self::table::MAX_BYTES;
pub use self::tables::Cells;
pub use self::tables::TableField;
pub use self::tables::TableLayout;
pub use self::tables::TableProfile;
pub use self::tables::TableRows;
pub use self::tables::Unread;
