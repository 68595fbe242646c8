//! HTTP to the byte: requests that no client library would send, pipelined on one connection.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;

/// Requests that are sent before the first answer is read; actix-web queues 16.
const PIPELINED: usize = 16;

const LONGEST_WAIT: Duration = Duration::from_mins(2);

pub(crate) struct RawRequest {
    pub(crate) bytes: Vec<u8>,
    /// Whether its answer has no body, whatever its headers announce.
    pub(crate) is_head: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct RawAnswer {
    /// 0: the connection was closed without an answer.
    pub(crate) status: u16,
    pub(crate) content_type: String,
    pub(crate) body: String,
}

impl RawAnswer {
    /// The kind of problem that the body tells; empty when it is none.
    pub(crate) fn problem(&self) -> String {
        if !self.content_type.starts_with("application/problem+json") {
            return String::new();
        }
        let body: Value = serde_json::from_str(&self.body).unwrap_or_default();
        let kind = body["type"].as_str().unwrap_or_default();
        kind.trim_start_matches("urn:vigie:problem:").to_owned()
    }
}

/// The answers, in order. A connection that the server ends is followed by another, for the requests that
/// were not answered.
pub(crate) fn ask_all(address: SocketAddr, requests: &[RawRequest]) -> Vec<RawAnswer> {
    let mut answers = Vec::with_capacity(requests.len());
    let mut connection = Connection::open(address);
    let mut is_fresh = true;
    while answers.len() < requests.len() {
        let batch = next_batch(&requests[answers.len()..]);
        let (answered, is_over) = connection.exchange(&batch);
        if answered.is_empty() && is_fresh {
            answers.push(RawAnswer::default());
        }
        let came = !answered.is_empty();
        answers.extend(answered);
        is_fresh = is_over;
        if is_over {
            connection = Connection::open(address);
        } else {
            assert!(came, "neither an answer nor the end of the connection");
        }
    }
    answers
}

/// A `HEAD` goes alone: actix-http answers a request without its body when a `HEAD` that follows it was read
/// already.
fn next_batch(left: &[RawRequest]) -> Vec<&RawRequest> {
    let first_head = left.iter().position(|request| request.is_head);
    let length = first_head.unwrap_or(left.len()).clamp(1, PIPELINED);
    left.iter().take(length).collect()
}

struct Connection {
    stream: TcpStream,
    reader: BufReader<TcpStream>,
}

impl Connection {
    fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(LONGEST_WAIT)).unwrap();
        stream.set_nodelay(true).unwrap();
        let reader = BufReader::new(stream.try_clone().unwrap());
        Self { stream, reader }
    }

    /// What was answered, and whether the connection is over.
    fn exchange(&mut self, batch: &[&RawRequest]) -> (Vec<RawAnswer>, bool) {
        let bytes: Vec<u8> = batch.iter().flat_map(|request| request.bytes.clone()).collect();
        // A server that has refused the first requests need not take the others.
        let is_sent = self.stream.write_all(&bytes).is_ok();
        let mut answers = Vec::new();
        for request in batch {
            let Some((answer, is_last)) = self.answer(request.is_head) else {
                return (answers, true);
            };
            answers.push(answer);
            if is_last {
                return (answers, true);
            }
        }
        (answers, !is_sent)
    }

    fn answer(&mut self, is_head: bool) -> Option<(RawAnswer, bool)> {
        let status: u16 = self.line()?.split(' ').nth(1)?.parse().ok()?;
        let (mut answer, mut length, mut is_chunked) = (RawAnswer::default(), 0, false);
        let mut is_last = false;
        answer.status = status;
        loop {
            let line = self.line()?;
            if line.is_empty() {
                break;
            }
            let (name, value) = line.split_once(':')?;
            let value = value.trim();
            match name.to_ascii_lowercase().as_str() {
                "content-length" => length = value.parse().ok()?,
                "content-type" => value.clone_into(&mut answer.content_type),
                "transfer-encoding" => is_chunked = true,
                "connection" => is_last = value.eq_ignore_ascii_case("close"),
                _ => {}
            }
        }
        if !is_head && ![204, 304].contains(&status) {
            let body = if is_chunked { self.chunks()? } else { self.bytes(length)? };
            answer.body = String::from_utf8_lossy(&body).into_owned();
        }
        Some((answer, is_last))
    }

    fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        let count = self.reader.read_line(&mut line).ok()?;
        (count > 0).then(|| line.trim_end().to_owned())
    }

    fn bytes(&mut self, length: usize) -> Option<Vec<u8>> {
        let mut bytes = vec![0; length];
        self.reader.read_exact(&mut bytes).ok()?;
        Some(bytes)
    }

    fn chunks(&mut self) -> Option<Vec<u8>> {
        let mut whole = Vec::new();
        loop {
            let length = usize::from_str_radix(&self.line()?, 16).ok()?;
            whole.extend(self.bytes(length)?);
            self.line()?;
            if length == 0 {
                return Some(whole);
            }
        }
    }
}
