//! What follows from verdicts, for those who act: alerts and what is done about them, missions, reviews.

pub(in crate::web) mod alert;
pub(in crate::web) mod alert_acts;
pub(in crate::web) mod alerts;
pub(in crate::web) mod disputes;
mod filled_form;
pub(in crate::web) mod mission;
pub(in crate::web) mod mission_acts;
pub(in crate::web) mod missions;
pub(in crate::web) mod review;
pub(in crate::web) mod review_acts;
pub(in crate::web) mod reviews;
pub(in crate::web) mod silences;
mod tabs;
