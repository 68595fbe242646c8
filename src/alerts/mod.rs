//! From verdicts to alerts: which open, worsen, ease, persist or close, each with its reason.

mod follow;
mod inhibit;
mod occasion;
mod reasons;
mod reconcile;
mod silences;
#[cfg(test)]
mod tests;
mod undo;

pub use follow::Followed;
pub use follow::follow;
pub use occasion::Circumstances;
pub use occasion::Occasion;
pub use occasion::Renaming;
pub use reconcile::reconcile;
pub use silences::SilenceReview;
pub use silences::review;
pub use undo::Undoing;
pub use undo::undo;
