//! The claims of a person, read in the same way for all providers.

use serde::Deserialize;

use super::settings::{SIRET, digits};
use crate::support::secret::Secret;

/// Longest name or address that is stored, in characters.
const LONGEST: usize = 200;

/// The claims that are read once verified: the standard's, and ProConnect's equivalents.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(super) struct Claims {
    pub(super) sub: String,
    name: Option<String>,
    given_name: Option<String>,
    family_name: Option<String>,
    usual_name: Option<String>,
    email: Option<String>,
    siret: Option<String>,
}

/// A person authenticated by the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Identifies the person together with `subject`. Nothing else may: names and addresses can
    /// pass to someone else.
    pub issuer: String,
    pub subject: String,
    /// The mail address, or the subject when there is none.
    pub name: String,
    pub email: Option<String>,
    /// SIRET of the establishment where the person works, 14 digits.
    pub siret: Option<String>,
    /// How the person was authenticated, in the provider's words (`amr`).
    pub methods: Vec<String>,
    /// Needed to sign out at the provider.
    pub id_token: Secret,
}

impl Person {
    /// The name of the person's account, which appears in the audit trail.
    pub fn account_name(&self) -> String {
        match &self.email {
            Some(email) => email.clone(),
            None if self.name == self.subject => self.subject.clone(),
            None => format!("{} ({})", self.name, self.subject),
        }
    }
}

impl Claims {
    pub(super) fn full_name(&self) -> Option<String> {
        let given = self.given_name.as_deref().and_then(short);
        let last = self.usual_name.as_deref().or(self.family_name.as_deref()).and_then(short);
        let parts: Vec<String> = [given, last].into_iter().flatten().collect();
        let whole = self.name.as_deref().and_then(short);
        whole.or_else(|| Some(parts.join(" ")).filter(|name| !name.is_empty()))
    }

    pub(super) fn email(&self) -> Option<String> {
        self.email.as_deref().and_then(short)
    }

    pub(super) fn siret(&self) -> Option<String> {
        let siret = digits(self.siret.as_deref()?);
        let is_one = siret.len() == SIRET && siret.bytes().all(|byte| byte.is_ascii_digit());
        is_one.then_some(siret)
    }
}

fn short(text: &str) -> Option<String> {
    let short: String = text.chars().filter(|c| !c.is_control()).take(LONGEST).collect();
    let trimmed = short.trim();
    (!trimmed.is_empty()).then(|| trimmed.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_each_provider_gives_them() {
        let summary = |json: &str| {
            let claims: Claims = serde_json::from_str(json).unwrap();
            let name = claims.full_name().unwrap_or_default();
            format!("{name} {} {}", claims.email().unwrap_or_default(), claims.siret().is_some())
        };
        assert_eq!(
            summary(r#"{"sub":"1","name":" Ada\n Lovelace ","given_name":"A"}"#),
            "Ada Lovelace  false"
        );
        assert_eq!(
            summary(
                r#"{"sub":"1","given_name":"Ada","usual_name":"Byron","family_name":"King",
                    "email":"ada@example.fr","siret":"130 025 265 00013"}"#
            ),
            "Ada Byron ada@example.fr true"
        );
        assert_eq!(summary(r#"{"sub":"1","family_name":"King","siret":"1300"}"#), "King  false");
        assert_eq!(summary(r#"{"sub":"1","name":""}"#), "  false");
    }
}
