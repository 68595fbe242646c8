//! The OpenID Connect provider: discovered from its issuer's address, and again once its metadata
//! is old.

use std::sync::{Arc, PoisonError, RwLock};

use chrono::{DateTime, TimeDelta, Utc};
use openidconnect::core::{
    CoreAuthDisplay, CoreAuthenticationFlow, CoreClaimName, CoreClaimType, CoreClient,
    CoreClientAuthMethod, CoreGrantType, CoreJsonWebKey, CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm, CoreResponseMode, CoreResponseType, CoreSubjectIdentifierType,
};
use openidconnect::{
    AdditionalProviderMetadata, AuthType, ClientId, ClientSecret, CsrfToken, DiscoveryError,
    EndSessionUrl, EndpointMaybeSet, EndpointNotSet, EndpointSet, IssuerUrl, LogoutRequest, Nonce,
    PkceCodeChallenge, PkceCodeVerifier, PostLogoutRedirectUrl, ProviderMetadata, RedirectUrl,
    Scope,
};
use reqwest::Url;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::fault::{SettingFault, SignInFault, with_causes};
use super::http_client::{HttpClient, HttpFault};
use super::settings::{Flavour, Pkce, SignInSettings};
use super::ticket::Ticket;
use crate::support::clock::Clock;
use crate::support::secret::Secret;

/// How long the provider's metadata is considered up to date.
const GOOD_FOR: TimeDelta = TimeDelta::minutes(10);

/// Fields of the provider's metadata that are not part of the standard's core.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(super) struct ExtraMetadata {
    end_session_endpoint: Option<EndSessionUrl>,
    #[serde(default)]
    code_challenge_methods_supported: Vec<String>,
}

impl AdditionalProviderMetadata for ExtraMetadata {}

pub(super) type Metadata = ProviderMetadata<
    ExtraMetadata,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

#[derive(Debug)]
pub struct Provider {
    pub(super) settings: SignInSettings,
    pub(super) issuer: IssuerUrl,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) http: HttpClient,
    redirect: RedirectUrl,
    after: PostLogoutRedirectUrl,
    known: RwLock<Option<Known>>,
}

#[derive(Clone, Debug)]
pub(super) struct Known {
    fetched_at: DateTime<Utc>,
    pub(super) metadata: Arc<Metadata>,
}

/// The address to send the browser to, and the ticket it stores meanwhile.
#[derive(Debug)]
pub struct Departure {
    pub url: Url,
    pub ticket: Ticket,
}

impl Provider {
    /// `None` when the settings name no issuer. Does not contact the provider: Vigie must be able
    /// to start while it is down.
    ///
    /// # Errors
    /// When a setting is not valid.
    pub fn new(
        settings: &SignInSettings,
        public_url: &str,
        clock: Arc<dyn Clock>,
    ) -> Result<Option<Self>, SettingFault> {
        if !settings.is_on() {
            return Ok(None);
        }
        let address = settings.check(public_url)?;
        let home = public_url.trim_end_matches('/');
        let fault = |error: openidconnect::url::ParseError| {
            SettingFault::new("public_url", format!("`{public_url}`: {error}"))
        };
        // Used as written: with and without a final slash are two different issuers.
        let issuer = IssuerUrl::new(settings.issuer.clone())
            .map_err(|error| SettingFault::new("sign_in.issuer", error.to_string()))?;
        Ok(Some(Self {
            http: HttpClient::new(settings, address.scheme() == "https")?,
            settings: settings.clone(),
            issuer,
            clock,
            redirect: RedirectUrl::new(format!("{home}/sign-in/return")).map_err(fault)?,
            after: PostLogoutRedirectUrl::new(format!("{home}/signed-out")).map_err(fault)?,
            known: RwLock::new(None),
        }))
    }

    pub fn settings(&self) -> &SignInSettings {
        &self.settings
    }

