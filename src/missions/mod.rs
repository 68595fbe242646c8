//! From alerts to missions: the support work that alerts call for, what opens automatically, the
//! actions of people, the ranking and the outcomes.

mod acts;
mod bodies;
mod merge;
mod outcomes;
mod plan;
mod playbook;
mod rank;
mod settings;
#[cfg(test)]
mod tests;
mod undo;

pub use acts::Hand;
pub use acts::MissionRefusal;
pub use acts::act;
pub use bodies::MilestoneReached;
pub use bodies::MissionAct;
pub use bodies::MissionClosing;
pub use bodies::MissionDecision;
pub use bodies::MissionStart;
pub use bodies::MissionVerdict;
pub use bodies::NewMilestone;
pub use bodies::NewVendorReply;
pub use bodies::VendorNaming;
pub use outcomes::RuleOutcomes;
pub use outcomes::outcomes;
pub use plan::Moment;
pub use plan::plan;
pub use playbook::PLAYBOOK_FILE;
pub use playbook::Play;
pub use playbook::Playbook;
pub use playbook::PlaybookError;
pub use playbook::Team;
pub use playbook::Weights;
pub use playbook::told_play;
pub use rank::Candidate;
pub use rank::Place;
pub use rank::Points;
pub use rank::Ranked;
pub use rank::rank;
pub use settings::Settings;
pub use undo::undo;
