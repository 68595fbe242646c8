//! The handlers, in families of resources.

pub(crate) mod catalogue;
pub(crate) mod decisions;
pub(crate) mod documents;
pub(crate) mod foresight;
pub(crate) mod operation;
pub(crate) mod people;
pub(crate) mod portfolio;
