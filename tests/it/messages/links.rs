//! Links of mails, followed by people without an account over real HTTP.

use chrono::{DateTime, TimeDelta, Utc};
use reqwest::Method;
use reqwest::header::{CONTENT_SECURITY_POLICY, ORIGIN};

use super::recipients::{delegate, import_contacts};
use crate::support::mailed_app::MailedApp;
use crate::support::servers::mail::{Demands, Mail};
use crate::support::test_server::TestServer;
use crate::support::{TestApp, fixtures};
use vigie::store::Store;
use vigie::support::clock::{Clock, SystemClock};

const HOME: &str = "https://vigie.example";

/// The service, the mails that its first cycle sent, and when.
async fn service() -> Option<(TestServer, Vec<Mail>, DateTime<Utc>)> {
    let mailed = MailedApp::open(&Demands::default())?;
    mailed.cycle(&["--announce"]);
    let mails = mailed.deliver();
    let now = SystemClock.now();
    let MailedApp { app, .. } = mailed;
    Some((serve(app, now).await, mails, now))
}

async fn serve(app: TestApp, now: DateTime<Utc>) -> TestServer {
    TestServer::with(app, &now.to_rfc3339(), |config| HOME.clone_into(&mut config.public_url)).await
}

/// The paths of the links of a kind in the critical message to a receiver.
fn links(mails: &[Mail], to: &str, kind: &str) -> Vec<String> {
    let is_critical = |mail: &&Mail| mail.to == [to] && mail.text.contains("J’ai pris");
    let mail = mails.iter().find(is_critical).unwrap();
    let words = mail.text.split_whitespace();
    let paths = words.filter_map(|word| word.strip_prefix(HOME));
    paths.filter(|path| path.starts_with(kind)).map(str::to_owned).collect()
}

/// The path of the link by which a receiver reads the digest.
fn reading(mails: &[Mail], to: &str) -> String {
    let is_digest = |mail: &&Mail| mail.to == [to] && mail.text.contains("Le message entier");
    let mail = mails.iter().find(is_digest).unwrap();
    let link = mail.text.lines().find_map(|line| line.strip_prefix("Le message entier : "));
    link.unwrap().strip_prefix(HOME).unwrap().trim().to_owned()
}

