//! The frames that rules judge: one row per project, ministry or portfolio, and their measures.

mod answers;
mod build;
mod changed_row;
mod columns;
pub mod dictionary;
mod editions;
mod error;
mod exact;
mod follow_up;
mod gathered;
mod given;
mod over_time;
mod projects;
pub mod series;
mod steps;
#[cfg(test)]
mod tests;
mod totals;

pub use answers::AnswersBehind;
pub use build::{Frames, build, build_projects, build_totals, history};
pub use changed_row::{changed, left_behind, measures_of, sources};
pub use editions::{EditionsInForce, editions_in_force};
pub use error::FrameError;
pub use given::GivenFrame;
pub use projects::leaving_by;
pub use totals::Totals;
