//! The return from the provider: exchanges the code for tokens and the tokens for claims, and
//! verifies each of them.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openidconnect::core::{
    CoreErrorResponseType, CoreIdToken, CoreIdTokenVerifier, CoreJwsSigningAlgorithm,
    CoreTokenResponse,
};
use openidconnect::http::header;
use openidconnect::{
    AccessToken, AccessTokenHash, AuthorizationCode, ClaimsVerificationError, ClientId, Nonce,
    OAuth2TokenResponse as _, PkceCodeVerifier, RequestTokenError, SignatureVerificationError,
    StandardErrorResponse, TokenResponse as _, http,
};

use super::claims::{Claims, Person};
use super::fault::{SignInFault, plain, with_causes};
use super::http_client::HttpFault;
use super::provider::{Known, Provider};
use super::provider_response::ProviderResponse;
use super::settings::Flavour;
use super::ticket::Ticket;
use crate::support::redaction;
use crate::support::secret::Secret;

/// Algorithms that use a private key of the provider. A shared secret would sign as well, but could
/// leak here.
const SIGNATURES: [CoreJwsSigningAlgorithm; 2] =
    [CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256, CoreJwsSigningAlgorithm::EcdsaP256Sha256];

const TOKENS: &str = "tokens";
const ID_TOKEN: &str = "ID token";
const USERINFO: &str = "userinfo";

impl Provider {
    /// The person, if everything the provider sent proves it. The caller must ensure that a ticket
    /// is used only once.
    ///
    /// # Errors
    /// When the provider cannot be reached, refuses, or sends something that cannot be verified.
    pub async fn finish(
        &self,
        ticket: &Ticket,
        answer: &ProviderResponse,
    ) -> Result<Person, SignInFault> {
        let code = self.code(ticket, answer)?;
        let provider = self.known().await?;
        let tokens = self.tokens(&provider, ticket, code).await?;
        let id_token = tokens.id_token().ok_or_else(|| SignInFault::Unreadable {
            what: TOKENS,
            cause: "found no `id_token`, expected one".to_owned(),
        })?;
        let nonce = Nonce::new(ticket.nonce());
        // Providers rotate keys: the token may be signed with a new one.
        let known = match id_token.claims(&self.verifier(&provider), &nonce) {
            Err(error) if is_of_unknown_key(&error) => self.refresh().await?,
            Ok(_) | Err(_) => provider,
        };
        let claims = id_token
            .claims(&self.verifier(&known), &nonce)
            .map_err(|error| untrusted(ID_TOKEN, &error))?;
        if let Some(expected) = claims.access_token_hash() {
            self.check_hash(&known, id_token, tokens.access_token(), expected)?;
        }
        let subject = claims.subject().to_string();
        let profile = match self.userinfo(&known, tokens.access_token()).await? {
            Some(profile) => profile,
            None => payload(id_token, ID_TOKEN)?,
        };
        if profile.sub != subject {
            return Err(SignInFault::Untrusted {
                what: USERINFO,
                cause: "found another `sub` than in the ID token".to_owned(),
            });
        }
        let name = profile.full_name().or_else(|| profile.email());
        let methods = claims.auth_method_refs().map(Vec::as_slice).unwrap_or_default();
        Ok(Person {
            issuer: self.issuer.to_string(),
            name: name.unwrap_or_else(|| subject.clone()),
            subject,
            email: profile.email(),
            siret: profile.siret(),
            methods: methods.iter().map(|method| plain(method)).collect(),
            id_token: Secret::new(id_token.to_string()),
        })
    }

    /// Nothing in the return is used before its `state` is found to be this browser's.
    fn code(
        &self,
        ticket: &Ticket,
        answer: &ProviderResponse,
    ) -> Result<AuthorizationCode, SignInFault> {
        if !ticket.is_of(answer) {
            return Err(SignInFault::Foreign);
        }
        if let Some(found) = answer.iss.as_deref().filter(|found| *found != self.issuer.as_str()) {
            let expected = redaction::url(self.issuer.as_str());
            return Err(SignInFault::Issuer { found: plain(found), expected });
        }
        match (answer.error.as_deref(), &answer.code) {
            (Some("access_denied"), _) => Err(SignInFault::Declined),
            (Some(error), _) => Err(SignInFault::Answered(plain(error))),
            (None, None) => Err(SignInFault::Empty),
            (None, Some(code)) => Ok(AuthorizationCode::new(code.reveal().to_owned())),
        }
    }

    async fn tokens(
        &self,
        known: &Known,
        ticket: &Ticket,
        code: AuthorizationCode,
    ) -> Result<CoreTokenResponse, SignInFault> {
        let client = self.client(known);
        let mut request = client.exchange_code(code).map_err(|error| SignInFault::Unreadable {
            what: "description or keys",
            cause: with_causes(&error),
        })?;
        if self.uses_pkce(known) {
            request = request.set_pkce_verifier(PkceCodeVerifier::new(ticket.verifier()));
        }
        let ask = |http_request| self.http.send(http_request);
        request.request_async(&ask).await.map_err(refused)
    }

