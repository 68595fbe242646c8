//! What past editions teach: what became of each project after each edition, and what that says of the future. Pure functions
//! of what was published and of what was judged.

mod draws;
mod panel;

pub use draws::Draws;
pub use panel::{
    Change, DRIFT_COST, DRIFT_MONTHS, Next, Panel, STEP_MONTHS, Target, is_too_far, months_between,
};
