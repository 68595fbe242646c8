//! How far verdicts are from other levels. A figure of a row is changed, the measures that follow from it are computed again, and
//! the rule is run on the changed row: what is said of a change is what the rule then answers.

mod changes;
mod levers;
mod near;
mod probe;
mod walk;
mod words;

pub use near::NearMiss;
