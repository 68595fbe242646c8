//! Where the rate is going: each project moves as past projects of its class moved, and the rate of many such futures says how
//! likely each value is. Quantiles only: a mean and a spread say nothing of costs that may double.

mod calendar;
mod classes;
mod course;
mod past_steps;
mod simulate;
mod tally;
#[cfg(test)]
mod tests;

pub use calendar::{DatedTarget, dated_targets, next_editions};
pub use classes::{ClassSteps, StepClass};
pub use course::{BaselinedFigure, StartingProject, Supposed};
pub use past_steps::{LEAST_STEPS, PastSteps};
pub use simulate::{ForecastStart, FutureEdition, simulate};
pub use tally::{Futures, Quantiles, RateKind, rate_now};
