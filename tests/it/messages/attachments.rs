//! Files that go with messages: whole at the mail server, by name everywhere else, to whoever answers for a project.

use chrono::{DateTime, Days, Utc};
use serde_json::{Value, json};

use super::delivery::mail;
use crate::support::TestApp;
use crate::support::mailed_app::MailedApp;
use crate::support::servers::mail::{Demands, Mail};
use crate::support::test_server::TestServer;
use vigie::domain::accounts::access::Role;
use vigie::domain::ids::{MinistryCode, ProjectId};
use vigie::domain::messages::attachment::Attachment;
use vigie::domain::messages::notice::{Content, Notice, NoticeKind, Receiver};
use vigie::store::Store;
use vigie::support::clock::{Clock, SystemClock, today};

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// Every byte there is, many times over.
fn workbook() -> Vec<u8> {
    (0..300_000_u32).map(|number| number.wrapping_mul(2_654_435_761).to_be_bytes()[0]).collect()
}

/// A question to each receiver, with files.
fn questions(now: DateTime<Utc>) -> Vec<Notice> {
    let file = |name: &str, bytes| Attachment::new(name, XLSX, bytes).unwrap();
    let ministry = |code: &str| Receiver::SecurityRelay(MinistryCode::new(code));
    let project = |id: &str| Receiver::ProjectDirector(ProjectId::new(id));
    let receivers =
        [project("portalis"), ministry("MJ"), ministry("MC"), project("cyclades"), project("ned")];
    let notice = |(number, receiver): (usize, Receiver)| {
        let plain = mail(number, now);
        Notice {
            kind: NoticeKind::Questionnaire,
            thread: format!("campaign/2020-11/{receiver}"),
            content: Content::Message {
                text: "Remplir le classeur joint.\n".to_owned(),
                html: "<p>Remplir le classeur joint.</p>".to_owned(),
                page: None,
                attachments: vec![
                    file("questionnaire.xlsx", workbook()),
                    file("réponses d’avant.xlsx", vec![0, 13, 10, 46, 10]),
                ],
            },
            receiver,
            ..plain
        }
    };
    receivers.into_iter().enumerate().map(notice).collect()
}

async fn write_questions(app: &TestApp) {
    let now = SystemClock.now();
    let store = Store::open(&app.database_url()).await.unwrap();
    assert_eq!(store.commit_reminders(&questions(now), &[], now).await.unwrap(), 5);
    store.close().await;
}

#[test]
fn a_file_arrives_whole_at_whoever_answers_for_the_project() {
    let Some(mailed) = MailedApp::open(&Demands::default()) else { return };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(write_questions(&mailed.app));
    let mails = mailed.deliver();
    let mut to: Vec<&str> = mails.iter().map(|mail| mail.to[0].as_str()).collect();
    to.sort_unstable();
    let expected = [
        "cyclades@education.example",
        // Culture has no security relay.
        "dnum@culture.example",
        "portalis@justice.example",
        "securisation@justice.example",
    ];
    assert_eq!(to, expected);
    for Mail { text, html, attachments, copies, .. } in &mails {
        assert_eq!(text.trim_end(), "Remplir le classeur joint.");
        assert_eq!(html.trim_end(), "<p>Remplir le classeur joint.</p>");
        let [first, second] = attachments.as_slice() else { panic!("{} files", attachments.len()) };
        assert_eq!((first.name.as_str(), first.media_type.as_str()), ("questionnaire.xlsx", XLSX));
        assert_eq!(first.bytes(), workbook());
        assert_eq!(second.name, "réponses d’avant.xlsx");
        assert_eq!(second.bytes(), [0, 13, 10, 46, 10]);
        assert!(copies.is_empty());
    }

    // Nobody directs NED: its message is given up, and says why.
    let dead = mailed.app.json(&["notices", "list", "--state", "dead"]);
    let [dead] = dead.as_array().unwrap().as_slice() else { panic!("{dead}") };
    assert_eq!(dead["receiver"], "project/ned");
    assert_eq!(dead["last_error"], "noAddress: no director is known for ned");
    let listed = mailed.app.ok(&["notices", "list", "--state", "dead"]);
    assert!(listed.contains("aucun directeur n’est"), "{listed}");
}