async fn page(server: &TestServer, path: &str) -> (u16, String) {
    let answer = server.request(Method::GET, path, "").send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

/// As the button of a page does.
async fn press(server: &TestServer, path: &str, origin: &str) -> u16 {
    let request = server.request(Method::POST, path, "").header(ORIGIN, origin);
    request.send().await.unwrap().status().as_u16()
}

fn acknowledged(server: &TestServer) -> usize {
    let trail = server.app.ok(&["audit", "list", "--format", "csv"]);
    trail.matches("alert_acknowledged").count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secretary_general_without_an_account_reads_the_message_and_acknowledges_by_its_links() {
    let Some((server, mails, _)) = service().await else { return };
    let path = reading(&mails, "sg@justice.example");
    let answer = server.request(Method::GET, &path, "").send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let policy = answer.headers()[CONTENT_SECURITY_POLICY].to_str().unwrap().to_owned();
    assert!(policy.contains("default-src 'none'") && !policy.contains("script"), "{policy}");
    let text = answer.text().await.unwrap();
    assert!(text.contains("Projet par projet") && text.contains("SCABIEUSE"), "{text}");
    assert!(!text.contains("TROÈNE") && !text.contains("SI SAMU"), "{text}");

    let wanted = links(&mails, "sg@justice.example", "/acknowledgements/");
    assert_eq!(wanted.len(), 6, "one for each critical alert");
    // Programs that check mail follow links: that changes nothing, however often.
    for link in wanted.iter().chain(&wanted) {
        let (status, shown) = page(&server, link).await;
        assert!(status == 200 && shown.contains(">J’ai pris connaissance</button>"), "{shown}");
    }
    assert_eq!(acknowledged(&server), 0);
    let (_, asked) = page(&server, &wanted[0]).await;
    assert!(asked.contains("Critique</span> PORTALIS&nbsp;: Dérive calendaire"), "{asked}");
    let home = server.url("");
    assert_eq!(press(&server, &wanted[0], "https://evil.example").await, 403);
    assert_eq!(acknowledged(&server), 0, "another site's button");
    assert_eq!(press(&server, &wanted[0], &home).await, 200);
    assert_eq!(press(&server, &wanted[0], &home).await, 200, "again");
    let noted = page(&server, &wanted[0]).await;
    assert!(noted.0 == 200 && noted.1.contains("C’est noté"), "{noted:?}");
    assert_eq!(acknowledged(&server), 1, "once");
    let trail = server.app.ok(&["audit", "list", "--format", "csv"]);
    assert!(
        trail.contains("Charlie Exemple") && trail.contains("par le lien du message"),
        "{trail}"
    );
    assert!(!trail.contains(wanted[0].rsplit('/').next().unwrap()), "the link is in the trail");
    // A link serves its own purpose, and what is changed in it makes it worthless.
    let swapped = wanted[0].replace("/acknowledgements/", "/messages/");
    assert_eq!(page(&server, &swapped).await.0, 410);
    let altered = page(&server, &format!("{}x", wanted[1])).await;
    assert!(altered.0 == 410 && altered.1.contains("Ce lien ne sert plus"), "{altered:?}");
    server.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_ends_with_its_time_by_hand_and_with_the_office_of_its_receiver() {
    let Some((server, mails, now)) = service().await else { return };
    let justice = reading(&mails, "sg@justice.example");
    let interior = reading(&mails, "sg@interieur.example");
    let culture = reading(&mails, "sg@culture.example");
    for path in [&justice, &interior, &culture] {
        assert_eq!(page(&server, path).await.0, 200);
    }
    // By hand.
    let notices = server.app.json(&["notices", "list", "--limit", "1000"]);
    let of_interior =
        |one: &&serde_json::Value| one["receiver"] == "sg/MI" && one["kind"] == "digest";
    let digest = notices.as_array().unwrap().iter().find(of_interior).unwrap();
    let id = digest["id"].as_str().unwrap();
    let revoke = ["notices", "revoke", id, "--reason", "transféré par erreur", "--by", "Ada"];
    server.app.ok(&revoke);
    assert_eq!(page(&server, &interior).await.0, 410);
    assert_eq!(page(&server, &justice).await.0, 200, "another message");
    let trail = server.app.ok(&["audit", "list", "--format", "csv"]);
    assert!(trail.contains("links_revoked") && trail.contains("transféré par erreur"), "{trail}");
    // Another person takes the office.
    let contacts = std::fs::read_to_string(fixtures().join("2020-11.contacts.csv")).unwrap();
    let file = server.app.path("2020-11.contacts.csv");
    std::fs::write(&file, contacts.replace("sg@justice.example", "nouveau@justice.example"))
        .unwrap();
    server.app.ok(&["import", file.to_str().unwrap()]);
    assert_eq!(page(&server, &justice).await.0, 410);
    assert_eq!(page(&server, &culture).await.0, 200);
    // In time.
    server.clock.set(&(now + TimeDelta::days(31)).to_rfc3339());
    assert_eq!(page(&server, &culture).await.0, 410);
    server.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_serves_a_delegate_during_the_absence_and_whoever_is_absent_all_along() {
    let Some(mailed) = MailedApp::open(&Demands::default()) else { return };
    mailed.cycle(&["--announce"]);
    let before = reading(&mailed.deliver(), "sg@justice.example");
    import_contacts(&mailed.app, &[delegate(-2, 2)]);
    let proposed = mailed.app.json(&["missions", "--state", "proposed", "--ministry", "MJ"]);
    let id = proposed[0]["id"].as_str().unwrap();
    let reason = ["--reason", "vu en comité", "--by", "Claire Martin"];
    mailed.app.ok(&[&["missions", "decide", id, "accept"], &reason[..]].concat());
    mailed.app.ok(&["jobs", "run", "digest"]);
    let during = reading(&mailed.deliver(), "adjointe@justice.example");

    let MailedApp { app, .. } = mailed;
    let now = SystemClock.now();
    let server = serve(app, now).await;
    assert_eq!(page(&server, &during).await.0, 200);
    assert_eq!(page(&server, &before).await.0, 200, "an absence takes nothing away");
    server.clock.set(&(now + TimeDelta::days(4)).to_rfc3339());
    assert_eq!(page(&server, &during).await.0, 410, "the absence is over");
    assert_eq!(page(&server, &before).await.0, 200);
    server.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn links_of_before_a_restoration_serve_nobody() {
    let Some((server, mails, now)) = service().await else { return };
    let justice = reading(&mails, "sg@justice.example");
    let acknowledging = links(&mails, "sg@justice.example", "/acknowledgements/").remove(0);
    assert_eq!(page(&server, &justice).await.0, 200);
    let run = server.app.json(&["jobs", "run", "backup"]);
    assert_eq!(run["outcome"], "success", "{run}");
    let app = server.close().await;
    let mut found = std::fs::read_dir(app.path("data/backups")).unwrap();
    let backup = found.next().unwrap().unwrap().path();
    app.make_way_for_a_restoration();
    let restored = app.run(&["restore", backup.to_str().unwrap(), "--force"]);
    assert_eq!(restored.code, Some(0), "{}", restored.stderr);
    assert!(restored.stderr.contains("liens des courriels"), "{}", restored.stderr);

    let restarted = serve(app, now).await;
    assert_eq!(page(&restarted, &justice).await.0, 410);
    assert_eq!(press(&restarted, &acknowledging, &restarted.url("")).await, 410);
    // The next mail draws a key anew, which does not bring the former links back.
    let store = Store::open(&restarted.app.database_url()).await.unwrap();
    store.link_key(now).await.unwrap();
    store.close().await;
    assert_eq!(page(&restarted, &justice).await.0, 410);
    assert_eq!(acknowledged(&restarted), 0);
    restarted.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_tries_links_is_slowed_down() {
    let server = TestServer::with_quotas(TestApp::new(), "2020-12-01T09:00:00Z", |_| {}).await;
    for _ in 0..10_000 {
        match page(&server, "/messages/no.link").await.0 {
            410 => {}
            status => {
                assert_eq!(status, 429);
                server.close().await;
                return;
            }
        }
    }
    panic!("ten thousand tries, and none refused");
}
