//! The words of the house: types that cross a boundary. Imports nothing of ours, does no I/O.

pub mod accounts;
pub mod action_bodies;
pub mod alerts;
pub mod bounded_text;
pub mod formula;
pub mod ids;
pub mod level;
pub mod messages;
pub mod missions;
pub mod note_text;
pub mod operation;
pub mod plausible;
pub mod portfolio;
pub mod rules;
mod text_schema;
pub mod value;
pub mod words;
