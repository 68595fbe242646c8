//! The line to a server: what is asked, and what is made of each answer.

use std::time::Duration;

use reqwest::Client;
use reqwest::Method;
use reqwest::RequestBuilder;
use reqwest::Response;
use reqwest::StatusCode;
use reqwest::Url;
use reqwest::header::CONTENT_TYPE;
use reqwest::header::ETAG;
use reqwest::header::HeaderMap;
use reqwest::header::HeaderName;
use reqwest::header::IF_MATCH;
use reqwest::header::RETRY_AFTER;
use reqwest::redirect::Policy;
use serde::Deserialize;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::address::Address;
use super::fault::Refusal;
use super::fault::RemoteFault;
use crate::bounded_http::read_body;
use crate::domain::redaction;
use crate::domain::secret::Secret;

/// Longest wait for a connection.
const CONNECT: Duration = Duration::from_secs(10);
/// Longest wait for an answer: proving a whole catalogue takes some seconds.
const ANSWER: Duration = Duration::from_mins(5);
/// Of one answer.
const MOST_BYTES: usize = 256 * 1024 * 1024;
/// Of a refusal, whose faults each take far more memory than bytes.
const MOST_REFUSAL_BYTES: usize = 1024 * 1024;
/// Longest wait for the whole of a list, page by page.
const LIST: Duration = Duration::from_mins(30);
/// Of the answers that make a list.
const MOST_LIST_BYTES: usize = 1024 * 1024 * 1024;
/// Entries of a page, the most that a server gives.
const PAGE: u32 = 1000;
/// Of a list.
const MOST_ENTRIES: usize = 1_000_000;

/// Whether a token may go where others can read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlainHttp {
    /// To this machine only.
    Loopback,
    /// Anywhere: whoever runs the command says that they know.
    Accepted,
}

#[derive(Clone, Debug)]
pub struct Remote {
    client: Client,
    base: Url,
    token: Secret,
}

/// What a server answered, and the revision of it.
#[derive(Debug)]
pub struct Answered<T> {
    pub told: T,
    /// As `If-Match` wants it back.
    pub etag: Option<String>,
}

#[derive(Deserialize)]
struct Page<T> {
    data: Vec<T>,
    /// Of a list that is given whole, none.
    pagination: Option<Pagination>,
}

#[derive(Deserialize)]
struct Pagination {
    next_cursor: Option<String>,
}

