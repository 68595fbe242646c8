//! From the bytes of a file to a table of texts: CSV, spreadsheets, archives.

pub(super) mod archive;
pub(super) mod bundle;
pub(super) mod csv;
pub(super) mod csv_quotes;
pub(super) mod csv_records;
pub(super) mod csv_text;
pub(super) mod damage;
pub(super) mod file_bytes;
pub(super) mod ods;
pub(super) mod ods_value;
pub(super) mod sheet;
pub(super) mod sheet_rows;
pub(super) mod xml_parts;
