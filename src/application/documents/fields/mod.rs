//! What the template of each document may name, filled with what is known.

mod candidates;
pub(super) mod cosinum;
mod evolutions;
mod figures;
pub(super) mod ministry;
pub(super) mod period;
pub(super) mod project;
pub(super) mod work;
mod works;
