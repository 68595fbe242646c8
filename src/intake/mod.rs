//! Intake: reads files into checked rows, each project under its one id. It reads only the bytes it is given; no row
//! is lost, and a wrong one refuses its file.

mod batch;
mod error;
mod identity;
mod plausibility;
mod prepared;
mod profiles;
mod proposal;
mod read;
mod read_request;
mod reader;
mod rows;
mod sheets;
mod tables;
mod trial;
mod unknown_names;

pub use batch::{Batch, base_name, files_at, read_batch, reading_order, remember};
pub use error::{FileFault, NearestName, Refused, SourceError, UnknownLayout, UnknownName};
pub use identity::aliases::Aliases;
pub use identity::evidence::propose_renamings;
pub use identity::names::{key as name_key, nearest as nearest_name};
pub use identity::new_names::{NameFault, NameField, NameRefusal};
pub use plausibility::bounds::PlausibilityBounds;
pub use plausibility::edition::{implausible, same_bytes};
pub use profiles::fault::{ProfileFault, WrongProfile};
pub use profiles::profile::Profile;
pub use profiles::profile_set::{ProfileTerms, Profiles};
pub use proposal::{
    Certainty, DraftColumn, FileLook, LayoutDraft, LayoutField, LayoutProposal, LookedColumn,
    LookedRow, ProfileProposal, ProposalTerms, ProposedColumn, layout_fields,
};
pub use read::bundle::{FileContent, unpacked};
pub use read::file_bytes::read_file;
pub use read_request::{ReadOptions, ReadRequest};
pub use reader::Reader;
pub use rows::fields::known_field;
pub use rows::table::{MAX_BYTES, letters as column_letters};
pub use tables::{
    Cells, MAX_TABLE_COLUMNS, TableField, TableLayout, TableProfile, TableRows, Unread,
};
pub use trial::{MOST_TRIED_ROWS, ProfileTrial, TriedField, TriedRow, TriedState, TriedValue};
pub use unknown_names::{NamePlace, NameToSettle};
