//! Files imported over HTTP: the same as by the command line, whole or not at all.

use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use serde_json::{Value, json};

use crate::support::test_server::TestServer;
use crate::support::{TestApp, fixtures};
use vigie::domain::accounts::access::Role;

const NOW: &str = "2020-12-01T09:00:00Z";
const IMPORTS: &str = "/api/v1/imports";

/// Editions come before what speaks of their projects.
const FILES: [&str; 5] = [
    "2020-06.panorama.csv",
    "2020-11.panorama.csv",
    "2020-11.milestones.csv",
    "2020-11.contacts.csv",
    "encodings/2020-11.workbook.xlsx",
];

async fn open() -> (TestServer, String) {
    let app = TestApp::new();
    let token = app.token("Claire", &[Role::Analyst], &[]).await;
    (TestServer::open(app, NOW).await, token)
}

fn file(name: &str) -> Vec<u8> {
    std::fs::read(fixtures().join(name)).unwrap()
}

/// Where a file is sent, and under which name.
fn address(name: &str) -> String {
    format!("{IMPORTS}?file={}", name.rsplit('/').next().unwrap())
}

/// Without what tells where and when.
fn bare(mut value: Value) -> Value {
    if let Some(one) = value.as_object_mut() {
        for field in ["file", "imported_at"] {
            one.remove(field);
        }
        for inner in one.values_mut() {
            *inner = bare(inner.take());
        }
    }
    if let Some(all) = value.as_array_mut() {
        for inner in all {
            *inner = bare(inner.take());
        }
    }
    value
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_imported_over_http_is_the_one_that_the_command_line_imports() {
    let (api, token) = open().await;
    let by_command = TestApp::new();
    for name in FILES {
        let path = fixtures().join(name);
        let told = by_command.json(&["import", path.to_str().unwrap()]);
        let sent = api.upload(&token, &address(name), file(name)).await;
        assert_eq!(sent.status, 201, "{name}: {}", sent.body);
        assert_eq!(bare(sent.body), bare(told), "{name}");

        let dossier = api.get(&token, &sent.location.unwrap()).await;
        assert_eq!((dossier.status, dossier.body["file"].as_str()), (200, name.rsplit('/').next()));
    }
    let again = api.upload(&token, &address(FILES[1]), file(FILES[1])).await;
    assert_eq!(again.status, 200);
    assert_eq!(again.location, None);
    assert_eq!(again.body["files"][0]["recorded"]["outcome"], "unchanged");

    let app = api.close().await;
    for question in [&["imports"][..], &["panorama", "--as-of", "2020-11-30"]] {
        assert_eq!(bare(app.json(question)), bare(by_command.json(question)));
    }
    let audit = app.json(&["audit", "list"]);
    let by: BTreeSet<&str> = audit
        .as_array()
        .unwrap()
        .iter()
        .filter(|entry| entry["subject"].as_str().unwrap().starts_with("import/"))
        .map(|entry| entry["actor"].as_str().unwrap())
        .collect();
    assert_eq!(by, BTreeSet::from(["Claire"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_reports_like_an_import_and_leaves_nothing() {
    let (api, token) = open().await;
    let name = FILES[1];
    let tried = api.upload(&token, &format!("{}&dry_run=true", address(name)), file(name)).await;
    assert_eq!((tried.status, &tried.location), (200, &None));
    assert_eq!(tried.body["dry_run"], true);
    let left = api.get(&token, IMPORTS).await;
    assert_eq!(left.body["data"], json!([]));
    let done = api.upload(&token, &address(name), file(name)).await;
    assert_eq!(done.body["files"], tried.body["files"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_malformed_file_is_refused_whole_with_each_fault_at_its_place() {
    let (api, token) = open().await;
    let known = api.upload(&token, &address(FILES[1]), file(FILES[1])).await;
    assert_eq!(known.status, 201);
    let mut names: Vec<String> = std::fs::read_dir(fixtures().join("malformed"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    let mut said = Vec::new();
    for name in names {
        let refused = api.upload(&token, &address(&name), file(&format!("malformed/{name}"))).await;
        let Value::Object(problem) = &refused.body else { panic!("{name}: {}", refused.status) };
        let mut lines = vec![format!("{} {}", refused.status, problem["detail"].as_str().unwrap())];
        for error in problem.get("errors").and_then(Value::as_array).into_iter().flatten() {
            let Value::Object(error) = error else { panic!("{error}") };
            let told = error.iter().filter(|(field, _)| *field != "file");
            let told = told.map(|(field, value)| format!("{field}: {value}"));
            lines.push(format!("  {}", told.collect::<Vec<_>>().join(", ")));
        }
        said.push(lines.join("\n"));
    }
    insta::assert_snapshot!(said.join("\n"));
    let imports = api.get(&token, IMPORTS).await;
    assert_eq!(imports.body["data"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_file_of_ours_is_refused_by_its_request() {
    let app = TestApp::new();
    let token = app.token("Claire", &[Role::Analyst], &[]).await;
    let api = TestServer::with(app, NOW, |config| config.api.upload_bytes = 3_000).await;
    let small = || b"a,b\n1,2\n".to_vec();
    let mut said = Vec::new();
    for (path, bytes) in [
        (IMPORTS.to_owned(), small()),
        (format!("{IMPORTS}?file="), small()),
        (format!("{IMPORTS}?file=../2020-11.csv"), small()),
        (format!("{IMPORTS}?file=a.csv&profile=none"), small()),
        (format!("{IMPORTS}?file=a.csv&edition=2020"), small()),
        (format!("{IMPORTS}?file=a.csv&dry_run=perhaps"), small()),
        (format!("{IMPORTS}?file=a.csv&other=1"), small()),
        (format!("{IMPORTS}?file=a.csv"), Vec::new()),
        (format!("{IMPORTS}?file=a.csv"), vec![b'x'; 3_001]),
    ] {
        let refused = api.upload(&token, &path, bytes).await;
        let asked = path.trim_start_matches(IMPORTS);
        said.push(format!("{asked}: {} {}", refused.status, refused.body["detail"]));
    }
    let json = api.post(&token, &format!("{IMPORTS}?file=a.csv"), json!({})).await;
    said.push(format!("as JSON: {} {}", json.status, json.body["detail"]));
    insta::assert_snapshot!(said.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_says_or_proves_to_be_too_large_or_breaks_off_leaves_nothing() {
    let app = TestApp::new();
    let token = app.token("Claire", &[Role::Analyst], &[]).await;
    let api = TestServer::with(app, NOW, |config| config.api.upload_bytes = 3_000).await;
    let url = api.url("");
    let head = |more: &str| {
        format!(
            "POST {IMPORTS}?file=a.csv HTTP/1.1\r\nhost: vigie\r\nauthorization: Bearer {token}\r\n\
             content-type: application/octet-stream\r\nconnection: close\r\n{more}\r\n\r\n"
        )
    };
    let status = |sent: String| {
        let mut connection = TcpStream::connect(url.trim_start_matches("http://")).unwrap();
        // It may have response, and gone, before all of it is sent.
        drop(connection.write_all(sent.as_bytes()));
        let mut answer = [0; 12];
        connection.read_exact(&mut answer).unwrap();
        String::from_utf8(answer.to_vec()).unwrap()
    };
    let said = status(head("content-length: 100000000000"));
    let proves = status(format!(
        "{}{}0\r\n\r\n",
        head("transfer-encoding: chunked"),
        format!("400\r\n{}\r\n", "x".repeat(0x400)).repeat(4)
    ));
    assert_eq!((said.as_str(), proves.as_str()), ("HTTP/1.1 413", "HTTP/1.1 413"));

    let mut broken = TcpStream::connect(url.trim_start_matches("http://")).unwrap();
    broken.write_all(format!("{}a,b\n", head("content-length: 1000")).as_bytes()).unwrap();
    drop(broken);
    let imports = api.get(&token, IMPORTS).await;
    assert_eq!(imports.body["data"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_analysts_of_the_whole_state_import() {
    let app = TestApp::new();
    let reader = app.token("Lecteur", &[Role::Reader], &[]).await;
    let justice = app.token("Justice", &[Role::Analyst], &["MJ"]).await;
    let api = TestServer::open(app, NOW).await;
    for (token, problem) in [(&reader, "not-allowed"), (&justice, "beyond-scope")] {
        let refused = api.upload(token, &address(FILES[1]), file(FILES[1])).await;
        assert_eq!(refused.status, 403);
        assert_eq!(refused.body["type"], format!("urn:vigie:problem:{problem}"));
    }
    let left = api.close().await;
    assert_eq!(left.json(&["imports"]), json!([]));
    let audit = left.json(&["audit", "list"]);
    let refused = audit.as_array().unwrap().iter().filter(|one| one["action"] == "request_refused");
    let refused: Vec<_> = refused.map(|one| (&one["actor"], &one["subject"])).collect();
    let subject = json!("route/POST /api/v1/imports");
    assert_eq!(refused, [(&json!("Lecteur"), &subject), (&json!("Justice"), &subject)]);
}
