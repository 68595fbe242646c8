//! How a request reaches the application: over HTTP, or by a call within the process.

use std::fmt;
use std::pin::Pin;

use reqwest::{Method, Url};

use super::fault::RemoteFault;

/// The response to a request, or why there is none.
pub type Sending<'a> = Pin<Box<dyn Future<Output = Result<Response, RemoteFault>> + 'a>>;

/// Carries requests to the application.
pub trait Transport: fmt::Debug {
    /// The address under which the API is, without `/api/v1`.
    fn base(&self) -> &Url;

    /// Sends one request. A response whose status is not a success is a `RemoteFault::Refused`.
    fn send(&self, request: ApiRequest) -> Sending<'_>;
}

/// One request to the API.
#[derive(Debug)]
pub struct ApiRequest {
    pub method: Method,
    pub url: Url,
    /// Media type and bytes of the body.
    pub body: Option<(&'static str, Vec<u8>)>,
    /// `ETag` of the revision that the request changes.
    pub if_match: Option<String>,
}

/// A response whose status is a success.
#[derive(Debug)]
pub struct Response {
    pub body: Vec<u8>,
    pub etag: Option<String>,
}

impl ApiRequest {
    /// A read.
    pub(super) fn get(url: &Url) -> Self {
        Self { method: Method::GET, url: url.clone(), body: None, if_match: None }
    }
}
