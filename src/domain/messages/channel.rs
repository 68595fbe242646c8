//! The channels that carry messages.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What carries notices; one that is stuck never holds up another. Written `mail`,
/// `webhook/supervision`, `tchap`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Channel {
    Mail,
    Webhook(String),
    Tchap,
}

impl fmt::Display for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mail => f.write_str("mail"),
            Self::Webhook(name) => write!(f, "webhook/{name}"),
            Self::Tchap => f.write_str("tchap"),
        }
    }
}

impl TryFrom<String> for Channel {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        match (text.as_str(), text.split_once('/')) {
            ("mail", _) => Ok(Self::Mail),
            ("tchap", _) => Ok(Self::Tchap),
            (_, Some(("webhook", name))) => Ok(Self::Webhook(name.to_owned())),
            _ => Err(format!("found `{text}`, expected `mail`, `webhook/…` or `tchap`")),
        }
    }
}