    pub async fn begin(&self) -> Result<Departure, SignInFault> {
        let known = self.known().await?;
        let ticket = Ticket::draw()?;
        let client = self.client(&known);
        let (state, nonce) = (ticket.state(), ticket.nonce());
        let mut request = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                || CsrfToken::new(state),
                || Nonce::new(nonce),
            )
            .add_scopes(
                self.settings.scopes().into_iter().map(|scope| Scope::new(scope.to_owned())),
            );
        if self.settings.ask_amr {
            let claims = json!({ "id_token": { "amr": { "essential": true } } });
            request = request.add_extra_param("claims", claims.to_string());
        }
        if self.uses_pkce(&known) {
            let verifier = PkceCodeVerifier::new(ticket.verifier());
            request =
                request.set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier));
        }
        let (url, _, _) = request.url();
        Ok(Departure { url, ticket })
    }

    /// The address at which the provider signs the browser out as well. `None` if the provider has
    /// none or cannot be reached: signing out of Vigie must not depend on it.
    pub async fn sign_out_url(&self, id_token: &Secret, state: &str) -> Option<Url> {
        let known = self.known().await.ok()?;
        let endpoint = known.metadata.additional_metadata().end_session_endpoint.clone()?;
        let mut url = LogoutRequest::from(endpoint)
            .set_post_logout_redirect_uri(self.after.clone())
            .set_state(CsrfToken::new(state.to_owned()))
            .http_get_url();
        url.query_pairs_mut().append_pair("id_token_hint", id_token.reveal());
        Some(url)
    }

    /// The provider's address for signing out, if it has one.
    pub async fn sign_out_endpoint(&self) -> Option<String> {
        let known = self.known().await.ok()?;
        let endpoint = known.metadata.additional_metadata().end_session_endpoint.as_ref()?;
        Some(endpoint.url().origin().ascii_serialization())
    }

    pub(super) fn client(&self, known: &Known) -> Client {
        let secret = ClientSecret::new(self.settings.client_secret.reveal().to_owned());
        let id = ClientId::new(self.settings.client_id.clone());
        let metadata = Metadata::clone(&known.metadata);
        let client = CoreClient::from_provider_metadata(metadata, id, Some(secret))
            .set_redirect_uri(self.redirect.clone());
        match self.settings.flavour {
            Flavour::Generic => client,
            Flavour::Proconnect => client.set_auth_type(AuthType::RequestBody),
        }
    }

    pub(super) fn uses_pkce(&self, known: &Known) -> bool {
        let methods = &known.metadata.additional_metadata().code_challenge_methods_supported;
        match self.settings.pkce {
            Pkce::Always => true,
            Pkce::Never => false,
            Pkce::Auto => methods.iter().any(|method| method == "S256"),
        }
    }

    /// The provider's metadata and keys.
    pub(super) async fn known(&self) -> Result<Known, SignInFault> {
        let now = self.clock.now();
        let cached = self.known.read().unwrap_or_else(PoisonError::into_inner).clone();
        match cached {
            Some(cached) if (now - cached.fetched_at).abs() < GOOD_FOR => Ok(cached),
            Some(_) | None => self.refresh().await,
        }
    }

    pub(super) async fn refresh(&self) -> Result<Known, SignInFault> {
        let ask = |request| self.http.send(request);
        let metadata = Metadata::discover_async(self.issuer.clone(), &ask)
            .await
            .map_err(|error| discovery(&error))?;
        let known = Known { fetched_at: self.clock.now(), metadata: Arc::new(metadata) };
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = Some(known.clone());
        Ok(known)
    }
}

fn discovery(error: &DiscoveryError<HttpFault>) -> SignInFault {
    let what = "description or keys";
    if let DiscoveryError::Request(fault) = error {
        return SignInFault::Unreachable {
            what: "its description or keys",
            cause: with_causes(fault),
        };
    }
    let cause = with_causes(error);
    if matches!(error, DiscoveryError::Validation(_)) {
        return SignInFault::Untrusted { what, cause };
    }
    SignInFault::Unreadable { what, cause }
}