#[tokio::test]
async fn a_file_is_shown_by_its_name_and_only_to_who_may_read_the_message() {
    let app = TestApp::with_fixtures();
    write_questions(&app).await;
    let shown = app.ok(&["notices", "show", "notice-00000"]);
    assert!(shown.contains("Pièce jointe : questionnaire.xlsx (300 ko)"), "{shown}");
    let listed = app.json(&["notices", "list"]);
    let files = |notice: &Value| notice["content"]["message"]["attachments"].clone();
    let expected = json!([
        { "name": "questionnaire.xlsx", "media_type": XLSX, "size": 300_000 },
        { "name": "réponses d’avant.xlsx", "media_type": XLSX, "size": 5 },
    ]);
    for notice in listed.as_array().unwrap() {
        assert_eq!(files(notice), expected);
    }

    let justice = app.token("Charlie", &[Role::Reader], &["MJ"]).await;
    let server = TestServer::open(app, &SystemClock.now().to_rfc3339()).await;
    let own = server.get(&justice, "/api/v1/notices").await.body;
    let own = own["data"].as_array().unwrap();
    let mut receivers: Vec<&str> =
        own.iter().map(|one| one["receiver"].as_str().unwrap()).collect();
    receivers.sort_unstable();
    assert_eq!(receivers, ["project/ned", "project/portalis", "relay/MJ"]);
    let of_portalis = "/api/v1/notices?receiver=project/portalis";
    let found = server.get(&justice, of_portalis).await.body;
    let [found] = found["data"].as_array().unwrap().as_slice() else { panic!("{found}") };
    assert_eq!(files(found), expected);
    let one = server.get(&justice, "/api/v1/notices/notice-00000").await;
    assert_eq!((one.status, files(&one.body)), (200, expected));
    assert_eq!(server.status("/api/v1/notices/notice-00002", &justice).await, 404, "of Culture");
    assert_eq!(server.status("/api/v1/notices/notice-00003", &justice).await, 404, "of Education");
    server.close().await;
}

#[test]
fn a_campaign_asks_by_mail_with_the_workbook_of_each_project_or_ministry() {
    let Some(mailed) = MailedApp::open(&Demands::default()) else { return };
    let app = &mailed.app;
    let day = today(SystemClock.now());
    let (edition, opens) = (day.format("%Y-%m").to_string(), day.to_string());
    let closes = (day + Days::new(20)).to_string();
    let dates = ["--opens", &opens, "--closes", &closes, "--reason", "calendrier"];
    app.ok(&[&["campaigns", "plan", &edition], &dates[..]].concat());
    let told = app.run(&["jobs", "run", "reminders"]);
    let told = format!("{}{}", told.stdout, told.stderr).replace('\u{a0}', " ");
    assert!(told.contains("16 messages de questionnaire écrits"), "{told}");

    let mails = mailed.deliver();
    assert_eq!(mails.len(), 16);
    let of = |address: &str| mails.iter().find(|mail| mail.to == [address]).unwrap();
    let relay = of("securisation@justice.example");
    assert!(relay.text.contains("faire remplir le classeur joint"), "{}", relay.text);
    let mail = of("portalis@justice.example");
    let [workbook] = mail.attachments.as_slice() else {
        panic!("{} files", mail.attachments.len())
    };
    assert_eq!(workbook.media_type, XLSX);
    std::fs::write(app.path(&workbook.name), workbook.bytes()).unwrap();
    let read = app.run(&["import", "--dry-run", &workbook.name]);
    // It is known for a questionnaire, and nothing is filled in.
    assert!(read.stderr.contains("colonne G : aucune réponse"), "{}", read.stderr);
    let again = app.ok(&["notices", "list", "--state", "waiting", "--format", "csv"]);
    app.ok(&["notices", "remind"]);
    assert_eq!(app.ok(&["notices", "list", "--state", "waiting", "--format", "csv"]), again);
}

