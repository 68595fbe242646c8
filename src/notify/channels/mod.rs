//! How messages leave: mail, webhooks, Matrix rooms.

pub(super) mod address_guard;
pub(super) mod calendar;
pub(super) mod directory;
pub(super) mod email;
pub(super) mod matrix;
pub(super) mod smtp_stream;
pub(super) mod smtp_transaction;
pub(super) mod webhook;
