//! The API as commands call it: whole lists, acts, files.

use std::time::Duration;

use reqwest::{Method, Url};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::address::Address;
use super::fault::RemoteFault;
use super::transport::{ApiRequest, Response, Transport};

const JSON: &str = "application/json";
/// Longest wait for the whole of a list, page by page.
const LIST: Duration = Duration::from_mins(30);
/// Bytes of the responses that make a list.
const MOST_LIST_BYTES: usize = 1024 * 1024 * 1024;
/// Entries of a page, the most that the API gives.
const PAGE: u32 = 1000;
/// Entries of a list.
const MOST_ENTRIES: usize = 1_000_000;

/// Calls the API over one transport.
#[derive(Debug)]
pub struct ApiClient {
    transport: Box<dyn Transport>,
}

/// A resource, and the revision of it.
#[derive(Debug)]
pub struct Tagged<T> {
    pub value: T,
    /// What `If-Match` expects.
    pub etag: Option<String>,
}

#[derive(Deserialize)]
struct Page<T> {
    data: Vec<T>,
    /// `None` in a list that has no pages.
    pagination: Option<Pagination>,
}

#[derive(Deserialize)]
struct Pagination {
    next_cursor: Option<String>,
}

impl ApiClient {
    pub fn new(transport: impl Transport + 'static) -> Self {
        Self { transport: Box::new(transport) }
    }

    /// The address of `segments` under `/api/v1`.
    /// Where the service is; a name that leads nowhere when this process answers.
    pub fn base(&self) -> &Url {
        self.transport.base()
    }

    pub fn at(&self, segments: &[&str]) -> Address {
        Address::under(self.transport.base(), segments)
    }

    /// Reads one resource.
    ///
    /// # Errors
    /// When it is refused, or is not as this version reads it.
    pub async fn get<T: DeserializeOwned>(&self, address: Address) -> Result<T, RemoteFault> {
        Ok(self.get_tagged(address).await?.value)
    }

    /// Reads one resource and its revision.
    ///
    /// # Errors
    /// When it is refused, or is not as this version reads it.
    pub async fn get_tagged<T: DeserializeOwned>(
        &self,
        address: Address,
    ) -> Result<Tagged<T>, RemoteFault> {
        let Response { body, etag } = self.transport.send(ApiRequest::get(address.url())).await?;
        Ok(Tagged { value: read(&address, &body)?, etag })
    }

    /// Reads what is not JSON: a calendar, a table.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn bytes(&self, address: Address) -> Result<Vec<u8>, RemoteFault> {
        Ok(self.transport.send(ApiRequest::get(address.url())).await?.body)
    }

    /// Every entry of a list, whatever the number of its pages.
    ///
    /// # Errors
    /// When a page is refused, or the list is longer than the bounds.
    pub async fn all<T: DeserializeOwned>(&self, list: Address) -> Result<Vec<T>, RemoteFault> {
        let entries = self.first(&list, MOST_ENTRIES.saturating_add(1)).await?;
        if entries.len() > MOST_ENTRIES {
            let (url, most) = (list.url().clone(), MOST_ENTRIES);
            return Err(RemoteFault::TooMany { url, most });
        }
        Ok(entries)
    }

    /// The first `most` entries of a list.
    ///
    /// # Errors
    /// When a page is refused, or the list is longer than the bounds.
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
            let Response { body, .. } = self.transport.send(ApiRequest::get(address.url())).await?;
            bytes = bytes.saturating_add(body.len());
            if bytes > MOST_LIST_BYTES {
                let expected = format!("at most {MOST_LIST_BYTES}");
                return Err(endless(format!("{bytes} bytes"), expected));
            }
            let page: Page<T> = read(&address, &body)?;
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

    /// Reads a list that has no pages.
    ///
    /// # Errors
    /// When it is refused, or is not as this version reads it.
    pub async fn whole<T: DeserializeOwned>(
        &self,
        list: Address,
    ) -> Result<Tagged<Vec<T>>, RemoteFault> {
        let Tagged { value, etag } = self.get_tagged::<Page<T>>(list).await?;
        Ok(Tagged { value: value.data, etag })
    }

    /// Changes something. `if_match` is the revision that is changed, for resources that have one.
    ///
    /// # Errors
    /// When it is refused, or the response is not as this version reads it.
    pub async fn act<T: DeserializeOwned>(
        &self,
        (method, address): (Method, Address),
        body: &impl Serialize,
        if_match: Option<&str>,
    ) -> Result<T, RemoteFault> {
        let url = address.url().clone();
        let bytes = serde_json::to_vec(body).map_err(RemoteFault::Unwritten)?;
        let if_match = if_match.map(str::to_owned);
        let request = ApiRequest { method, url, body: Some((JSON, bytes)), if_match };
        read(&address, &self.transport.send(request).await?.body)
    }

    /// Changes something that has no revision.
    ///
    /// # Errors
    /// When it is refused, or the response is not as this version reads it.
    pub async fn post<T: DeserializeOwned>(
        &self,
        address: Address,
        body: &impl Serialize,
    ) -> Result<T, RemoteFault> {
        self.act((Method::POST, address), body, None).await
    }

    /// Changes something, and reads the list that is answered.
    ///
    /// # Errors
    /// When it is refused, or the response is not as this version reads it.
    pub async fn post_for_list<T: DeserializeOwned>(
        &self,
        address: Address,
        body: &impl Serialize,
    ) -> Result<Vec<T>, RemoteFault> {
        let page: Page<T> = self.post(address, body).await?;
        Ok(page.data)
    }

    /// Sends a file as it is.
    ///
    /// # Errors
    /// When it is refused, or the response is not as this version reads it.
    pub async fn upload<T: DeserializeOwned>(
        &self,
        address: Address,
        bytes: Vec<u8>,
    ) -> Result<T, RemoteFault> {
        let (method, url) = (Method::POST, address.url().clone());
        let body = Some(("application/octet-stream", bytes));
        let response =
            self.transport.send(ApiRequest { method, url, body, if_match: None }).await?;
        read(&address, &response.body)
    }

    /// Ends something; the response may be empty.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn delete(
        &self,
        address: Address,
        if_match: Option<&str>,
    ) -> Result<(), RemoteFault> {
        let (method, url) = (Method::DELETE, address.url().clone());
        let if_match = if_match.map(str::to_owned);
        self.transport.send(ApiRequest { method, url, body: None, if_match }).await?;
        Ok(())
    }
}

fn read<T: DeserializeOwned>(address: &Address, body: &[u8]) -> Result<T, RemoteFault> {
    serde_json::from_slice(body)
        .map_err(|source| RemoteFault::Unread { url: address.url().clone(), source })
}
