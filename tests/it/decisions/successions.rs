//! Ministries that merge and split: who has the projects from the day on, who still sees the past, who is written to.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::support::mailed_app::MailedApp;
use crate::support::servers::mail::{Demands, Mail};
use crate::support::test_server::TestServer;
use crate::support::{TestApp, fixtures, root};
use vigie::domain::accounts::access::Role;

const BEFORE: &str = "2020-12-01";
const AFTER: &str = "2020-12-15";

const MERGED: &str = r#"
[[succession]]
on = 2020-12-10
from = "MTE"
into = "MASA"
reason = "décret n° 2020-1500 du 9 décembre 2020"
"#;

/// Agriculture, which has an alert of its own, goes to Transition écologique.
const THE_OTHER_WAY: &str = r#"
[[succession]]
on = 2020-12-10
from = "MASA"
into = "MTE"
reason = "décret n° 2020-1500 du 9 décembre 2020"
"#;

/// Demat’ADS goes that day; what else goes is said by the next edition.
const SPLIT: &str = r#"
[[ministry]]
code = "MTSN"
name = "Ministère de la Transition numérique"
since = 2020-12-10

[[succession]]
on = 2020-12-10
from = "MTE"
into = "MTSN"
projects = ["dematads"]
reason = "décret n° 2020-1501 du 9 décembre 2020"
"#;

/// A command with the shipped table of aliases and these successions.
fn with(app: &TestApp, more: &str, arguments: &[&str]) -> Value {
    let path = app.path("aliases.toml");
    let shipped = std::fs::read_to_string(root().join("aliases.toml")).unwrap();
    std::fs::write(&path, shipped + more).unwrap();
    let mut command = app.command(arguments);
    let output = command.args(["--format", "json"]).env("VIGIE_ALIASES", &path).output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{arguments:?}\n{stderr}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The ministry of each project, in the order of ids.
fn homes(app: &TestApp, as_of: &str) -> BTreeMap<String, String> {
    let table = app.ok(&["export", "projects", "--as-of", as_of]);
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    let header = reader.headers().unwrap().clone();
    let column = |name: &str| header.iter().position(|one| one == name).unwrap();
    let (id, ministry) = (column("project_id"), column("ministry"));
    reader
        .records()
        .map(|row| row.unwrap())
        .map(|row| (row[id].to_owned(), row[ministry].to_owned()))
        .collect()
}

fn of(homes: &BTreeMap<String, String>, ministry: &str) -> BTreeSet<String> {
    let its = homes.iter().filter(|(_, home)| *home == ministry);
    its.map(|(project, _)| project.clone()).collect()
}

/// Number of projects and mean drift of each ministry.
fn totals(app: &TestApp, as_of: &str) -> BTreeMap<String, (i64, Value)> {
    let panorama = app.json(&["panorama", "--as-of", as_of]);
    let rows = panorama["ministries"].as_array().unwrap().iter();
    let row = |row: &Value| {
        let code = row["ministry"].as_str().unwrap().to_owned();
        (code, (row["project_count"].as_i64().unwrap(), row["budget_drift_weighted"].clone()))
    };
    rows.map(row).collect()
}

fn replays(app: &TestApp, cycle: &str) {
    let replay = app.json(&["replay", cycle]);
    assert_eq!(replay["identical"], true, "cycle {cycle}: {replay}");
}

fn mail_to<'a>(mails: &'a [Mail], mailbox: &str) -> Option<&'a Mail> {
    mails.iter().find(|mail| mail.to.iter().any(|to| to.contains(mailbox)))
}

#[test]
fn a_merged_ministry_leaves_its_projects_alerts_and_messages_to_its_successor_from_the_day_on() {
    let Some(mailed) = MailedApp::open(&Demands::default()) else { return };
    let app = &mailed.app;
    with(app, MERGED, &["cycle", "--as-of", BEFORE, "--announce"]);
    let first = mailed.deliver();
    let former = mail_to(&first, "sg@ecologie").expect("the former ministry is written to");
    let had = of(&homes(app, BEFORE), "MTE");
    assert!(had.len() >= 4, "{had:?}");
    assert!(former.text.contains("Demat’ADS"), "{}", former.text);
    let (count, _) = totals(app, BEFORE)["MASA"];

    let cycle = with(app, MERGED, &["cycle", "--as-of", AFTER]);
    assert_eq!(cycle["last_succession"], 1);
    let homes = homes(app, AFTER);
    assert!(had.is_subset(&of(&homes, "MASA")) && of(&homes, "MTE").is_empty(), "{homes:?}");
    let after = totals(app, AFTER);
    assert_eq!((after["MASA"].0, after.get("MTE")), (count + 4, None));
    assert_eq!(totals(app, BEFORE)["MTE"].0, 4, "before, there were two");

    let news = mailed.deliver();
    assert!(mail_to(&news, "sg@ecologie").is_none(), "the former ministry is no more");
    let successor = mail_to(&news, "sg@agriculture").expect("the successor is written to");
    assert!(successor.text.contains("Demat’ADS"), "{}", successor.text);
    replays(app, "1");
    replays(app, "2");
}

