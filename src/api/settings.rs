//! The settings of the HTTP face: what it takes from whoever calls.

use serde::Deserialize;
use serde::Serialize;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Sites whose pages may call; none by default.
    pub origins: Vec<String>,
    /// Of a body that a person or a program writes; files have routes of their own.
    pub body_bytes: usize,
    /// Of a path and its query.
    pub url_bytes: usize,
    /// Of a file to import.
    pub upload_bytes: usize,
    /// To send it.
    pub upload_seconds: u32,
    /// Files that come at the same time; one more is refused.
    pub uploads: usize,
    /// To send the head of a request.
    pub head_seconds: u32,
    /// To send its body.
    pub body_seconds: u32,
    /// Between two requests of one connection.
    pub keep_alive_seconds: u32,
    /// To end a connection.
    pub disconnect_seconds: u32,
    /// To take what was sent.
    pub stall_seconds: u32,
    /// At the same time; the next ones wait.
    pub connections: usize,
    /// That many wait to be accepted; the system turns away those after them.
    pub backlog: u32,
    /// Answers from that many bytes on are compressed.
    pub compress_from_bytes: usize,
    /// Of answers to reads that are kept in memory; none when 0.
    pub kept_bytes: u64,
}

impl Default for Settings {
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
        }
    }
}
