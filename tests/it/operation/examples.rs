//! The folder `examples/`, as whoever copies it would use it.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use crate::support::{TestApp, copy, has_tool, root};

#[test]
fn the_rule_of_the_examples_passes_its_cases_and_explains_a_project() {
    let mut app = TestApp::with_fixtures();
    let rules = app.own_rules();
    copy(&root().join("examples/new-rule"), &rules);
    let checked = app.json(&["rules", "check"]);
    assert_eq!(checked["findings"], serde_json::json!([]), "{checked}");
    let tested = app.ok(&["rules", "test", "--coverage", "--threshold", "100"]);
    assert!(tested.contains(" 0 en échec"), "{tested}");
    let explained = app.ok(&["rules", "explain", "P12", "si samu", "--as-of", "2020-11-30"]);
    assert!(explained.contains("La durée prévue est de"), "{explained}");
}

#[test]
fn the_receiver_of_the_examples_prints_each_event_once_and_refuses_what_is_not_signed() {
    if !has_tool("python3", "python3") || !has_tool("curl", "curl") {
        return;
    }
    let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let mut receiver = Command::new("python3");
    receiver.arg(root().join("examples/webhook_receiver.py")).arg("0");
    let mut receiver =
        receiver.env("WEBHOOK_SECRET", secret).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(receiver.stdout.take().unwrap()).lines().map(Result::unwrap);
    let first = lines.next().unwrap();
    let url = first.strip_prefix("listening on ").unwrap();

    let forged = ["-s", "-o", "/dev/null", "-w", "%{http_code}", "-d", "{}", url];
    let refused = Command::new("curl").args(forged).output().unwrap();
    assert_eq!(String::from_utf8(refused.stdout).unwrap(), "401");

    let app = TestApp::with_fixtures();
    let settings = format!(
        "[[webhooks]]\nname = \"example\"\nurl = \"{url}\"\nsecrets = [\"{secret}\"]\nallow = [\"127.0.0.0/8\"]\n"
    );
    std::fs::write(app.path("vigie.toml"), settings).unwrap();
    app.ok(&["cycle", "--as-of", "2020-11-30", "--announce"]);
    app.ok(&["notices", "deliver"]);
    receiver.kill().unwrap();
    receiver.wait().unwrap();
    let printed: Vec<String> = lines.collect();
    let events: Vec<&str> =
        printed.iter().filter_map(|line| line.split_once(' ')).map(|(_, event)| event).collect();
    let opened = events.iter().filter(|event| event.starts_with("alert.opened D")).count();
    assert!(opened > 5, "{printed:#?}");
    assert!(events.contains(&"alert.opened D1 critical project/si-samu"), "{printed:#?}");
    let once: BTreeSet<&&str> = events.iter().collect();
    assert_eq!(once.len(), events.len(), "{printed:#?}");
}
