//! Files that come in: the history of imports, what is simulated before it is recorded, and the editions of the panorama.

pub(in crate::web) mod assistant;
pub(in crate::web) mod editions;
pub(in crate::web) mod imports;
mod mapping;
mod preview;
pub(in crate::web) mod simulation;
pub(in crate::web) mod upload;
mod words;
