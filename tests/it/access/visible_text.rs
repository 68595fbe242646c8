//! Characters that cannot be seen: none reaches a screen, and no name of a person holds one.

use serde_json::{Value, json};

use crate::messages::delivery::mail;
use crate::support::mailed_app::MailedApp;
use crate::support::servers::mail::Demands;
use crate::support::test_server::TestServer;
use crate::support::{TestApp, fixtures};
use vigie::domain::accounts::access::Role;
use vigie::domain::messages::notice::{Content, Notice};
use vigie::store::Store;
use vigie::support::visible_text::is_invisible;

const NOW: &str = "2026-11-24T08:00:00Z";

/// Rings, turns the direction, hides, moves the cursor, parts lines.
const ODD: &str = "\u{7}\u{202e}\u{200b}\u{1b}[2J\u{2066}\u{e0041}\u{ad}\u{9b}";

#[track_caller]
fn assert_visible(what: &str, text: &str) {
    let odd = text.chars().find(|c| is_invisible(*c) && !matches!(c, '\n' | '\r' | '\t'));
    assert_eq!(odd, None, "{what} holds {odd:?}\n{}", text.escape_debug());
}

/// The fixtures, one project of which has a name that hides much.
fn app() -> TestApp {
    let app = TestApp::new();
    for file in ["2020-06.panorama.csv", "2020-11.panorama.csv"] {
        let text = std::fs::read_to_string(fixtures().join(file)).unwrap();
        let odd = text.replace("CYCLADES", "CYC\u{202e}LA\u{200b}DES");
        let path = app.path(file);
        std::fs::write(&path, odd).unwrap();
        app.ok(&["import", path.to_str().unwrap()]);
    }
    app
}

#[test]
fn what_a_terminal_shows_moves_and_turns_nothing_and_json_tells_the_same_to_programs() {
    let app = app();
    app.ok(&["cycle", "--as-of", "2020-11-30"]);
    for arguments in [
        vec!["panorama", "--as-of", "2020-11-30"],
        vec!["alerts"],
        vec!["imports"],
        vec!["project", "CYC\u{202e}LA\u{200b}DES", "--as-of", "2020-11-30"],
        vec!["export", "projects", "--as-of", "2020-11-30"],
        vec!["export", "alerts"],
    ] {
        assert_visible(&arguments.join(" "), &app.ok(&arguments));
        if arguments[0] != "export" {
            for format in ["csv", "json"] {
                let mut asked = arguments.clone();
                asked.extend(["--format", format]);
                assert_visible(&asked.join(" "), &app.ok(&asked));
            }
        }
    }
    let refused = app.run(&["project", &format!("nobody{ODD}")]);
    assert_eq!(refused.code, Some(1));
    assert_visible("a refusal", &refused.stderr);

    // What shows nothing is no part of a name: it is left out when a file is read, for programs too.
    let odd = "CYC\u{202e}LA\u{200b}DES";
    let project = app.json(&["project", odd, "--as-of", "2020-11-30"]);
    assert_eq!(project["names"], serde_json::json!(["CYCLADES"]), "{project}");
}

#[test]
fn mails_show_what_they_say_even_those_that_were_kept_before() {
    let Some(mailed) = MailedApp::open(&Demands::default()) else { return };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let store = Store::open(&mailed.app.database_url()).await.unwrap();
        let now = NOW.parse().unwrap();
        let notice = Notice {
            title: format!("Alerte{ODD} n° 1\n2"),
            content: Content::Message {
                text: format!("Du{ODD} texte,\nsur deux lignes.\n"),
                html: format!("<p>Du{ODD} texte.</p>"),
                page: None,
                attachments: vec![],
            },
            ..mail(1, now)
        };
        store.commit_reminders(&[notice], &[], now).await.unwrap();
        store.close().await;
    });
    let mails = mailed.deliver();
    let [mail] = mails.as_slice() else { panic!("{} mails", mails.len()) };
    assert_eq!(mail.headers["subject"], "Alerte[2J n° 1 2");
    assert_eq!(mail.text.replace('\r', "").trim_end(), "Du[2J texte,\nsur deux lignes.");
    assert_eq!(mail.html.trim_end(), "<p>Du[2J texte.</p>");
    let kept = mailed.app.json(&["notices", "list"]);
    assert_eq!(kept[0]["title"], format!("Alerte{ODD} n° 1\n2"), "what is kept stays as it was");
}

