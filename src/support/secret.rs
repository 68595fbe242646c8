//! A text that is never shown: neither in logs and faults, nor among the settings in force.

use std::fmt;

use serde::de::{Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// What is shown in its place.
pub const SHOWN: &str = "(secret)";

/// Only `reveal` gives it: whatever prints, logs or serialises it gives `(secret)`, or nothing when it is empty.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// For those who must send it on; never for people.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    fn shown(&self) -> &'static str {
        if self.is_empty() { "" } else { SHOWN }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.shown())
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.shown())
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.shown())
    }
}

/// Digits without quotes are taken as text. Whatever else is found is never repeated: serde's own faults would.
impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;

        impl Visitor<'_> for Text {
            type Value = Secret;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text between quotes")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Secret, E> {
                Ok(Secret::new(text))
            }

            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Secret, E> {
                Ok(Secret::new(number.to_string()))
            }

            fn visit_i128<E: de::Error>(self, number: i128) -> Result<Secret, E> {
                Ok(Secret::new(number.to_string()))
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Secret, E> {
                Ok(Secret::new(number.to_string()))
            }

            fn visit_u128<E: de::Error>(self, number: u128) -> Result<Secret, E> {
                Ok(Secret::new(number.to_string()))
            }

            fn visit_f64<E: de::Error>(self, _: f64) -> Result<Secret, E> {
                Err(E::invalid_type(Unexpected::Other("a number with decimals"), &self))
            }

            fn visit_bool<E: de::Error>(self, _: bool) -> Result<Secret, E> {
                Err(E::invalid_type(Unexpected::Other("true or false"), &self))
            }
        }

        deserializer.deserialize_any(Text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_shown_by_nothing() {
        let secret = Secret::new("hunter2");
        let json = serde_json::to_string(&secret).unwrap();
        let shown = format!("{secret} {secret:?} {secret:#?} {json}");
        assert_eq!(shown, "(secret) (secret) (secret) \"(secret)\"");
        assert_eq!(format!("[{}]", Secret::default()), "[]");
    }

    #[test]
    fn digits_are_text_and_what_is_no_text_is_refused_without_being_repeated() {
        let read = |json: &str| serde_json::from_str::<Secret>(json);
        assert_eq!(read("11223344").unwrap().reveal(), "11223344");
        assert_eq!(read("-5").unwrap().reveal(), "-5");
        assert_eq!(read("\"007\"").unwrap().reveal(), "007");
        for refused in ["1.5", "true", "[\"hunter2\"]", "{\"hunter2\": \"hunter2\"}"] {
            let fault = read(refused).unwrap_err().to_string();
            assert!(!fault.contains("hunter2") && !fault.contains("1.5"), "{fault}");
            assert!(fault.contains("expected a text between quotes"), "{fault}");
        }
    }
}
