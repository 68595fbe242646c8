//! Which messages an event calls for, and their words.

pub(super) mod campaign;
pub(super) mod context;
pub(super) mod correction;
pub(super) mod datasets;
pub(super) mod digest;
pub(super) mod domain_event;
pub(super) mod event;
pub(super) mod messages;
pub(super) mod notices;
pub(super) mod remind;
pub(super) mod service;
pub(super) mod signals;
pub(super) mod silences;
pub(super) mod terms;
