//! A fault in the settings of the channels.

use thiserror::Error;

/// Does not repeat secrets.
#[derive(Debug, Error)]
#[error("read the setting `{setting}`: {what}")]
pub struct ChannelFault {
    setting: String,
    what: String,
}

impl ChannelFault {
    pub(super) fn new(setting: impl Into<String>, what: impl Into<String>) -> Self {
        Self { setting: setting.into(), what: what.into() }
    }

    /// Two webhooks have this name.
    pub fn doubled(name: &str) -> Self {
        Self::new("webhooks", format!("found two named `{name}`, expected a name for each"))
    }
}
