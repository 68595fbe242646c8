//! The HTTP client for the provider: bounded in time and size, and without redirections.

use std::time::Duration;

use openidconnect::{HttpRequest, HttpResponse, http};
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client};
use thiserror::Error;

use super::fault::{SettingFault, with_causes};
use super::settings::SignInSettings;
use crate::support::bounded_http::{BodyFault, read_body};
use crate::support::redaction;

/// Most bytes of one answer. The largest, the metadata or the keys, are some kilobytes.
const MOST_BYTES: usize = 512 * 1024;

#[derive(Clone, Debug)]
pub(super) struct HttpClient {
    client: Client,
}

#[derive(Debug, Error)]
pub(super) enum HttpFault {
    /// The address is shortened: its query may be confidential.
    #[error("ask {address}")]
    Http { address: String, source: reqwest::Error },
    #[error(transparent)]
    Body(#[from] BodyFault),
    #[error(transparent)]
    Request(#[from] http::Error),
}

impl From<reqwest::Error> for HttpFault {
    fn from(error: reqwest::Error) -> Self {
        let address = error.url().map(|url| redaction::url(url.as_str())).unwrap_or_default();
        Self::Http { address, source: error.without_url() }
    }
}

impl HttpClient {
    /// The issuer is a setting, so it may be on a private network.
    pub(super) fn new(settings: &SignInSettings, secure: bool) -> Result<Self, SettingFault> {
        let timeout = Duration::from_secs(settings.timeout_seconds);
        let mut builder = Client::builder()
            .timeout(timeout)
            .connect_timeout(timeout)
            .redirect(Policy::none())
            .https_only(secure);
        if !settings.ca_file.as_os_str().is_empty() {
            let fault = |what: String| {
                let file = settings.ca_file.display();
                SettingFault::new("sign_in.ca_file", format!("`{file}`: {what}"))
            };
            let pem = std::fs::read(&settings.ca_file).map_err(|error| fault(error.to_string()))?;
            let found =
                Certificate::from_pem_bundle(&pem).map_err(|error| fault(with_causes(&error)))?;
            if found.is_empty() {
                return Err(fault("found no certificate, expected one in PEM".to_owned()));
            }
            for certificate in found {
                builder = builder.add_root_certificate(certificate);
            }
        }
        let client = builder
            .build()
            .map_err(|error| SettingFault::new("sign_in.ca_file", with_causes(&error)))?;
        Ok(Self { client })
    }

    pub(super) async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpFault> {
        let answer = self.client.execute(request.try_into()?).await?;
        let mut response = http::Response::builder().status(answer.status());
        if let Some(headers) = response.headers_mut() {
            headers.clone_from(answer.headers());
        }
        Ok(response.body(read_body(answer, MOST_BYTES).await?)?)
    }
}
