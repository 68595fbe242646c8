//! What past editions teach: what became of each project after each edition, and what that says of the future. Pure functions
//! of what was published and of what was judged.

mod attention;
mod baselines;
mod draws;
mod forecast;
mod median;
mod outcomes;
mod panel;
mod resamples;
mod scorecard;

pub use attention::{
    Chance, FIRST, MedianFigures, ProjectOrder, Stake, UsualDrift, drift_since_first, first_of,
};
pub use baselines::{Baseline, BaselineAt};
pub use draws::Draws;
pub use forecast::{
    BaselinedFigure, ClassSteps, DatedTarget, ForecastStart, FutureEdition, Futures, LEAST_STEPS,
    PastSteps, Quantiles, RateKind, StartingProject, StepClass, Supposed, dated_targets,
    next_editions, rate_now, simulate,
};
pub use outcomes::{EditionOutcomes, ProjectOutcome, outcomes};
pub use panel::{
    Change, DRIFT_COST, DRIFT_MONTHS, Next, Panel, STEP_MONTHS, Target, is_too_far, months_between,
};
pub use resamples::Resamples;
pub use scorecard::{Estimate, Finding, Scorecard, SignalAnswer, SignalRecord};
