//! Editions, projects, and what ministries report about them.

pub mod campaign;
pub mod edition;
pub mod exit;
pub mod follow_up;
pub mod import;
pub mod import_decision;
pub mod project_link;
pub mod published;
pub mod recorded_name;
pub mod saved_profile;
pub mod snapshot;
pub mod subject;
pub mod succession;
