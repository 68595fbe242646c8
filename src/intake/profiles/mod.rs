//! Which columns a file has, and what each of them means.

mod column_text;
pub(super) mod computed;
pub(super) mod dates;
pub(super) mod ditto;
pub(super) mod fault;
mod formulas;
mod header_unit;
pub(super) mod layout;
pub(super) mod profile;
pub(super) mod profile_set;
mod profile_text;
pub(super) mod recognise;
mod section;
pub(super) mod units;
