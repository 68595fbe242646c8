//! What people write in the note to the COSINUM.

use reqwest::Method;
use reqwest::header::IF_MATCH;
use serde_json::{Value, json};

use super::{NOW, judged};
use crate::support::test_server::TestServer;
use vigie::domain::accounts::access::Role;

#[tokio::test(flavor = "multi_thread")]
async fn a_text_is_kept_with_its_edition_and_the_second_of_two_authors_reads_the_first() {
    let app = judged();
    app.ok(&["document", "text", "write", "2020-11", "decisions", "--text", "- Une décision *."]);
    let note = app.ok(&["document", "cosinum", "--edition", "2020-11"]);
    assert!(note.contains("\n- Une décision \\*.\n"), "{note}");
    assert!(!note.contains("À compléter\u{202f}: décisions proposées"), "{note}");
    let other = app.ok(&["document", "cosinum", "--edition", "2020-06"]);
    assert!(!other.contains("Une décision"), "{other}");
    let late =
        ["document", "text", "write", "2020-11", "decisions", "--text", "Non", "--revision", "0"];
    let late = app.run(&late);
    assert_eq!(late.code, Some(1));
    assert!(late.stderr.contains("Une décision *."), "{}", late.stderr);

    let token = app.token("Claire", &[Role::Analyst], &[]).await;
    let reader = app.token("Paul", &[Role::Reader], &[]).await;
    let server = TestServer::open(app, NOW).await;
    let path = "/api/v1/documents/cosinum/2020-11/texts/decisions";
    let put = async |by: &str, revision: &str, text: &str| {
        let request = server.request(Method::PUT, path, by).header(IF_MATCH, revision);
        let answer = request.json(&json!({ "text": text })).send().await.unwrap();
        (answer.status().as_u16(), answer.json::<Value>().await.unwrap())
    };
    assert_eq!(put(&reader, "\"1\"", "Non").await.0, 403);
    let (status, written) = put(&token, "\"1\"", "Autre décision.").await;
    assert_eq!((status, &written["revision"]), (200, &json!(2)), "{written}");
    let (refused, stale) = put(&token, "\"1\"", "Trop tard.").await;
    assert_eq!(refused, 412);
    assert!(stale["detail"].as_str().unwrap().contains("Autre décision."), "{stale}");
    let trail = server.app.json(&["audit", "list"]).to_string();
    assert_eq!(trail.matches("\"note_text_written\"").count(), 2, "{trail}");
}
