//! A link of a page.

use serde::Serialize;

/// What a link says, and the address that it leads to.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Link {
    pub(super) label: String,
    pub(super) href: String,
}
