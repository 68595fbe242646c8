//! From verdicts to alerts: which open, worsen, ease, persist or close, each with its reason.

mod context;
mod facts;
mod follow;
mod inhibit;
mod lost;
mod reasons;
mod reconcile;
mod silences;
#[cfg(test)]
mod tests;
mod undo;

pub use context::{Circumstances, EvaluationContext, Renaming};
pub use follow::{Followed, follow};
pub use reconcile::reconcile;
pub use silences::{SilenceReview, review};
pub use undo::{Undoing, undo};
