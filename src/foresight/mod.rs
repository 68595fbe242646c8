//! What past editions teach: what became of each project after each edition, and what that says of the future. Pure functions
//! of what was published and of what was judged.

mod draws;
mod forecast;
mod panel;

pub use draws::Draws;
pub use forecast::{
    BaselinedFigure, ClassSteps, DatedTarget, ForecastStart, FutureEdition, Futures, LEAST_STEPS,
    PastSteps, Quantiles, RateKind, StartingProject, StepClass, Supposed, dated_targets,
    next_editions, rate_now, simulate,
};
pub use panel::{
    Change, DRIFT_COST, DRIFT_MONTHS, Next, Panel, STEP_MONTHS, Target, is_too_far, months_between,
};
