//! Documents as OpenDocument text, made with the styles of a template document.

pub(super) mod content;
pub(super) mod package;
