//! Messages to deliver, what became of them, and outages of channels.

pub(super) mod deliveries;
pub(super) mod notices;
pub(super) mod notification_memory;
pub(super) mod outages;
pub(super) mod outgoing;
pub(super) mod revoked_links;
pub(super) mod waits;
