//! The handlers, in families of resources.

pub(super) mod catalogue;
pub(super) mod decisions;
pub(super) mod operation;
pub(super) mod people;
pub(super) mod portfolio;
