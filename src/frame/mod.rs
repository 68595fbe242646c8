//! The frames that rules judge: one row per project, ministry or portfolio, and their measures.

pub mod dictionary;
