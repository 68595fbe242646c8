//! From the rows of a table to editions and follow-up facts, or to faults with their place.

pub(super) mod bounds;
pub(super) mod cell_format;
pub(super) mod cell_text;
pub(super) mod checks;
pub(super) mod contacts;
pub(super) mod facts;
pub(super) mod fields;
pub(super) mod follow_up;
pub(super) mod merged;
pub(super) mod panorama;
pub(super) mod parse;
pub(super) mod row;
pub(super) mod table;
mod turned;
