//! Which columns a file has, and what each of them means.

pub(super) mod layout;
pub(super) mod profile;
pub(super) mod units;
