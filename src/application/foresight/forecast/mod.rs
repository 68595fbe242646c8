//! Where the rate is going: the global rate, the floor and the rate of each ministry over the next editions, the chance to meet
//! the targets, what would change if some projects left, held or slipped, and how such forecasts held in the past.

pub(in crate::application) mod answer;
mod basis;
mod calibration;
mod extent;
pub(in crate::application) mod refusal;
pub(in crate::application) mod run;
pub(in crate::application) mod terms;
