//! From the bytes of a file to a table of texts: CSV, spreadsheets, archives.

pub(super) mod archive;
pub(super) mod csv_records;
pub(super) mod ods;
pub(super) mod sheet;
pub(super) mod text;
pub(super) mod xml_parts;
