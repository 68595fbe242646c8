//! The words of the house: types that cross a boundary. Imports nothing of ours, does no I/O.

pub mod alert;
pub mod audit;
pub mod conduct;
pub mod cycle;
pub mod dispute;
pub mod edition;
pub mod fingerprint;
pub mod follow_up;
pub mod french;
pub mod handling;
pub mod ids;
pub mod import;
pub mod job;
pub mod level;
pub mod mission;
pub mod notice;
pub mod portfolio;
pub mod review;
pub mod rule;
pub mod silence;
pub mod snapshot;
pub mod subject;
mod text_schema;
pub mod value;
pub mod verdict;
pub mod verdicts;
pub mod working_days;
