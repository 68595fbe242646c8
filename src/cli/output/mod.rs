//! How results are printed: sheets, JSON, messages, whole files.

pub(super) mod format;
mod layout;
pub(super) mod print;
pub(super) mod whole_file;
pub(super) mod words;