#[actix_web::test]
async fn feeds_exports_workbooks_and_what_a_server_tells_show_what_they_say() {
    let app = app();
    let mut alerts = app.command(&["cycle", "--as-of", "2020-11-30"]);
    assert!(alerts.status().unwrap().success());
    let token = app.token("Ada", &[Role::Administrator, Role::Analyst], &[]).await;
    let api = TestServer::open(app, NOW).await;
    for path in ["/api/v1/feed", "/api/v1/exports/projects?format=csv&as_of=2020-11-30"] {
        let request = reqwest::Client::new().get(api.url(path)).bearer_auth(&token);
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        assert_visible(path, &answer.text().await.unwrap());
    }
    let request = reqwest::Client::new()
        .get(api.url("/api/v1/exports/projects?format=xlsx&as_of=2020-11-30"))
        .bearer_auth(&token);
    let workbook = request.send().await.unwrap().bytes().await.unwrap();
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(workbook)).unwrap();
    let mut texts = String::new();
    let mut strings = archive.by_name("xl/sharedStrings.xml").unwrap();
    std::io::Read::read_to_string(&mut strings, &mut texts).unwrap();
    assert!(texts.contains("CYCLADES"), "the name is there, as it shows");
    assert_visible("a workbook", &texts);
    drop(strings);

    let server = api.url("");
    let mut command = api.app.command(&["alerts", "--server", &server]);
    command.env("VIGIE_TOKEN", &token);
    let told = actix_web::web::block(move || command.output().unwrap()).await.unwrap();
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    assert_visible("alerts --server", &String::from_utf8(told.stdout).unwrap());
    api.close().await;
}

#[actix_web::test]
async fn a_name_that_cannot_be_told_from_another_is_refused_on_every_way_in() {
    let app = TestApp::new();
    let token = app.token("Ada Lovelace", &[Role::Administrator], &[]).await;
    let alike = [
        "vigie\u{200b}",
        "V\u{456}gie",
        "\u{ff36}igie",
        "Ada Lovelace\u{200b}",
        "Ada\u{202e} Lovelace",
        "ada lovelace",
        "ADA  LOVELACE",
        "Ada\u{a0}Lovelace",
        "A\u{501}a Lovelace",
        "Grace\u{2028}Hopper",
        "Grace\u{e0041}",
    ];
    for name in alike {
        let made = app.run(&["accounts", "add", name, "--role", "reader"]);
        assert_ne!(made.code, Some(0), "{name:?}: {}", made.stdout);
        assert_visible("the refusal", &made.stderr);
    }
    app.ok(&["accounts", "add", "Grace Hopper", "--role", "reader"]);

    let api = TestServer::open(app, NOW).await;
    for name in alike {
        let body =
            json!({ "name": name, "roles": ["reader"], "scope": "whole", "reason": "essai" });
        let answer = api.post(&token, "/api/v1/accounts", body).await;
        assert!((400..500).contains(&answer.status), "{name:?}: {} {}", answer.status, answer.body);
    }
    let accounts = api.get(&token, "/api/v1/accounts").await.body;
    let names: Vec<&str> = accounts["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|account| account["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["Ada Lovelace", "Grace Hopper"]);
    let closed = api.close().await;

    for name in ["Ada\u{200b}", "vigie\u{ad}", "\u{202e}Ada"] {
        let told = closed.run(&["--by", name, "alerts", "silence", "--reason", "x"]);
        assert_ne!(told.code, Some(0), "{name:?}");
        assert_visible("the refusal", &told.stderr);
    }
    let trail: Value = closed.json(&["audit", "list"]);
    assert!(!trail.to_string().contains('\u{200b}'));
}
