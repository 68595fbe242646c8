//! The mail address of an account, by which its person gets invitations and sign-in links.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::domain::text_schema::text_schema;
use crate::support::mail_address::{AddressFault, sendable};
use crate::support::redaction;

/// Longest address that mail servers take, in bytes.
const LONGEST: usize = 254;

/// An address that mail can be sent to, with its domain in ASCII. Addresses that differ in case alone are the same.
#[derive(Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MailAddress(String);

text_schema!(
    MailAddress,
    "An address that mail can be sent to.",
    "^[!-?A-~]+@[^\\s@]+\\.[^\\s@]+$",
    "anne.martin@example.gouv.fr"
);

impl MailAddress {
    /// An address read back from the database, unchecked.
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What is the same for addresses that differ in case alone.
    pub fn folded(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

impl TryFrom<String> for MailAddress {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let address = sendable(&text).map_err(|fault| match fault {
            AddressFault::Malformed => {
                "found no mail address, expected one such as `anne.martin@example.gouv.fr`"
            }
            AddressFault::AccentedUser => {
                "found a mail address with an accent before `@`, which mail servers do not take"
            }
            AddressFault::Domain => "found a mail address whose domain cannot exist",
        })?;
        if address.len() > LONGEST {
            return Err("found a mail address longer than mail servers take");
        }
        Ok(Self(address))
    }
}

impl From<MailAddress> for String {
    fn from(address: MailAddress) -> Self {
        address.0
    }
}

impl PartialEq for MailAddress {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}

impl Eq for MailAddress {}

/// Personal data, which logs must not have.
impl fmt::Debug for MailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&redaction::mail_addresses(&self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_the_same_whatever_their_case_and_are_never_printed() {
        let address = |text: &str| MailAddress::try_from(text.to_owned());
        let anne = address(" Anne.Martin@Justice.Example ").unwrap();
        assert_eq!(anne, address("anne.martin@justice.example").unwrap());
        assert_eq!(anne.folded(), "anne.martin@justice.example");
        assert!(!format!("{anne:?}").contains("Martin"), "{anne:?}");
        for unfit in ["", "anne", "é@justice.example", "anne@a_b!.example"] {
            assert!(address(unfit).is_err(), "{unfit}");
        }
        assert!(address(&format!("{}@justice.example", "a".repeat(64))).is_ok());
        let long = format!("a@{}example", "a23456789.".repeat(25));
        assert!(address(&long).is_err());
    }
}
