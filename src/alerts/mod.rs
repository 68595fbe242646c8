//! From verdicts to alerts: what opens, worsens, eases, lasts and closes, each with its reason.

mod reconcile;
#[cfg(test)]
mod tests;

pub use reconcile::Occasion;
pub use reconcile::reconcile;
