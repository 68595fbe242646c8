//! What a provider says of a person, read by one list whatever its flavour.

use serde::Deserialize;

use super::settings::SIRET;
use super::settings::digits;
use crate::domain::secret::Secret;

/// Longest of what is kept of a name or an address.
const LONGEST: usize = 200;

/// What is read of claims, once they are checked: the standard's, and what ProConnect has instead.
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

/// Somebody for whom the provider vouches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// With `subject`, who it is. Nothing else may tell people apart: names and addresses change hands.
    pub issuer: String,
    pub subject: String,
    /// The address of mail, else the subject, when there is none.
    pub name: String,
    pub email: Option<String>,
    /// Of the establishment in which they work, in 14 digits.
    pub siret: Option<String>,
    /// How they proved who they are, in the provider's words (`amr`).
    pub methods: Vec<String>,
    /// For signing out at the provider.
    pub id_token: Secret,
}

impl Person {
    /// Of the account that is theirs: what the audit trail calls them.
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
    let kept: String = text.chars().filter(|c| !c.is_control()).take(LONGEST).collect();
    let trimmed = kept.trim();
    (!trimmed.is_empty()).then(|| trimmed.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_each_provider_gives_them() {
        let told = |json: &str| {
            let claims: Claims = serde_json::from_str(json).unwrap();
            let name = claims.full_name().unwrap_or_default();
            format!("{name} {} {}", claims.email().unwrap_or_default(), claims.siret().is_some())
        };
        assert_eq!(
            told(r#"{"sub":"1","name":" Ada\n Lovelace ","given_name":"A"}"#),
            "Ada Lovelace  false"
        );
        assert_eq!(
            told(
                r#"{"sub":"1","given_name":"Ada","usual_name":"Byron","family_name":"King",
                    "email":"ada@example.fr","siret":"130 025 265 00013"}"#
            ),
            "Ada Byron ada@example.fr true"
        );
        assert_eq!(told(r#"{"sub":"1","family_name":"King","siret":"1300"}"#), "King  false");
        assert_eq!(told(r#"{"sub":"1","name":""}"#), "  false");
    }
}
