//! A file that goes with a message.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;
use utoipa::ToSchema;

use crate::support::visible_text::is_invisible;

/// Most bytes of a file that goes with a message: mail servers refuse large mails, and the outbox stores it.
pub const LARGEST_ATTACHMENT: usize = 2 << 20;

/// Longest name of such a file, in characters.
const LONGEST_NAME: usize = 120;

/// A file that goes with a message. Lists of messages show it without its bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Attachment {
    name: String,
    media_type: String,
    /// In bytes.
    size: usize,
    #[serde(
        default,
        skip_serializing_if = "Vec::is_empty",
        serialize_with = "to_base64",
        deserialize_with = "from_base64"
    )]
    #[schema(ignore)]
    bytes: Vec<u8>,
}

/// Why a file cannot go with a message.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum AttachmentError {
    #[error(
        "attach `{found}`: expected the name of a file of {LONGEST_NAME} characters at most, without `/`, `\\` or `\"`"
    )]
    Name { found: String },
    #[error("attach `{name}`: found the media type `{found}`, expected one such as `text/csv`")]
    MediaType { name: String, found: String },
    #[error("attach `{name}`: found {found} bytes, expected 1 to {LARGEST_ATTACHMENT}")]
    Size { name: String, found: usize },
}

impl Attachment {
    /// # Errors
    /// When the name or the media type is none, or when the file is empty or too large.
    pub fn new(name: &str, media_type: &str, bytes: Vec<u8>) -> Result<Self, AttachmentError> {
        let is_apart = |c: char| is_invisible(c) || matches!(c, '/' | '\\' | '"');
        if name.trim().is_empty() || name.chars().count() > LONGEST_NAME || name.contains(is_apart)
        {
            return Err(AttachmentError::Name { found: name.to_owned() });
        }
        let is_token = |part: &str| {
            let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '+' | '-' | '_');
            !part.is_empty() && part.len() <= LONGEST_NAME && part.chars().all(fits)
        };
        if !media_type.split_once('/').is_some_and(|(kind, of)| is_token(kind) && is_token(of)) {
            let (name, found) = (name.to_owned(), media_type.to_owned());
            return Err(AttachmentError::MediaType { name, found });
        }
        if bytes.is_empty() || bytes.len() > LARGEST_ATTACHMENT {
            return Err(AttachmentError::Size { name: name.to_owned(), found: bytes.len() });
        }
        let (name, media_type) = (name.to_owned(), media_type.to_owned());
        Ok(Self { name, media_type, size: bytes.len(), bytes })
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn media_type(&self) -> &str {
        &self.media_type
    }

    /// In bytes.
    pub fn size(&self) -> usize {
        self.size
    }

    /// `None` of one that is only named.
    pub fn bytes(&self) -> Option<&[u8]> {
        (self.bytes.len() == self.size).then_some(self.bytes.as_slice())
    }

    /// What lists of messages show.
    #[must_use]
    pub fn named(&self) -> Self {
        let Self { name, media_type, size, bytes: _ } = self;
        Self { name: name.clone(), media_type: media_type.clone(), size: *size, bytes: vec![] }
    }
}

fn to_base64<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&STANDARD.encode(bytes))
}

fn from_base64<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    let text = String::deserialize(deserializer)?;
    STANDARD.decode(text).map_err(serde::de::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(name: &str, media_type: &str, size: usize) -> Result<Attachment, String> {
        Attachment::new(name, media_type, vec![7; size]).map_err(|fault| fault.to_string())
    }

    #[test]
    fn a_file_is_stored_as_base64_and_shown_by_its_name() {
        let file = Attachment::new("questionnaire.xlsx", "text/csv", vec![0, 255, 10]).unwrap();
        let stored = serde_json::to_string(&file).unwrap();
        assert_eq!(
            stored,
            r#"{"name":"questionnaire.xlsx","media_type":"text/csv","size":3,"bytes":"AP8K"}"#
        );
        assert_eq!(serde_json::from_str::<Attachment>(&stored).unwrap(), file);
        let named = serde_json::to_string(&file.named()).unwrap();
        assert_eq!(named, r#"{"name":"questionnaire.xlsx","media_type":"text/csv","size":3}"#);
        assert_eq!(serde_json::from_str::<Attachment>(&named).unwrap().bytes(), None);
    }

    #[test]
    fn what_no_mail_can_carry_is_refused() {
        assert!(made("a.csv", "text/csv", LARGEST_ATTACHMENT).is_ok());
        for (name, media_type, size) in [
            ("", "text/csv", 1),
            ("a/b.csv", "text/csv", 1),
            ("a\r\nb.csv", "text/csv", 1),
            ("a\"b.csv", "text/csv", 1),
            ("a.csv", "text", 1),
            ("a.csv", "text/", 1),
            ("a.csv", "text/csv; charset=x", 1),
            ("a.csv", "text/csv", 0),
            ("a.csv", "text/csv", LARGEST_ATTACHMENT + 1),
        ] {
            let said = made(name, media_type, size).unwrap_err();
            assert!(said.starts_with("attach `"), "{said}");
        }
        assert!(made(&"a".repeat(LONGEST_NAME + 1), "text/csv", 1).is_err());
    }
}
