//! Rules made of signs: what their front matter lists, and the script that it makes.

pub(in crate::rules) mod entries;
pub(in crate::rules) mod places;
pub(in crate::rules) mod script;
mod sentence;

/// What begins and ends a front matter.
pub(in crate::rules) const OPENING: &str = "/*---";
pub(in crate::rules) const CLOSING: &str = "---*/";
