//! What past editions teach, worked out of what is known and of the rules in force.

pub(super) mod forecast;
