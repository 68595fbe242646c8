//! Settings of sign-in: the provider, and how to interpret its claims. Off by default.

use std::fmt;
use std::path::PathBuf;

use reqwest::Url;
use serde::{Deserialize, Serialize};

use super::fault::SettingFault;
use crate::domain::accounts::access::{Role, Scope};
use crate::domain::ids::MinistryCode;
use crate::support::redaction;
use crate::support::secret::Secret;

/// Digits of a SIREN, which identifies an organisation with all its establishments.
const SIREN: usize = 9;
/// Means all ministries, and the State as a whole.
const WHOLE: &str = "*";
/// Digits of a SIRET, which identifies one establishment.
pub(super) const SIRET: usize = 14;

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignInSettings {
    /// Address of the provider; empty: no sign-in by OpenID Connect.
    #[serde(serialize_with = "redaction::serialize_url")]
    pub issuer: String,
    pub flavour: Flavour,
    pub client_id: String,
    pub client_secret: Secret,
    /// Empty for the scopes of the flavour.
    pub scopes: Vec<String>,
    pub pkce: Pkce,
    /// Whether to request the claim `amr`, which says how people were authenticated.
    pub ask_amr: bool,
    /// Values of `amr` that mean several factors.
    pub mfa: Vec<String>,
    pub ministries: Vec<Organisation>,
    /// Roles of accounts created at a first sign-in; empty: an administrator must grant some.
    pub roles: Vec<Role>,
    /// Whether people may sign in by a link sent to the mail address of their account, where mail is configured.
    pub mail_links: bool,
    /// Length of a session, in hours.
    pub session_hours: u32,
    /// Whom to contact; empty for the contact named in mails.
    pub contact: String,
    /// File of a certificate authority to trust in addition to the system's; empty for none.
    pub ca_file: PathBuf,
    /// Longest wait for each answer of the provider.
    pub timeout_seconds: u64,
}

/// What a provider does differently from others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Flavour {
    /// As in the standard; Keycloak, for instance.
    Generic,
    /// The French State's: signed userinfo, its own scopes, and a `siret`.
    Proconnect,
}

/// Whether a code verifier is sent (PKCE).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pkce {
    /// If the provider's metadata says that it supports it.
    Auto,
    Always,
    Never,
}

/// The people of this organisation see this ministry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Organisation {
    /// A SIRET, or a SIREN for all establishments.
    pub siret: String,
    /// Code of the ministry, or `*` for the whole State.
    pub ministry: MinistryCode,
}

impl fmt::Debug for SignInSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        redaction::debug_as_serialized(self, f)
    }
}

impl Default for SignInSettings {
    fn default() -> Self {
        Self {
            issuer: String::new(),
            flavour: Flavour::Generic,
            client_id: String::new(),
            client_secret: Secret::default(),
            scopes: vec![],
            pkce: Pkce::Auto,
            ask_amr: true,
            mfa: vec!["mfa".to_owned()],
            ministries: vec![],
            roles: vec![],
            mail_links: true,
            session_hours: 12,
            contact: String::new(),
            ca_file: PathBuf::new(),
            timeout_seconds: 10,
        }
    }
}

impl SignInSettings {
    pub fn is_on(&self) -> bool {
        !self.issuer.is_empty()
    }

    /// Without `openid`, which is always requested.
    pub(super) fn scopes(&self) -> Vec<&str> {
        if !self.scopes.is_empty() {
            return self.scopes.iter().map(String::as_str).collect();
        }
        match self.flavour {
            Flavour::Generic => vec!["profile", "email"],
            Flavour::Proconnect => vec!["given_name", "usual_name", "email", "uid", "siret"],
        }
    }

    /// What people of an establishment may see. Never decided by a mail address. `None` when the
    /// settings map nothing: administrators then set it for each account.
    pub fn scope_of(&self, siret: Option<&str>) -> Option<Scope> {
        if self.ministries.is_empty() {
            return None;
        }
        let siret = siret.unwrap_or_default();
        let known = self.ministries.iter().filter(|organisation| {
            let digits = digits(&organisation.siret);
            (digits.len() == SIREN && siret.starts_with(&digits)) || digits == siret
        });
        let codes: Vec<MinistryCode> = known.map(|known| known.ministry.clone()).collect();
        let whole = codes.iter().any(|code| code.as_str() == WHOLE);
        Some(if whole { Scope::Whole } else { Scope::of(codes) })
    }

    /// Whether the provider says that several factors were used.
    pub fn is_strong(&self, methods: &[String]) -> bool {
        methods.iter().any(|method| self.mfa.contains(method))
    }

