//! Settings of missions.

use serde::Deserialize;
use serde::Serialize;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Account name of the director, the only person who may decide to name a vendor in public;
    /// empty: nobody may.
    pub director: String,
}

impl Settings {
    pub fn director(&self) -> Option<&str> {
        let name = self.director.trim();
        (!name.is_empty()).then_some(name)
    }
}
