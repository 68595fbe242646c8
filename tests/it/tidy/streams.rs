//! What others feed is read in one place for each library, where it is bounded.

use std::collections::BTreeSet;

use super::{assert_none, code_lines, read, rust_files};

/// The only place that reads the body of an answer of `reqwest`.
const BODIES: &str = "src/support/bounded_http.rs";

/// The only place that opens connections for lettre.
const SMTP: &str = "src/notify/channels/smtp_stream.rs";

/// Each without a bound on what comes, in code without its blanks: a call may stand on several lines.
const OF_REQWEST: &[&str] = &[
    ".text().await",
    ".text_with_charset(",
    ".bytes().await",
    ".bytes_stream()",
    ".json().await",
    ".json::<",
    ".chunk().await",
    "reqwest::get(",
    "reqwest::blocking",
];

const OF_LETTRE: &[&str] = &["connect_tokio1(", "AsyncSmtpTransport", "SmtpTransport::"];

#[test]
fn bodies_and_replies_are_read_where_they_are_bounded_and_nowhere_else() {
    let mut faults = BTreeSet::new();
    for file in rust_files().into_iter().filter(|file| file.starts_with("src")) {
        let code = without_blanks(&read(&file));
        for (home, calls) in [(BODIES, OF_REQWEST), (SMTP, OF_LETTRE)] {
            if file.ends_with(home) {
                continue;
            }
            for call in unbounded(&code, calls) {
                faults.insert(format!("{}: `{call}` has no bound: see {home}", file.display()));
            }
        }
    }
    assert_none(&faults);
}

#[test]
fn calls_are_seen_however_they_are_written() {
    let seen = |text: &str| unbounded(&without_blanks(text), OF_REQWEST);
    assert_eq!(seen("let x = answer\n    .json::<Limited>()\n    .await;"), [".json::<"]);
    assert_eq!(seen("answer.text().await?"), [".text().await"]);
    assert_eq!(seen("// answer.bytes().await"), Vec::<&str>::new());
    assert_eq!(seen("request.json(&body).send().await"), Vec::<&str>::new());
}

fn without_blanks(text: &str) -> String {
    code_lines(text).flat_map(|(_, line)| line.split_whitespace()).collect()
}

fn unbounded(code: &str, calls: &[&'static str]) -> Vec<&'static str> {
    calls.iter().copied().filter(|call| code.contains(call)).collect()
}