    pub(super) fn check(&self, public_url: &str) -> Result<Url, SettingFault> {
        let issuer = Url::parse(&self.issuer).map_err(|error| {
            SettingFault::new(
                "sign_in.issuer",
                format!("`{}`: {error}", redaction::url(&self.issuer)),
            )
        })?;
        if issuer.scheme() != "https" && !is_loopback(&issuer) {
            let found = redaction::url(issuer.as_str());
            let what = format!("found `{found}`, expected an address in https");
            return Err(SettingFault::new("sign_in.issuer", what));
        }
        if self.client_id.is_empty() {
            let what = "found nothing, expected the identifier that the provider gave";
            return Err(SettingFault::new("sign_in.client_id", what));
        }
        if self.client_secret.is_empty() {
            let what = "found nothing, expected the secret that the provider gave";
            return Err(SettingFault::new("sign_in.client_secret", what));
        }
        if public_url.is_empty() {
            let what = "found nothing, expected the address of Vigie, to which people return \
                        once signed in";
            return Err(SettingFault::new("public_url", what));
        }
        for organisation in &self.ministries {
            let found = digits(&organisation.siret);
            if !matches!(found.len(), SIREN | SIRET) || !found.bytes().all(|b| b.is_ascii_digit()) {
                let what = format!(
                    "found siret `{}`, expected 14 digits, or the 9 of a SIREN",
                    organisation.siret
                );
                return Err(SettingFault::new("sign_in.ministries", what));
            }
        }
        Ok(issuer)
    }
}

/// Without spaces: people write these numbers in groups.
pub(super) fn digits(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

fn is_loopback(url: &Url) -> bool {
    matches!(url.host_str(), Some("127.0.0.1" | "[::1]" | "localhost"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> SignInSettings {
        let organisation = |siret: &str, ministry: &str| Organisation {
            siret: siret.to_owned(),
            ministry: MinistryCode::new(ministry),
        };
        SignInSettings {
            issuer: "https://auth.example.fr/api/v2".to_owned(),
            client_id: "vigie".to_owned(),
            client_secret: Secret::new("secret"),
            ministries: vec![
                organisation("110 010 014", "MJ"),
                organisation("11001001400014", "MEF"),
                organisation("120 011 034 00010", "MC"),
                organisation("130025265", "*"),
            ],
            ..SignInSettings::default()
        }
    }

    #[test]
    fn a_siren_maps_all_establishments_and_a_siret_only_one() {
        let of = |siret| match settings().scope_of(Some(siret)) {
            None => "as administrators say".to_owned(),
            Some(Scope::Whole) => "all".to_owned(),
            Some(Scope::Ministries(codes)) => {
                codes.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
            }
        };
        assert_eq!(of("11001001400014"), "MEF MJ");
        assert_eq!(of("11001001400022"), "MJ");
        assert_eq!(of("12001103400010"), "MC");
        assert_eq!(of("12001103400028"), "");
        assert_eq!(of("13002526500013"), "all");
        assert_eq!(of(""), "");
        assert_eq!(settings().scope_of(None), Some(Scope::of([])));
        assert_eq!(SignInSettings::default().scope_of(Some("11001001400014")), None);
    }

    #[test]
    fn settings_that_would_be_unsafe_or_lead_nowhere_are_refused() {
        let checked = |change: fn(&mut SignInSettings), public_url| {
            let mut settings = settings();
            change(&mut settings);
            settings.check(public_url).map_or_else(|fault| fault.to_string(), |_| "fine".to_owned())
        };
        let home = "https://vigie.example.fr";
        assert_eq!(checked(|_| (), home), "fine");
        assert_eq!(checked(|s| s.issuer = "http://127.0.0.1:1/".to_owned(), home), "fine");
        assert_eq!(
            checked(|s| s.issuer = "http://auth.example.fr".to_owned(), home),
            "read the setting `sign_in.issuer`: found `http://auth.example.fr/`, expected an address \
             in https"
        );
        assert_eq!(
            checked(|_| (), ""),
            "read the setting `public_url`: found nothing, expected the address of Vigie, to which \
             people return once signed in"
        );
        assert_eq!(
            checked(|s| s.client_secret = Secret::default(), home),
            "read the setting `sign_in.client_secret`: found nothing, expected the secret that the \
             provider gave"
        );
        assert_eq!(
            checked(|s| s.ministries[0].siret = "1100".to_owned(), home),
            "read the setting `sign_in.ministries`: found siret `1100`, expected 14 digits, or the 9 \
             of a SIREN"
        );
    }
}