/// What the settings of documents add to those of a test that sends mail.
fn with_documents(mailed: &MailedApp, digests: &str, formats: &str) {
    let path = mailed.app.path("vigie.toml");
    let settings = std::fs::read_to_string(&path).unwrap();
    let documents = format!("[documents]\ndigests = \"{digests}\"\nformats = [\"{formats}\"]\n");
    std::fs::write(&path, format!("{settings}{documents}")).unwrap();
}

fn digest<'a>(mails: &'a [Mail], to: &str) -> &'a Mail {
    let is_digest = |mail: &&Mail| mail.to == [to] && mail.headers["subject"].contains("décision");
    mails.iter().find(is_digest).unwrap()
}

#[test]
fn a_digest_carries_the_page_of_its_ministry_and_that_of_the_risk_team_the_note() {
    let Some(mailed) = MailedApp::open(&Demands::default()) else { return };
    with_documents(&mailed, "attached", "md");
    mailed.cycle(&["--announce"]);
    let mails = mailed.deliver();
    let justice = digest(&mails, "sg@justice.example");
    let [page] = justice.attachments.as_slice() else {
        panic!("{} files", justice.attachments.len())
    };
    assert_eq!(
        (page.name.as_str(), page.media_type.as_str()),
        ("ministere-mj-2020-11.md", "text/markdown")
    );
    // Written once the cycle was committed: it knows its alerts.
    let text = String::from_utf8(page.bytes()).unwrap();
    assert!(text.contains("PORTALIS") && text.contains("niveau critique"), "{text}");
    assert!(!text.contains("Si Samu") && !text.contains("SI SAMU"), "of Health: {text}");
    assert!(
        justice.text.contains("https://vigie.example/documents/ministeres/MJ"),
        "{}",
        justice.text
    );
    let of_team = |mail: &&Mail| mail.to == ["risques@dinum.example"];
    let files = mails.iter().filter(of_team).flat_map(|mail| &mail.attachments);
    let names: Vec<&str> = files.map(|file| file.name.as_str()).collect();
    assert_eq!(names, ["cosinum-2020-11.md"]);
    // Alerts that have just become critical leave by themselves, at once and without it.
    let of_justice = |mail: &&Mail| mail.to == ["sg@justice.example"];
    let carried = mails.iter().filter(of_justice).map(|mail| mail.attachments.len());
    assert_eq!(carried.sum::<usize>(), 1);
}

#[test]
fn a_digest_leads_to_its_document_or_says_nothing_of_it_as_the_settings_want() {
    let link = "La page du ministère, à imprimer";
    for (digests, expected) in [("link", true), ("none", false)] {
        let Some(mailed) = MailedApp::open(&Demands::default()) else { return };
        with_documents(&mailed, digests, "odt");
        mailed.cycle(&["--announce"]);
        let mails = mailed.deliver();
        let justice = digest(&mails, "sg@justice.example");
        assert_eq!(justice.text.contains(link), expected, "{digests}: {}", justice.text);
        assert_eq!(justice.html.contains(link), expected);
        assert!(justice.attachments.is_empty());
    }
}

#[test]
fn a_document_that_cannot_be_made_keeps_no_digest_from_leaving() {
    let Some(mailed) = MailedApp::open(&Demands::default()) else { return };
    let path = mailed.app.path("vigie.toml");
    let settings = std::fs::read_to_string(&path).unwrap();
    let documents = "[documents]\ndigests = \"attached\"\ntemplate = \"absent.odt\"\n";
    std::fs::write(&path, format!("{settings}{documents}")).unwrap();
    mailed.cycle(&["--announce"]);
    let mails = mailed.deliver();
    assert!(digest(&mails, "sg@justice.example").attachments.is_empty());
}
