//! Logs: what a request did is found again by its ids.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::support::TestApp;

#[tokio::test]
async fn a_line_of_the_log_bears_the_ids_of_the_request_that_it_is_of() {
    let app = TestApp::new();
    let mut child = app
        .command(&["serve"])
        .env("VIGIE_LISTEN", "127.0.0.1:0")
        .env("VIGIE_LOG", "info")
        .env("VIGIE_LOG_FORMAT", "json")
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    let address = lines.find_map(|line| {
        let rest = line.split("Listening on ").nth(1)?;
        Some(rest.split('"').next()?.to_owned())
    });
    let url = format!("http://{}/api/openapi.json", address.unwrap());
    let request = reqwest::Client::new().get(url);
    let given = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let request = request.header("x-request-id", "page-7:42").header("traceparent", given);
    let answer = request.send().await.unwrap();
    let parent = answer.headers()["traceparent"].to_str().unwrap().to_owned();
    Command::new("kill").arg(child.id().to_string()).status().unwrap();
    assert!(child.wait().unwrap().success());

    let entries = lines.filter_map(|line| serde_json::from_str::<Value>(&line).ok());
    let told = entries
        .map(|entry| entry["span"].clone())
        .find(|span| span["request_id"] == "page-7:42")
        .unwrap();
    let (trace, span) = (told["trace_id"].as_str().unwrap(), told["span_id"].as_str().unwrap());
    assert_eq!(trace, "0af7651916cd43dd8448eb211c80319c");
    assert_eq!(parent, format!("00-{trace}-{span}-01"));
}
