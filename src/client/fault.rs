//! What went wrong between us and a server, and what to do about it.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use reqwest::Url;
use serde::Deserialize;
use thiserror::Error;

use crate::domain::rules::draft::Meanwhile;
use crate::support::bounded_http::BodyFault;

#[derive(Debug, Error)]
pub enum RemoteFault {
    #[error("read the address of the server: found `{found}`, expected {expected}")]
    Server { found: String, expected: &'static str },
    #[error(
        "`{found}` is in plain HTTP, where anybody on the way reads the token: give it in https, or \
         accept that with `--insecure-http`"
    )]
    Readable { found: String },
    #[error(
        "no token for {server}: give one in a file (`--token-file FILE`, or the setting `token_file`), or \
         in the variable `VIGIE_TOKEN`; `vigie tokens issue` makes one on the server"
    )]
    NoToken { server: String },
    #[error("the token holds what none can: expected one line, as `vigie tokens issue` gave it")]
    OddToken,
    #[error("prepare to ask a server")]
    Line(#[source] reqwest::Error),
    #[error("ask {url}")]
    Unreachable { url: Url, source: reqwest::Error },
    #[error(transparent)]
    Refused(Box<Refusal>),
    #[error("write the request as JSON")]
    Unwritten(#[source] serde_json::Error),
    #[error("read what this process answered to {url}: {found}")]
    Cut { url: Url, found: String },
    #[error("{url} answered {status}, and not as Vigie does: is this the address of its API?")]
    Stranger { url: Url, status: u16 },
    #[error("read what {url} answered: is the server of another version?")]
    Unread { url: Url, source: serde_json::Error },
    #[error("read what {url} answered")]
    Body { url: Url, source: BodyFault },
    #[error("{url} has no end: {how}")]
    Endless { url: Url, how: String },
    #[error("{url} has more than {most} entries: ask for fewer with filters")]
    TooMany { url: Url, most: usize },
}

impl RemoteFault {
    /// Whether what was asked for does not exist.
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::Refused(refusal) if refusal.kind() == "not-found")
    }
}

/// A refusal as the application worded it.
#[derive(Debug)]
pub struct Refusal {
    pub problem: ServerProblem,
    by: RefusedBy,
}

#[derive(Debug)]
enum RefusedBy {
    Server {
        request_id: Option<String>,
        retry_after: Option<String>,
    },
    /// An application in this process, with the fault behind it where the problem does not say it.
    InProcess(Option<Arc<dyn Error + Send + Sync>>),
}

/// Problem details of a response, as RFC 9457 has them and `docs/API.md` lists them.
#[derive(Debug, Deserialize)]
pub struct ServerProblem {
    #[serde(rename = "type")]
    pub kind: String,
    pub status: u16,
    pub detail: String,
    #[serde(default)]
    pub errors: Vec<ServerProblemError>,
    pub meanwhile: Option<Meanwhile>,
}

#[derive(Debug, Deserialize)]
pub struct ServerProblemError {
    pub pointer: Option<String>,
    pub file: Option<String>,
    pub line: Option<usize>,
    pub column: Option<usize>,
    pub detail: String,
    pub hint: Option<String>,
}

impl Refusal {
    pub fn of_server(
        problem: ServerProblem,
        request_id: Option<String>,
        retry_after: Option<String>,
    ) -> Self {
        Self { problem, by: RefusedBy::Server { request_id, retry_after } }
    }

    /// `cause` is shown in place of the problem, which hides it from callers of a server.
    pub fn in_process(problem: ServerProblem, cause: Option<Arc<dyn Error + Send + Sync>>) -> Self {
        Self { problem, by: RefusedBy::InProcess(cause) }
    }

    /// `not-found` for `urn:vigie:problem:not-found`.
    pub fn kind(&self) -> &str {
        self.problem.kind.trim_start_matches("urn:vigie:problem:")
    }

    fn advice(&self, retry_after: Option<&str>) -> Option<String> {
        let words = match self.kind() {
            "unproven" => "the token is not, or no longer, worth anything: ask for another",
            "not-allowed" | "beyond-scope" | "too-broad" => {
                "an administrator of the server can give the account more"
            }
            "one-factor" => "this is done in a browser, signed in with a second factor",
            "stale" | "no-revision" => "look at it again, then say which revision you saw",
            "internal" | "not-ready" => "the server's operator finds the request's id in its log",
            _ => return retry_after.map(|wait| format!("ask again in {wait} s")),
        };
        Some(words.to_owned())
    }
}

/// What is wrong, then each fault at its place, then what to do.
impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ServerProblem { status, detail, errors, .. } = &self.problem;
        match &self.by {
            RefusedBy::InProcess(Some(cause)) => return write!(f, "{cause}"),
            RefusedBy::InProcess(None) => write!(f, "{detail}")?,
            RefusedBy::Server { .. } => write!(f, "{detail} ({status} {})", self.kind())?,
        }
        let is_server = matches!(self.by, RefusedBy::Server { .. });
        // What a catalogue lacks is in the detail already, the first of each kind.
        let is_told = self.kind() == "unproved";
        let is_new = |error: &&ServerProblemError| !is_told && !detail.contains(&error.detail);
        for error in errors.iter().filter(|error| is_server || is_new(error)) {
            write!(f, "\n  {error}")?;
        }
        if let RefusedBy::Server { request_id, retry_after } = &self.by {
            if let Some(advice) = self.advice(retry_after.as_deref()) {
                write!(f, "\n  {advice}")?;
            }
            if let Some(id) = request_id {
                write!(f, "\n  request {id}")?;
            }
        }
        Ok(())
    }
}

impl Error for Refusal {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.by {
            RefusedBy::InProcess(Some(cause)) => Some(cause.as_ref()),
            RefusedBy::InProcess(None) | RefusedBy::Server { .. } => None,
        }
    }
}

/// `drift/D1.rhai:3:7: unknown field; write another`
impl fmt::Display for ServerProblemError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = self.file.as_ref().or(self.pointer.as_ref()) {
            f.write_str(place)?;
            for number in [self.line, self.column].into_iter().flatten() {
                write!(f, ":{number}")?;
            }
            f.write_str(": ")?;
        }
        f.write_str(&self.detail)?;
        match &self.hint {
            Some(hint) => write!(f, "; {hint}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_says_what_where_and_what_to_do() {
        let sent = r#"{
            "type": "urn:vigie:problem:unproved", "title": "Not proved", "status": 422,
            "detail": "1 faults in the rules",
            "errors": [{"file": "drift/D1.rhai", "line": 3, "column": 7, "detail": "no field `x`", "hint": "write `y`"}]
        }"#;
        let problem: ServerProblem = serde_json::from_str(sent).unwrap();
        let refusal = Refusal::of_server(problem, Some("r1".into()), None);
        insta::assert_snapshot!(refusal, @r"
        1 faults in the rules (422 unproved)
          drift/D1.rhai:3:7: no field `x`; write `y`
          request r1
        ");
    }
}
