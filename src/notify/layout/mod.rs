//! How messages look: lines, labels, and the templates for text, HTML and chat.

pub(super) mod footer;
pub(super) mod labels;
pub(super) mod message;
pub(super) mod missions;
pub(super) mod order;
pub(super) mod render;
pub(super) mod stakes;
