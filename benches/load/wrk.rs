//! Runs `wrk` and parses its output.

use std::process::Command;

pub(crate) struct Told {
    /// Responses per second.
    pub(crate) rate: f64,
    pub(crate) p50: String,
    pub(crate) p99: String,
}

/// Runs 32 connections for five seconds. Panics if a response is not a success.
pub(crate) fn measure(url: &str, token: &str) -> Told {
    measure_with(url, token, ["-t1", "-c32", "-d5s"])
}

pub(crate) fn measure_with(url: &str, token: &str, how: [&str; 3]) -> Told {
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