    /// `None` if the provider has no userinfo endpoint.
    async fn userinfo(
        &self,
        known: &Known,
        access: &AccessToken,
    ) -> Result<Option<Claims>, SignInFault> {
        let Some(url) = known.metadata.userinfo_endpoint() else { return Ok(None) };
        let request = http::Request::builder()
            .uri(url.as_str())
            .header(header::ACCEPT, "application/json, application/jwt")
            .header(header::AUTHORIZATION, format!("Bearer {}", access.secret()))
            .body(Vec::new())
            .map_err(|error| unreachable(&error.into()))?;
        let answer = self.http.send(request).await.map_err(|fault| unreachable(&fault))?;
        let unreadable = |cause: String| SignInFault::Unreadable { what: USERINFO, cause };
        if answer.status() != http::StatusCode::OK {
            return Err(unreadable(format!("found status {}, expected 200", answer.status())));
        }
        let kind = answer.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let kind = kind.and_then(|kind| kind.split(';').next()).unwrap_or_default().trim();
        match (kind.to_ascii_lowercase().as_str(), self.settings().flavour) {
            ("application/jwt", _) => {
                let text = String::from_utf8_lossy(answer.body());
                let signed: CoreIdToken = text.trim().parse().map_err(|_unsaid| {
                    unreadable("found a text that is no signed JWT, expected one".to_owned())
                })?;
                // Verified like an ID token, except for the nonce, which it does not have.
                signed
                    .claims(&self.verifier(known), |_: Option<&Nonce>| Ok(()))
                    .map_err(|error| untrusted(USERINFO, &error))?;
                payload(&signed, USERINFO).map(Some)
            }
            ("application/json", Flavour::Generic) => {
                let claims = serde_json::from_slice(answer.body());
                claims.map(Some).map_err(|error| unreadable(place(&error)))
            }
            (found, Flavour::Generic) => Err(unreadable(format!(
                "found `{}`, expected application/json or application/jwt",
                plain(found)
            ))),
            (found, Flavour::Proconnect) => Err(SignInFault::Untrusted {
                what: USERINFO,
                cause: format!("found `{}`, expected a signed application/jwt", plain(found)),
            }),
        }
    }

    fn check_hash(
        &self,
        known: &Known,
        id_token: &CoreIdToken,
        access: &AccessToken,
        expected: &AccessTokenHash,
    ) -> Result<(), SignInFault> {
        let untrusted = |cause: String| SignInFault::Untrusted { what: ID_TOKEN, cause };
        let alg = id_token.signing_alg().map_err(|error| untrusted(with_causes(&error)))?;
        let verifier = self.verifier(known);
        let key =
            id_token.signing_key(&verifier).map_err(|error| untrusted(with_causes(&error)))?;
        let found = AccessTokenHash::from_token(access, alg, key)
            .map_err(|error| untrusted(with_causes(&error)))?;
        if found != *expected {
            return Err(untrusted("its `at_hash` is of another access token".to_owned()));
        }
        Ok(())
    }

    fn verifier(&self, known: &Known) -> CoreIdTokenVerifier<'_> {
        let clock = Arc::clone(&self.clock);
        CoreIdTokenVerifier::new_public_client(
            ClientId::new(self.settings.client_id.clone()),
            self.issuer.clone(),
            known.metadata.jwks().clone(),
        )
        .set_allowed_algs(SIGNATURES)
        .set_time_fn(move || clock.now())
    }
}

/// The claims of a token, which must have been verified.
fn payload(checked: &CoreIdToken, what: &'static str) -> Result<Claims, SignInFault> {
    let text = checked.to_string();
    let part = text.split('.').nth(1).unwrap_or_default();
    let json = URL_SAFE_NO_PAD.decode(part).unwrap_or_default();
    serde_json::from_slice(&json)
        .map_err(|error| SignInFault::Unreadable { what, cause: place(&error) })
}

/// Where a JSON could not be parsed. Its text is not repeated, because it is personal data.
fn place(error: &serde_json::Error) -> String {
    format!("found what cannot be read at line {}, column {}", error.line(), error.column())
}

fn is_of_unknown_key(error: &ClaimsVerificationError) -> bool {
    matches!(
        error,
        ClaimsVerificationError::SignatureVerification(SignatureVerificationError::NoMatchingKey)
    )
}

fn untrusted(what: &'static str, error: &dyn std::error::Error) -> SignInFault {
    SignInFault::Untrusted { what, cause: with_causes(error) }
}

fn unreachable(fault: &HttpFault) -> SignInFault {
    SignInFault::Unreachable { what: USERINFO, cause: with_causes(fault) }
}

fn refused(
    error: RequestTokenError<HttpFault, StandardErrorResponse<CoreErrorResponseType>>,
) -> SignInFault {
    match error {
        RequestTokenError::ServerResponse(response) => {
            let said = response.error_description().map_or(String::new(), |text| plain(text));
            if *response.error() == CoreErrorResponseType::InvalidGrant {
                return SignInFault::Code(said);
            }
            let cause = format!("found `{}`: {said}", plain(response.error().as_ref()));
            SignInFault::Unreadable { what: TOKENS, cause }
        }
        RequestTokenError::Request(fault) => {
            SignInFault::Unreachable { what: TOKENS, cause: with_causes(&fault) }
        }
        // The answer might hold a token: only the position of the error is reported.
        RequestTokenError::Parse(error, _) => SignInFault::Unreadable {
            what: TOKENS,
            cause: format!("found what cannot be read at `{}`", error.path()),
        },
        RequestTokenError::Other(cause) => SignInFault::Unreadable { what: TOKENS, cause },
    }
}
