//! Requests over HTTP to a server: with a token, over a connection that nobody else reads, and within bounds.

use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, ETAG, HeaderMap, HeaderName, IF_MATCH, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Client, Url};

use super::fault::{Refusal, RemoteFault};
use super::transport::{ApiRequest, Response, Sending, Transport};
use crate::support::bounded_http::read_body;
use crate::support::redaction;
use crate::support::secret::Secret;

/// Longest wait for a connection.
const CONNECT: Duration = Duration::from_secs(10);
/// Longest wait for a response: proving a whole catalogue takes some seconds.
const RESPONSE: Duration = Duration::from_mins(5);
/// Bytes of a response.
const MOST_BYTES: usize = 256 * 1024 * 1024;
/// Bytes of a refusal, whose faults each take far more memory than bytes.
const MOST_REFUSAL_BYTES: usize = 1024 * 1024;

/// Whether a token may go where others can read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlainHttp {
    /// To this machine only.
    Loopback,
    /// Anywhere, as the person who runs the command accepts.
    Accepted,
}

/// The connection to a server.
#[derive(Clone, Debug)]
pub struct HttpTransport {
    client: Client,
    base: Url,
    token: Secret,
}

impl HttpTransport {
    /// A connection to `server` with `token`. Nothing is sent yet.
    ///
    /// # Errors
    /// When the address is none, when the token could be read on its way, or when there is no usable token.
    pub fn open(server: &str, token: Secret, plain: PlainHttp) -> Result<Self, RemoteFault> {
        let base = base(server, plain)?;
        if token.is_empty() {
            return Err(RemoteFault::NoToken { server: base.to_string() });
        }
        if !token.reveal().bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(RemoteFault::OddToken);
        }
        let client = Client::builder()
            .connect_timeout(CONNECT)
            .timeout(RESPONSE)
            // A token goes where it was meant to, and nowhere else.
            .redirect(Policy::none())
            .user_agent(concat!("vigie/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(RemoteFault::Line)?;
        Ok(Self { client, base, token })
    }

    async fn exchange(&self, request: ApiRequest) -> Result<Response, RemoteFault> {
        let ApiRequest { method, url, body, if_match } = request;
        let mut sent = self.client.request(method, url.clone()).bearer_auth(self.token.reveal());
        if let Some((media_type, bytes)) = body {
            sent = sent.header(CONTENT_TYPE, media_type).body(bytes);
        }
        if let Some(etag) = if_match {
            sent = sent.header(IF_MATCH, etag);
        }
        let unreachable = |source: reqwest::Error| RemoteFault::Unreachable {
            url: url.clone(),
            source: source.without_url(),
        };
        let sent = sent.build().map_err(RemoteFault::Line)?;
        let received = self.client.execute(sent).await.map_err(unreachable)?;
        let (status, headers) = (received.status(), received.headers().clone());
        let most = if status.is_success() { MOST_BYTES } else { MOST_REFUSAL_BYTES };
        let content = read_body(received, most).await;
        let content = content.map_err(|source| RemoteFault::Body { url: url.clone(), source })?;
        if status.is_success() {
            return Ok(Response { body: content, etag: text(&headers, &ETAG) });
        }
        let Ok(problem) = serde_json::from_slice(&content) else {
            return Err(RemoteFault::Stranger { url, status: status.as_u16() });
        };
        Err(RemoteFault::Refused(Box::new(Refusal::of_server(
            problem,
            text(&headers, &HeaderName::from_static("x-request-id")),
            text(&headers, &RETRY_AFTER),
        ))))
    }
}

impl Transport for HttpTransport {
    fn base(&self) -> &Url {
        &self.base
    }

    fn send(&self, request: ApiRequest) -> Sending<'_> {
        Box::pin(self.exchange(request))
    }
}

fn text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    Some(headers.get(name)?.to_str().ok()?.to_owned())
}

/// The address of the API, once it is sure that a token may go there.
fn base(server: &str, plain: PlainHttp) -> Result<Url, RemoteFault> {
    let expected = "an address as `https://vigie.example.fr`, without names, secrets or filters";
    let odd = || RemoteFault::Server { found: redaction::url(server), expected };
    let url: Url = server.parse().map_err(|_| odd())?;
    let is_bare = url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    if !is_bare || !url.has_host() {
        return Err(odd());
    }
    match url.scheme() {
        "https" => Ok(url),
        "http" if plain == PlainHttp::Accepted || is_loopback(&url) => Ok(url),
        "http" => Err(RemoteFault::Readable { found: redaction::url(server) }),
        _ => Err(odd()),
    }
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || bare.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_goes_over_lines_that_nobody_else_reads() {
        let read = |server: &str, plain| match base(server, plain) {
            Ok(url) => url.to_string(),
            Err(RemoteFault::Readable { found }) => format!("readable: {found}"),
            Err(fault) => fault.to_string(),
        };
        let alone = |server| read(server, PlainHttp::Loopback);
        for taken in [
            "https://vigie.example.fr/",
            "http://127.0.0.1:8080/",
            "http://[::1]:8080/",
            "http://localhost:8080/",
        ] {
            assert_eq!(alone(taken), taken);
        }
        for readable in
            ["http://vigie.example.fr", "http://localhost.example.fr", "http://10.0.0.1"]
        {
            assert_eq!(alone(readable), format!("readable: {readable}"));
        }
        for (odd, found) in [
            ("https://anne:secret@vigie.example.fr", "https://vigie.example.fr"),
            ("https://vigie.example.fr/?a=b", "https://vigie.example.fr/#42144f3939c3"),
            ("vigie.example.fr", "vigie.example.fr"),
            ("file:///etc/passwd", "file:///etc/passwd"),
        ] {
            let words =
                format!("read the address of the server: found `{found}`, expected an address");
            assert!(alone(odd).starts_with(&words), "{}", alone(odd));
        }
        let accepted = read("http://vigie:8080", PlainHttp::Accepted);
        assert_eq!(accepted, "http://vigie:8080/");
    }
}
