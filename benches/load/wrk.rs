//! What `wrk` says of a service.

use std::process::Command;

pub(crate) struct Told {
    /// Answers a second.
    pub(crate) rate: f64,
    pub(crate) p50: String,
    pub(crate) p99: String,
}

/// Five seconds of 32 connections; every answer must be a good one.
pub(crate) fn ask(url: &str, token: &str) -> Told {
    ask_with(url, token, ["-t1", "-c32", "-d5s"])
}

pub(crate) fn ask_with(url: &str, token: &str, how: [&str; 3]) -> Told {
    let mut wrk = Command::new("wrk");
    wrk.args(how).args(["--latency", "--timeout", "60s"]);
    if !token.is_empty() {
        wrk.args(["-H", &format!("Authorization: Bearer {token}")]);
    }
    let output = wrk.arg(url).output().expect("wrk is not there: `make load` installs it");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let after = |name: &str| {
        let line = text.lines().find_map(|line| line.trim().strip_prefix(name));
        line.unwrap_or_else(|| panic!("no `{name}` in what wrk says:\n{text}")).trim().to_owned()
    };
    assert!(!text.contains("Non-2xx"), "{url}\n{text}");
    assert!(!text.contains("Socket errors"), "{url}\n{text}");
    Told { rate: after("Requests/sec:").parse().unwrap(), p50: after("50%"), p99: after("99%") }
}
