//! What an import changed, or would change if a person confirmed it: line by line on its page, all of it in its file.

use std::fmt::Write as _;

use crate::support::TestApp;
use crate::support::test_server::TestServer;
use vigie::domain::accounts::access::Role;

const HEADER: &str = "project,ministry,phase,start_on,duration_months,cost_meur,inter_ministerial,functional_zone,programme,withheld_reason\n";

/// So many projects of one edition, each at this cost.
fn edition(count: usize, cost: &str) -> Vec<u8> {
    let mut text = HEADER.to_owned();
    for number in 1..=count {
        let phase = if number == 1 { "rollout" } else { "build" };
        writeln!(text, "Mimosa {number:03},MJ,{phase},2018-03,60,{cost},false,Justice,P310,")
            .unwrap();
    }
    text.into_bytes()
}

struct Analyst {
    server: TestServer,
    token: String,
}

impl Analyst {
    async fn open() -> Self {
        let app = TestApp::new();
        let token = app.token("claire.martin@example.org", &[Role::Analyst], &[]).await;
        Self { server: TestServer::open(app, "2020-12-01T09:00:00Z").await, token }
    }

    async fn import(&self, file: &str, bytes: Vec<u8>) {
        let address = format!("/api/v1/imports?file={file}");
        let sent = self.server.upload(&self.token, &address, bytes).await;
        assert_eq!(sent.status, 201, "{}", sent.body);
    }

    async fn text(&self, path: &str) -> String {
        let request = self.server.request(reqwest::Method::GET, path, &self.token);
        let answer = request.header("accept", "text/html").send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 200, "{path}");
        answer.text().await.unwrap()
    }

    async fn confirm(&self, import: u32) {
        let path = format!("/api/v1/imports/{import}/confirm");
        let reason = serde_json::json!({ "reason": "Vérifié avec le ministère." });
        let confirmed = self.server.post(&self.token, &path, reason).await;
        assert_eq!(confirmed.status, 200, "{}", confirmed.body);
    }
}

#[tokio::test]
async fn what_an_import_on_hold_would_change_is_said_line_by_line_and_wholly_exported() {
    let analyst = Analyst::open().await;
    analyst.import("2020-06.csv", edition(150, "24.5")).await;
    // A thousand times too much: it waits.
    analyst.import("2020-11.csv", edition(151, "24500")).await;
    let page = analyst.text("/imports/2").await;
    for words in [
        "Ce que la confirmation changerait",
        "comparée à celle de juin 2020",
        "151\u{a0}différences",
        "Et 51\u{a0}autres différences",
        "<td>24,5</td><td>24\u{202f}500</td>",
        "rowspan=\"1\">2</td>",
    ] {
        assert!(page.contains(words), "{words}\n{page}");
    }
    let file = analyst.text("/imports/2?format=csv&liste=differences").await;
    assert_eq!(file.lines().count(), 152, "{file}");
    assert!(file.contains("Mimosa 042;Coût;24,5;24\u{202f}500;43"), "{file}");
    assert!(file.contains("Mimosa 151;Projet;absent;Mimosa 151;152"), "{file}");
    // Once confirmed, it says what it changed of its own edition: nothing stood there.
    analyst.confirm(2).await;
    assert!(!analyst.text("/imports/2").await.contains("Ce que la confirmation changerait"));
    // A better file of the same edition: the history says what it changed, with its rows.
    analyst.import("2020-11.corrected.csv", edition(150, "24.6")).await;
    let history = analyst.text("/imports/3").await;
    assert!(history.contains("Ce qu’elle a changé"), "{history}");
    let changes = analyst.text("/imports/3?format=csv&liste=differences").await;
    assert!(changes.contains("Mimosa 042;Coût;24\u{202f}500;24,6;43"), "{changes}");
    assert!(changes.contains("Mimosa 151;Projet;Mimosa 151;absent;\r\n"), "{changes}");
    analyst.server.close().await;
}
