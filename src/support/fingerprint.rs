//! A stable digest of text: the identity of files, catalogues, data sets and alerts.

use std::{fmt, io};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

const HASHED_AT_ONCE: usize = 64 * 1024;

/// A SHA-256 in lower-case hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(pattern = "^[0-9a-f]{64}$")]
pub struct Fingerprint(String);

impl Fingerprint {
    pub fn of(bytes: &[u8]) -> Self {
        Self(hexadecimal(&Sha256::digest(bytes)))
    }

    /// Of a value's JSON, which need not stand in memory as a whole.
    pub fn of_json(value: &impl Serialize) -> Result<Self, serde_json::Error> {
        let mut hashing =
            Hashing { hasher: Sha256::new(), waiting: Vec::with_capacity(HASHED_AT_ONCE) };
        serde_json::to_writer(&mut hashing, value)?;
        hashing.hasher.update(&hashing.waiting);
        Ok(Self(hexadecimal(&hashing.hasher.finalize())))
    }

    /// Each part is framed by its length, so that `["ab", "c"]` and `["a", "bc"]` differ.
    pub fn of_parts(parts: &[&str]) -> Self {
        let mut hasher = Sha256::new();
        for part in parts {
            hasher.update(part.len().to_le_bytes());
            hasher.update(part.as_bytes());
        }
        Self(hexadecimal(&hasher.finalize()))
    }

    /// A fingerprint read back from the database, unchecked.
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// One that somebody noted; `None` when it can be none.
    pub fn presented(text: String) -> Option<Self> {
        let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        (text.len() == 64 && text.bytes().all(is_digit)).then_some(Self(text))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first 12 characters: enough to tell files apart on a screen.
    pub fn short(&self) -> &str {
        self.0.get(..12).unwrap_or(&self.0)
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Takes in bytes as they are written.
struct Hashing {
    hasher: Sha256,
    waiting: Vec<u8>,
}

impl io::Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.waiting.extend_from_slice(bytes);
        if self.waiting.len() >= HASHED_AT_ONCE {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.hasher.update(&self.waiting);
        self.waiting.clear();
        Ok(())
    }
}

fn hexadecimal(digest: &[u8]) -> String {
    digest.iter().flat_map(|byte| [byte >> 4, byte & 0xf]).map(hex_digit).collect()
}

fn hex_digit(nibble: u8) -> char {
    char::from_digit(u32::from(nibble), 16).unwrap_or('?')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_has_the_fingerprint_of_its_json() {
        for size in [0, 3, HASHED_AT_ONCE, 3 * HASHED_AT_ONCE + 1] {
            let value = vec!["é".repeat(size), "b".to_owned()];
            let json = serde_json::to_vec(&value).unwrap();
            assert_eq!(Fingerprint::of_json(&value).unwrap(), Fingerprint::of(&json));
        }
    }
}
