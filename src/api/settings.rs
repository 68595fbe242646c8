//! Settings of the HTTP API (section `[api]`).

use serde::{Deserialize, Serialize};

use super::middleware::limits::address::ProxyHeader;
use crate::domain::accounts::network::Network;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApiSettings {
    /// Origins whose pages may call the API; none by default.
    pub origins: Vec<String>,
    /// Maximum size of a request body, other than uploaded files, in bytes.
    pub body_bytes: usize,
    /// Maximum length of the path and query, in bytes.
    pub url_bytes: usize,
    /// Maximum size of an uploaded file, in bytes.
    pub upload_bytes: usize,
    /// Maximum time to receive an uploaded file.
    pub upload_seconds: u32,
    /// Maximum number of concurrent uploads; further ones are refused.
    pub uploads: usize,
    /// Maximum time to receive the head of a request.
    pub head_seconds: u32,
    /// Maximum time to receive a request body.
    pub body_seconds: u32,
    /// Maximum idle time between two requests of a connection.
    pub keep_alive_seconds: u32,
    /// Maximum time to close a connection.
    pub disconnect_seconds: u32,
    /// Maximum time for a client to acknowledge data sent to it.
    pub stall_seconds: u32,
    /// Maximum number of concurrent connections; further ones wait.
    pub connections: usize,
    /// Maximum number of connections that wait to be accepted; the system refuses further ones.
    pub backlog: u32,
    /// Minimum size of a response to compress, in bytes.
    pub compress_from_bytes: usize,
    /// Maximum size of the response cache, in bytes; 0 disables it.
    pub kept_bytes: u64,
    /// Quota of one account; 0 for no limit.
    pub calls_per_minute: u32,
    /// Quota of one address, for anonymous requests and invalid credentials; 0 for no limit.
    pub open_calls_per_minute: u32,
    /// How long responses are stored under their `Idempotency-Key`.
    pub idempotency_hours: u32,
    /// Proxies whose header is trusted for the client's address.
    pub proxies: Vec<Network>,
    pub proxy_header: ProxyHeader,
}

impl Default for ApiSettings {
    fn default() -> Self {
        Self {
            origins: Vec::new(),
            body_bytes: 64 * 1024,
            url_bytes: 4096,
            upload_bytes: 16 * 1024 * 1024,
            upload_seconds: 120,
            uploads: 4,
            head_seconds: 10,
            body_seconds: 30,
            keep_alive_seconds: 60,
            disconnect_seconds: 5,
            stall_seconds: 60,
            connections: 20_000,
            backlog: 2048,
            compress_from_bytes: 1024,
            kept_bytes: 64 * 1024 * 1024,
            calls_per_minute: 600,
            open_calls_per_minute: 120,
            idempotency_hours: 24,
            proxies: Vec::new(),
            proxy_header: ProxyHeader::default(),
        }
    }
}
