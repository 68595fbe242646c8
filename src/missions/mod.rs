//! From alerts to missions: which support work they call for, and what is opened without waiting.

mod plan;
mod playbook;
#[cfg(test)]
mod tests;

pub use plan::Moment;
pub use plan::plan;
pub use playbook::Play;
pub use playbook::Playbook;
pub use playbook::PlaybookError;
