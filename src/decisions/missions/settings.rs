//! Settings of missions.

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MissionSettings {
    /// Account name of the director, the only person who may decide to name a vendor in public;
    /// empty: nobody may.
    pub director: String,
}

impl MissionSettings {
    pub fn director(&self) -> Option<&str> {
        let name = self.director.trim();
        (!name.is_empty()).then_some(name)
    }
}
