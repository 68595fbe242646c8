//! What holds of every route, over real HTTP: ids, headers, bounds, validators, compression.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use reqwest::{Method, RequestBuilder, Response};

use crate::support::{TestApp, root};
use vigie::domain::accounts::access::Role;
use vigie::server::Running;
use vigie::server::config::Config;
use vigie::support::clock::FixedClock;
use vigie::{api, server};

struct Service<'a> {
    /// Its folder goes away with it.
    _app: &'a TestApp,
    running: Running,
    token: String,
}

impl<'a> Service<'a> {
    async fn start(app: &'a TestApp, settings: impl FnOnce(&mut Config)) -> Self {
        let token = app.token("Chef", &Role::ALL, &[]).await;
        let mut config = app.settings();
        settings(&mut config);
        let now: DateTime<Utc> = "2020-12-01T12:00:00Z".parse().unwrap();
        let running = server::start(&config, Arc::new(FixedClock(now))).await.unwrap();
        Self { _app: app, running, token }
    }

    fn ask(&self, method: Method, path: &str) -> RequestBuilder {
        let url = format!("http://{}{path}", self.running.address());
        reqwest::Client::new().request(method, url).bearer_auth(&self.token)
    }

    async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Response {
        let mut request = self.ask(Method::GET, path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.send().await.unwrap()
    }

    /// Bytes as they are, and all that comes back until the connection ends.
    fn raw(&self, sent: &str) -> String {
        let mut connection = TcpStream::connect(self.running.address()).unwrap();
        connection.write_all(sent.as_bytes()).unwrap();
        let mut answer = Vec::new();
        connection.read_to_end(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }
}

fn header(answer: &Response, name: &str) -> String {
    let values: Vec<&str> =
        answer.headers().get_all(name).iter().map(|value| value.to_str().unwrap()).collect();
    if values.is_empty() { "none".to_owned() } else { values.join(" + ") }
}

async fn problem(answer: Response) -> String {
    let status = answer.status().as_u16();
    assert_eq!(header(&answer, "content-type"), "application/problem+json");
    let body: serde_json::Value = answer.json().await.unwrap();
    assert_eq!(body["status"], status);
    format!("{status} {} {}", body["type"].as_str().unwrap(), body["detail"].as_str().unwrap())
}

fn unzip(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = Command::new("gzip")
        .arg("-d")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = gzip.stdin.take().unwrap();
    let bytes = bytes.to_vec();
    let writer = std::thread::spawn(move || stdin.write_all(&bytes).unwrap());
    let output = gzip.wait_with_output().unwrap();
    writer.join().unwrap();
    assert!(output.status.success());
    output.stdout
}

#[tokio::test]
async fn a_request_goes_by_the_ids_of_its_caller_when_they_are_sane() {
    let app = TestApp::new();
    let service = Service::start(&app, |_| {}).await;
    let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let known = [("x-request-id", "page-7:42"), ("traceparent", trace)];
    let answer = service.get("/healthz", &known).await;
    assert_eq!(header(&answer, "x-request-id"), "page-7:42");
    let parent = header(&answer, "traceparent");
    assert!(parent.starts_with("00-0af7651916cd43dd8448eb211c80319c-") && parent.ends_with("-01"));
    assert_ne!(parent, trace, "the span is that of the answer");

    let long = "x".repeat(65);
    for wild in ["a b", "{\"a\":1}", "", long.as_str()] {
        let made = service.get("/healthz", &[("x-request-id", wild), ("traceparent", wild)]).await;
        assert_eq!(header(&made, "x-request-id").len(), 36, "{wild}");
        assert_eq!(header(&made, "traceparent").len(), 55, "{wild}");
    }
    service.running.stop().await.unwrap();
}

#[tokio::test]
async fn every_answer_tells_browsers_to_be_careful() {
    let app = TestApp::new();
    let service = Service::start(&app, |config| {
        config.public_url = "https://vigie.example.fr".to_owned();
    })
    .await;
    let said = |answer: &Response| {
        let names = [
            "cache-control",
            "content-security-policy",
            "referrer-policy",
            "strict-transport-security",
            "x-content-type-options",
        ];
        let lines = names.map(|name| format!("{name}: {}", header(answer, name)));
        lines.join("\n")
    };
    let alive = said(&service.get("/healthz", &[]).await);
    insta::assert_snapshot!(alive, @r"
    cache-control: no-store
    content-security-policy: default-src 'none'; frame-ancestors 'none'
    referrer-policy: no-referrer
    strict-transport-security: max-age=31536000
    x-content-type-options: nosniff
    ");
    for path in ["/nowhere", "/api/v1/alerts/none", "/api/v1/projects?wrong=1"] {
        assert_eq!(said(&service.get(path, &[]).await), alive, "{path}");
    }
    let unknown = service.get("/api/v1/projects", &[("authorization", "Bearer x")]).await;
    assert_eq!(said(&unknown), alive);
    service.running.stop().await.unwrap();

    let plain = Service::start(&app, |_| {}).await;
    let answer = plain.get("/healthz", &[]).await;
    assert_eq!(header(&answer, "strict-transport-security"), "none");
    plain.running.stop().await.unwrap();
}

#[tokio::test]
async fn pages_of_other_sites_are_answered_only_when_the_settings_name_them() {
    let app = TestApp::new();
    let service = Service::start(&app, |config| {
        config.api.origins = vec!["https://tableaux.example.fr".to_owned()];
    })
    .await;
    for (origin, status, allowed) in [
        ("https://tableaux.example.fr", 204, "https://tableaux.example.fr"),
        ("https://tableaux.example.fr.evil.example", 403, "none"),
        ("null", 403, "none"),
    ] {
        let asked = service
            .ask(Method::OPTIONS, "/api/v1/projects")
            .header("origin", origin)
            .header("access-control-request-method", "GET")
            .send()
            .await
            .unwrap();
        assert_eq!(asked.status(), status, "{origin}");
        assert_eq!(header(&asked, "access-control-allow-origin"), allowed);
        assert_eq!(header(&asked, "access-control-allow-credentials"), "none");
        let read = service.get("/healthz", &[("origin", origin)]).await;
        assert_eq!(
            (read.status().as_u16(), header(&read, "access-control-allow-origin")),
            (200, allowed.to_owned())
        );
    }
    service.running.stop().await.unwrap();
}

#[tokio::test]
async fn a_method_that_an_address_does_not_take_is_told_those_that_it_takes() {
    let app = TestApp::new();
    let service = Service::start(&app, |_| {}).await;
    for (method, path, allowed) in [
        (Method::DELETE, "/api/v1/projects", "GET, HEAD"),
        (Method::GET, "/api/v1/alerts/one/acknowledgement", "POST"),
        (Method::OPTIONS, "/healthz", "GET, HEAD"),
    ] {
        let answer = service.ask(method, path).send().await.unwrap();
        assert_eq!(header(&answer, "allow"), allowed);
        let told = problem(answer).await;
        let expected = format!("405 urn:vigie:problem:bad-method this path accepts {allowed}");
        assert_eq!(told, expected);
    }
    let head = service.ask(Method::HEAD, "/healthz").send().await.unwrap();
    assert_eq!((head.status().as_u16(), header(&head, "content-length")), (200, "18".to_owned()));
    assert!(head.bytes().await.unwrap().is_empty());
    service.running.stop().await.unwrap();
}

#[tokio::test]
async fn what_a_request_may_be_is_bounded() {
    let app = TestApp::new();
    let service = Service::start(&app, |_| {}).await;
    let mut told = vec![];
    let long = format!("/api/v1/projects?ministry={}", "x".repeat(4096));
    told.push(problem(service.get(&long, &[]).await).await);
    let form = [("accept", "text/csv, application/json;q=0, image/*")];
    told.push(problem(service.get("/api/v1/dictionary", &form).await).await);
    let seen = "/api/v1/alerts/none/acknowledgement";
    let big = format!("{{\"reason\":\"{}\"}}", "x".repeat(64 * 1024));
    for (kind, body) in [
        ("application/json", big.as_str()),
        ("text/plain", "{\"reason\":\"vu\"}"),
        ("application/json", "{\"reason\":"),
    ] {
        let sent = service.ask(Method::POST, seen).header("content-type", kind);
        told.push(problem(sent.body(body.to_owned()).send().await.unwrap()).await);
    }
    insta::assert_snapshot!(told.join("\n"), @r"
    414 urn:vigie:problem:address-too-long the path and query have 4122 bytes, expected at most 4096
    406 urn:vigie:problem:not-acceptable read `Accept`: found `text/csv, application/json;q=0, image/*`, expected it to include application/json
    413 urn:vigie:problem:bad-body read the body: payload reached size limit
    415 urn:vigie:problem:bad-body read the body: found `text/plain`, expected application/json
    400 urn:vigie:problem:bad-body read the body: line 1, column 10: EOF while parsing a value
    ");
    for taken in ["*/*", "application/*;q=0.1", "text/html, application/json", ""] {
        let answer = service.get("/api/v1/dictionary", &[("accept", taken)]).await;
        assert_eq!(answer.status(), 200, "{taken}");
    }
    service.running.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_sends_slowly_is_let_go() {
    let app = TestApp::new();
    let service = Service::start(&app, |config| {
        config.api = api::ApiSettings { head_seconds: 1, body_seconds: 1, ..config.api.clone() };
    })
    .await;
    let head = service.raw("GET /healthz HTTP/1.1\r\nHost: a\r\nX-Slow: ");
    assert!(head.starts_with("HTTP/1.1 408 Request Timeout"), "{head}");
    let body = service.raw(&format!(
        "POST /api/v1/alerts/none/acknowledgement HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {}\r\n\
         Content-Type: application/json\r\nContent-Length: 15\r\n\r\n{{",
        service.token
    ));
    assert!(body.starts_with("HTTP/1.1 408 Request Timeout"), "{body}");
    assert!(body.contains("it was not complete within 1 s"), "{body}");
    service.running.stop().await.unwrap();
}

#[tokio::test]
async fn what_a_reader_has_already_is_not_sent_again() {
    let app = TestApp::with_fixtures();
    let service = Service::start(&app, |_| {}).await;
    let first = service.get("/api/v1/projects", &[]).await;
    let tag = header(&first, "etag");
    assert!(tag.starts_with('"') && tag.len() == 34, "{tag}");
    assert_eq!(header(&first, "cache-control"), "private, no-cache");
    assert_eq!(header(&first, "vary"), "Accept-Encoding, Authorization, Cookie");
    let zipped = service.get("/api/v1/projects", &[("accept-encoding", "gzip")]).await;
    let zipped_tag = header(&zipped, "etag");
    assert_eq!(zipped_tag, format!("{}-gzip\"", tag.trim_end_matches('"')));
    for known in [&tag, &zipped_tag, &format!("\"other\", W/{tag}"), &"*".to_owned()] {
        let again = service.get("/api/v1/projects", &[("if-none-match", known)]).await;
        assert_eq!(again.status(), 304, "{known}");
        assert!(known.contains(&header(&again, "etag")) || *known == "*", "{known}");
        assert_eq!(header(&again, "cache-control"), "private, no-cache");
        assert!(again.bytes().await.unwrap().is_empty());
    }
    let other = service.get("/api/v1/projects?ministry=MJ", &[("if-none-match", &tag)]).await;
    assert_eq!(other.status(), 200);
    assert_ne!(header(&other, "etag"), tag);

    let routes = std::fs::read_to_string(root().join("docs/API.md")).unwrap();
    let plain = routes.lines().filter_map(|line| line.strip_prefix("| `GET /api/v1/"));
    for path in plain.filter_map(|line| line.split('`').next()).filter(|path| !path.contains('{')) {
        let answer = service.get(&format!("/api/v1/{path}"), &[]).await;
        if answer.status() == 200 && header(&answer, "cache-control") != "no-store" {
            assert_ne!(header(&answer, "etag"), "none", "{path}");
        }
    }
    service.running.stop().await.unwrap();
}

#[tokio::test]
async fn long_answers_are_compressed_and_short_ones_and_problems_are_not() {
    let app = TestApp::with_fixtures();
    let service = Service::start(&app, |_| {}).await;
    let gzip = [("accept-encoding", "gzip, br")];
    let plain = service.get("/api/v1/projects", &[]).await.bytes().await.unwrap();
    let zipped = service.get("/api/v1/projects", &gzip).await;
    assert_eq!(header(&zipped, "content-encoding"), "gzip");
    assert_eq!(header(&zipped, "vary"), "Accept-Encoding, Authorization, Cookie");
    let bytes = zipped.bytes().await.unwrap();
    assert!(bytes.len() * 3 < plain.len(), "{} of {}", bytes.len(), plain.len());
    assert_eq!(unzip(&bytes), plain);
    for path in ["/api/v1/session", "/api/v1/alerts/none", "/healthz"] {
        let answer = service.get(path, &gzip).await;
        assert_eq!(header(&answer, "content-encoding"), "none", "{path}");
    }
    service.running.stop().await.unwrap();
}
