//! Links between the ids that turned out to be one project, as the identity log records them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::domain::ids::ProjectId;
use crate::domain::words::words;

/// One entry of the identity log. `into` of an `Unlink` is what the project was linked into.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkEntry {
    pub number: i64,
    pub action: LinkAction,
    pub from: ProjectId,
    pub into: ProjectId,
    pub reason: String,
    pub at: DateTime<Utc>,
}

words! {
    pub enum LinkAction, "`link` or `unlink`" {
        Link = "link",
        Unlink = "unlink",
    }
}