#[test]
fn alerts_on_the_merged_ministry_itself_go_on_at_its_successor() {
    let app = TestApp::with_fixtures();
    with(&app, THE_OTHER_WAY, &["cycle", "--as-of", BEFORE]);
    let on = |subject: &str| {
        let alerts = app.json(&["alerts"]);
        let rows = alerts.as_array().unwrap().iter();
        let its = rows.filter(|row| row["subject"].as_str() == Some(subject));
        its.map(|row| row["rule"].as_str().unwrap().to_owned()).collect::<BTreeSet<_>>()
    };
    let former = on("ministry/MASA");
    assert!(!former.is_empty());
    let cycle = with(&app, THE_OTHER_WAY, &["cycle", "--as-of", AFTER]);
    assert!(on("ministry/MASA").is_empty());
    let changes = cycle["alert_changes"].as_array().unwrap().iter();
    let moved: BTreeSet<String> = changes
        .filter(|change| change["kind"] == "moved")
        .map(|change| {
            let reason = change["reason"].as_str().unwrap();
            assert!(reason.contains("L’alerte se poursuit sur `ministry/MTE`"), "{reason}");
            assert!(reason.contains("Le 10 décembre 2020, tous les projets de « "), "{reason}");
            change["alert"]["rule"].as_str().unwrap().to_owned()
        })
        .collect();
    assert_eq!(moved, former);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_former_ministry_sees_the_past_of_its_projects_and_the_successor_all_of_it() {
    let app = TestApp::with_fixtures();
    with(&app, "", &["cycle", "--as-of", BEFORE]);
    let former = app.token("Ancien", &[Role::Reader], &["MTE"]).await;
    let successor = app.token("Successeur", &[Role::Reader], &["MASA"]).await;
    let project = "/api/v1/projects/dematads";
    let alerts = "/api/v1/alerts?subject=project/dematads";
    let api = TestServer::open(app, "2020-12-02T09:00:00Z").await;
    let seen = api.get(&former, project).await;
    let history = seen.body["history"].as_array().unwrap().len();
    assert_eq!((seen.status, api.status(project, &successor).await), (200, 404));
    assert_ne!(api.get(&former, alerts).await.body["data"], serde_json::json!([]));

    let between = api.close().await;
    with(&between, MERGED, &["cycle", "--as-of", AFTER]);
    // An edition of after, in which the successor publishes the project.
    let text = std::fs::read_to_string(fixtures().join("2020-11.panorama.csv")).unwrap();
    let next = between.path("2021-06.panorama.csv");
    std::fs::write(&next, text.replace("Ministère de la Transition Ecologique", "MASA")).unwrap();
    with(&between, MERGED, &["import", next.to_str().unwrap()]);
    let imports = between.json(&["imports"]);
    let held = imports.as_array().unwrap().iter().filter(|one| one["state"] == "on_hold");
    for one in held {
        let number = one["number"].to_string();
        between.ok(&["imports", "confirm", &number, "--reason", "vérifié", "--by", "Ada"]);
    }

    // Its jobs read the table too.
    let table = between.path("aliases.toml");
    let later =
        TestServer::with(between, "2021-06-15T09:00:00Z", |config| config.aliases = table).await;
    let past = later.get(&former, project).await;
    assert_eq!(past.status, 200, "{}", past.body);
    let editions = |body: &Value| {
        let rows = body["history"].as_array().unwrap().clone();
        rows.iter().map(|row| row["edition"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(editions(&past.body).len(), history, "until the day");
    assert_eq!(past.body["verdicts"], serde_json::json!([]), "{}", past.body);
    assert_eq!(later.get(&former, alerts).await.body["data"], serde_json::json!([]));
    let whole = later.get(&successor, project).await;
    let mut with_next = editions(&past.body);
    with_next.push("2021-06".to_owned());
    assert_eq!(editions(&whole.body), with_next);
    assert_ne!(later.get(&successor, alerts).await.body["data"], serde_json::json!([]));
    later.close().await;
}

#[test]
fn of_a_split_ministry_the_named_projects_go_that_day_and_the_others_where_they_are_published() {
    let app = TestApp::with_fixtures();
    with(&app, SPLIT, &["cycle", "--as-of", BEFORE]);
    let had = of(&homes(&app, BEFORE), "MTE");
    with(&app, SPLIT, &["cycle", "--as-of", AFTER]);
    let day = homes(&app, AFTER);
    assert_eq!(of(&day, "MTSN"), BTreeSet::from(["dematads".to_owned()]));
    assert_eq!(of(&day, "MTE").len(), had.len() - 1);

    let other = had.iter().find(|id| *id != "dematads").unwrap();
    let names = app.json(&["project", other]);
    let name = names["names"].as_array().unwrap().last().unwrap().as_str().unwrap().to_owned();
    let text = std::fs::read_to_string(fixtures().join("2020-11.panorama.csv")).unwrap();
    let lines = text.lines().map(|line| {
        let moves = line.contains(&name) || line.contains("Demat’ADS");
        let label = "Ministère de la Transition Ecologique";
        if moves {
            line.replace(label, "Ministère de la Transition numérique")
        } else {
            line.to_owned()
        }
    });
    let next = app.path("2021-06.panorama.csv");
    std::fs::write(&next, lines.collect::<Vec<_>>().join("\n")).unwrap();
    with(&app, SPLIT, &["import", next.to_str().unwrap()]);
    let since = homes(&app, "2021-06-30");
    assert_eq!(of(&since, "MTSN"), BTreeSet::from(["dematads".to_owned(), other.clone()]));
    replays(&app, "1");
    replays(&app, "2");
}
