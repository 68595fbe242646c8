//! Downloads a file if it has changed since last time, within bounds on its size and duration.

use std::time::Duration;

use reqwest::header::{
    ETAG, HeaderMap, HeaderName, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED,
};
use reqwest::redirect::Policy;
use reqwest::{Client, StatusCode, Url};
use thiserror::Error;

use super::error::JobError;
use crate::intake::MAX_BYTES;
use crate::support::bounded_http::{BodyFault, read_body};
use crate::support::redaction;

const MOST_REDIRECTS: usize = 5;

/// Why a download failed. The address is not repeated: it may hold a password.
#[derive(Debug, Error)]
pub(super) enum FetchError {
    #[error("no answer")]
    NoAnswer(#[source] reqwest::Error),
    #[error("found status {0}, expected 200 or 304")]
    Status(u16),
    #[error(transparent)]
    Body(#[from] BodyFault),
}

/// The validators that the server sent with its file, to be sent back to it next time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Validators {
    pub(super) etag: Option<String>,
    pub(super) last_modified: Option<String>,
}

#[derive(Debug)]
pub(super) enum Fetched {
    Unchanged,
    File { bytes: Vec<u8>, validators: Validators },
}

pub(super) fn client(timeout_seconds: u32) -> Result<Client, JobError> {
    Client::builder()
        .timeout(Duration::from_secs(u64::from(timeout_seconds)))
        .redirect(Policy::limited(MOST_REDIRECTS))
        .user_agent(concat!("vigie/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(JobError::Client)
}

pub(super) fn address(text: &str) -> Result<Url, JobError> {
    let refused = || JobError::Address { found: redaction::url_host(text) };
    let url = Url::parse(text).map_err(|_| refused())?;
    if matches!(url.scheme(), "http" | "https") { Ok(url) } else { Err(refused()) }
}

/// The address without parts that may be a password or a key, for display and storage. Addresses
/// that differ only in their query are distinguished by its fingerprint.
pub(super) fn shown(url: &Url) -> String {
    redaction::url(url.as_str())
}

pub(super) async fn fetch(
    client: &Client,
    url: &Url,
    known: &Validators,
) -> Result<Fetched, FetchError> {
    let mut request = client.get(url.clone());
    for (name, value) in [(IF_NONE_MATCH, &known.etag), (IF_MODIFIED_SINCE, &known.last_modified)] {
        if let Some(value) = value {
            request = request.header(name, value);
        }
    }
    let no_answer = |error: reqwest::Error| FetchError::NoAnswer(error.without_url());
    let answer = request.send().await.map_err(no_answer)?;
    if answer.status() == StatusCode::NOT_MODIFIED {
        return Ok(Fetched::Unchanged);
    }
    if answer.status() != StatusCode::OK {
        return Err(FetchError::Status(answer.status().as_u16()));
    }
    let validators = Validators {
        etag: header(answer.headers(), &ETAG),
        last_modified: header(answer.headers(), &LAST_MODIFIED),
    };
    let most = usize::try_from(MAX_BYTES).unwrap_or(usize::MAX);
    let bytes = read_body(answer, most).await?;
    Ok(Fetched::File { bytes, validators })
}

fn header(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_without_what_may_be_secret() {
        let url = address("https://agent:secret@data.example/a/2020-11.csv?key=1#x").unwrap();
        assert_eq!(shown(&url), "https://data.example/a/2020-11.csv#5d5a2f99dc82");
        let other = address("https://data.example/a/2020-11.csv?key=2").unwrap();
        assert_ne!(shown(&url), shown(&other));
        let fault = address("ftp://agent:secret@data.example/a.csv?key=1").unwrap_err();
        assert!(fault.to_string().contains("`ftp://data.example/…`"), "{fault}");
    }
}
