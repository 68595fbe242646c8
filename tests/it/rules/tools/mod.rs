//! The tools for authors of rules: check, test, explain, diff, document.

pub(crate) mod cases;
pub(crate) mod check;
pub(crate) mod coverage;
pub(crate) mod diff;
pub(crate) mod docs;
pub(crate) mod explain;
pub(crate) mod mistakes;
pub(crate) mod series;