impl Remote {
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
            .timeout(ANSWER)
            // A token goes where it was meant to, and nowhere else.
            .redirect(Policy::none())
            .user_agent(concat!("vigie/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(RemoteFault::Line)?;
        Ok(Self { client, base, token })
    }

    pub fn at(&self, parts: &[&str]) -> Address {
        Address::under(&self.base, parts)
    }

    pub async fn get<T: DeserializeOwned>(&self, address: Address) -> Result<T, RemoteFault> {
        Ok(self.look(address).await?.told)
    }

    /// The same, with its revision.
    pub async fn look<T: DeserializeOwned>(
        &self,
        address: Address,
    ) -> Result<Answered<T>, RemoteFault> {
        self.exchange(self.client.get(address.url().clone())).await
    }

    /// As it comes: a calendar, a table.
    pub async fn bytes(&self, address: Address) -> Result<Vec<u8>, RemoteFault> {
        let (_, bytes) = self.carry(self.client.get(address.url().clone())).await?;
        Ok(bytes)
    }

    /// Every entry of a list, whatever the number of its pages.
    pub async fn all<T: DeserializeOwned>(&self, list: Address) -> Result<Vec<T>, RemoteFault> {
        let entries = self.first(&list, MOST_ENTRIES.saturating_add(1)).await?;
        if entries.len() > MOST_ENTRIES {
            let (url, most) = (list.url().clone(), MOST_ENTRIES);
            return Err(RemoteFault::TooMany { url, most });
        }
        Ok(entries)
    }

    /// The first so many entries of a list.
    pub async fn first<T: DeserializeOwned>(
        &self,
        list: &Address,
        most: usize,
    ) -> Result<Vec<T>, RemoteFault> {
        let endless = |found: String, expected: String| {
            let url = list.url().clone();
            RemoteFault::Endless { url, how: format!("found {found}, expected {expected}") }
        };
        let in_time = tokio::time::timeout(LIST, self.pages(list, most, &endless)).await;
        in_time.unwrap_or_else(|_| {
            let minutes = LIST.as_secs() / 60;
            let found = format!("pages after {minutes} min");
            Err(endless(found, format!("all of them within {minutes} min")))
        })
    }

    async fn pages<T: DeserializeOwned>(
        &self,
        list: &Address,
        most: usize,
        endless: &(dyn Fn(String, String) -> RemoteFault + Sync),
    ) -> Result<Vec<T>, RemoteFault> {
        let mut entries: Vec<T> = Vec::new();
        let mut cursor: Option<String> = None;
        let mut bytes: usize = 0;
        while entries.len() < most {
            let room = u32::try_from(most - entries.len()).unwrap_or(PAGE).min(PAGE);
            let address = list.page(room, cursor.as_deref());
            let (head, body) = self.carry(self.client.get(address.url().clone())).await?;
            bytes = bytes.saturating_add(body.len());
            if bytes > MOST_LIST_BYTES {
                let expected = format!("at most {MOST_LIST_BYTES}");
                return Err(endless(format!("{bytes} bytes"), expected));
            }
            let page: Page<T> = head.read(&body)?;
            let is_empty = page.data.is_empty();
            entries.extend(page.data);
            cursor = page.pagination.and_then(|pagination| pagination.next_cursor);
            if cursor.is_none() {
                break;
            }
            if is_empty {
                let found = "a page without entries, and yet another after it".to_owned();
                return Err(endless(found, "entries on every page but the last".to_owned()));
            }
        }
        entries.truncate(most);
        Ok(entries)
    }

    /// A list that a server gives whole, without pages.
    pub async fn whole<T: DeserializeOwned>(
        &self,
        list: Address,
    ) -> Result<Answered<Vec<T>>, RemoteFault> {
        let Answered { told, etag } = self.look::<Page<T>>(list).await?;
        Ok(Answered { told: told.data, etag })
    }

    /// Something that is done. `seen` is the revision of what it is done to, where there is one.
    pub async fn act<T: DeserializeOwned>(
        &self,
        (method, address): (Method, Address),
        body: &impl Serialize,
        seen: Option<&str>,
    ) -> Result<T, RemoteFault> {
        let mut request = self.client.request(method, address.url().clone()).json(body);
        if let Some(seen) = seen {
            request = request.header(IF_MATCH, seen);
        }
        Ok(self.exchange(request).await?.told)
    }

    pub async fn post<T: DeserializeOwned>(
        &self,
        address: Address,
        body: &impl Serialize,
    ) -> Result<T, RemoteFault> {
        self.act((Method::POST, address), body, None).await
    }

    /// A file, as it is.
    pub async fn send<T: DeserializeOwned>(
        &self,
        address: Address,
        bytes: Vec<u8>,
    ) -> Result<T, RemoteFault> {
        let request = self.client.post(address.url().clone());
        let request = request.header(CONTENT_TYPE, "application/octet-stream").body(bytes);
        Ok(self.exchange(request).await?.told)
    }

    /// The same, of what is answered by a list.
    pub async fn post_for_list<T: DeserializeOwned>(
        &self,
        address: Address,
        body: &impl Serialize,
    ) -> Result<Vec<T>, RemoteFault> {
        let page: Page<T> = self.post(address, body).await?;
        Ok(page.data)
    }

    /// Something is over; the answer may be empty.
    pub async fn delete(&self, address: Address, seen: Option<&str>) -> Result<(), RemoteFault> {
        let mut request = self.client.delete(address.url().clone());
        if let Some(seen) = seen {
            request = request.header(IF_MATCH, seen);
        }
        self.carry(request).await?;
        Ok(())
    }

    async fn exchange<T: DeserializeOwned>(
        &self,
        request: RequestBuilder,
    ) -> Result<Answered<T>, RemoteFault> {
        let (head, bytes) = self.carry(request).await?;
        Ok(Answered { told: head.read(&bytes)?, etag: text(&head.headers, &ETAG) })
    }

    async fn carry(&self, request: RequestBuilder) -> Result<(Head, Vec<u8>), RemoteFault> {
        let request = request.bearer_auth(self.token.reveal()).build();
        let request = request.map_err(RemoteFault::Line)?;
        let url = request.url().clone();
        let unreachable = |source: reqwest::Error| RemoteFault::Unreachable {
            url: url.clone(),
            source: source.without_url(),
        };
        let answer = self.client.execute(request).await.map_err(unreachable)?;
        let head = Head::of(&answer);
        let most = if head.status.is_success() { MOST_BYTES } else { MOST_REFUSAL_BYTES };
        let bytes = read_body(answer, most).await;
        let bytes = bytes.map_err(|source| RemoteFault::Body { url: url.clone(), source })?;
        if head.status.is_success() { Ok((head, bytes)) } else { Err(head.refused(&bytes)) }
    }
}

/// An answer without its body.
struct Head {
    url: Url,
    status: StatusCode,
    headers: HeaderMap,
}

impl Head {
    fn of(answer: &Response) -> Self {
        let (url, headers) = (answer.url().clone(), answer.headers().clone());
        Self { url, status: answer.status(), headers }
    }

    fn read<T: DeserializeOwned>(&self, body: &[u8]) -> Result<T, RemoteFault> {
        let url = || self.url.clone();
        serde_json::from_slice(body).map_err(|source| RemoteFault::Unread { url: url(), source })
    }

    fn refused(self, body: &[u8]) -> RemoteFault {
        let Ok(problem) = serde_json::from_slice(body) else {
            return RemoteFault::Stranger { url: self.url, status: self.status.as_u16() };
        };
        let request_id = text(&self.headers, &HeaderName::from_static("x-request-id"));
        let retry_after = text(&self.headers, &RETRY_AFTER);
        RemoteFault::Refused(Box::new(Refusal { problem, request_id, retry_after }))
    }
}

fn text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    Some(headers.get(name)?.to_str().ok()?.to_owned())
}

/// Where the API stands, once it is sure that a token may go there.
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
        let told = |server: &str, plain| match base(server, plain) {
            Ok(url) => url.to_string(),
            Err(RemoteFault::Readable { found }) => format!("readable: {found}"),
            Err(fault) => fault.to_string(),
        };
        let alone = |server| told(server, PlainHttp::Loopback);
        for taken in [
            "https://vigie.example.fr/",
            "http://127.0.0.1:8080/",
            "http://[::1]:8080/",
            "http://localhost:8080/",
        ] {
            assert_eq!(alone(taken), taken);
        }
        for read in ["http://vigie.example.fr", "http://localhost.example.fr", "http://10.0.0.1"] {
            assert_eq!(alone(read), format!("readable: {read}"));
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
        let accepted = told("http://vigie:8080", PlainHttp::Accepted);
        assert_eq!(accepted, "http://vigie:8080/");
    }
}
