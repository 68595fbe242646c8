//! Alerts, and what people do about them: acknowledgements, assignments, silences, disputes.

pub mod alert;
pub mod dispute;
pub mod handling;
pub mod new_fact;
pub mod silence;
pub mod undo;
