//! A setting of the channels that cannot be used.

use thiserror::Error;

/// Secrets are not repeated.
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

    /// Two webhooks of one name.
    pub fn doubled(name: &str) -> Self {
        Self::new("webhooks", format!("found two named `{name}`, expected a name for each"))
    }
}
