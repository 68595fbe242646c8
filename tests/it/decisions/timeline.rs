//! What became of a project, in the order in which it did.

use chrono::TimeDelta;
use serde_json::Value;

use crate::support::TestApp;
use vigie::domain::accounts::access::Role;
use vigie::support::clock::{Clock as _, SystemClock};

/// Judged twice; people did something each time.
fn followed() -> TestApp {
    let app = TestApp::with_fixtures();
    app.ok(&["cycle", "--as-of", "2020-06-30"]);
    app.ok(&["alerts", "ack", "D1", "SI SAMU", "--reason", "vu"]);
    app.ok(&["cycle", "--as-of", "2020-11-30"]);
    app.ok(&["alerts", "assign", "D1", "SI SAMU", "--to", "Paul", "--reason", "congés"]);
    let until = (SystemClock.now() + TimeDelta::days(20)).format("%Y-%m-%d").to_string();
    let scope = ["--project", "si-samu", "--until", &until, "--reason", "plan"];
    app.ok(&[&["alerts", "silence"], scope.as_slice()].concat());
    app.ok(&["alerts", "unsilence", "1", "--reason", "plan abandonné"]);
    app.ok(&["reviews", "plan", "--as-of", "2020-11-30"]);
    app
}

fn line(event: &Value) -> String {
    let text = |key: &str| event[key].as_str().unwrap_or("-").to_owned();
    let words = text("words").lines().next().unwrap_or_default().to_owned();
    let [about, kind, level, by, title] = ["about", "kind", "level", "by", "title"].map(text);
    // It ends so many days from now.
    let title = if kind == "made" { "Silence jusqu’au …".to_owned() } else { title };
    format!("{about} {kind} {level} {by}: {title} | {words}")
}

fn lines(events: &Value) -> Vec<String> {
    events.as_array().unwrap().iter().map(line).collect()
}

#[test]
fn a_timeline_tells_editions_alerts_missions_and_reviews_newest_first() {
    let app = followed();
    let events = app.json(&["project", "si samu", "--timeline"]);
    let mut told = lines(&events);
    told.reverse();
    insta::assert_snapshot!(told.join("\n"));
    let names: Vec<&Value> = events.as_array().unwrap().iter().map(|one| &one["name"]).collect();
    let unique: std::collections::BTreeSet<String> =
        names.iter().map(ToString::to_string).collect();
    assert_eq!(unique.len(), names.len());
    let table = app.ok(&["project", "si samu", "--timeline", "--format", "csv"]);
    assert_eq!(table.lines().next(), Some("on,about,title,level,by,words"));
    assert_eq!(app.run(&["project", "nulle part", "--timeline"]).code, Some(1));
}

/// What was done to its alerts when it had another name is told too.
#[test]
fn a_project_that_is_linked_brings_its_timeline_along() {
    let app = TestApp::new();
    for (edition, name) in [("2020-06", "ALPHA"), ("2020-11", "OMEGA")] {
        let text = format!(
            "project,ministry,phase,start_on,duration_months,cost_meur,inter_ministerial,\
             functional_zone,programme,withheld_reason\n{name},MJ,build,2018-01,96,150,false,,,\n"
        );
        let file = app.path(&format!("{edition}.panorama.csv"));
        std::fs::write(&file, text).unwrap();
        app.ok(&["import", file.to_str().unwrap()]);
        app.ok(&["cycle", "--as-of", &format!("{edition}-30")]);
    }
    app.ok(&["alerts", "comment", "RC02", "OMEGA", "--text", "à revoir"]);
    app.ok(&["projects", "link", "omega", "alpha", "--reason", "même marché"]);
    app.ok(&["cycle", "--as-of", "2020-12-01"]);
    let events = app.json(&["project", "alpha", "--timeline"]);
    let mut told = lines(&events);
    told.retain(|line| !line.starts_with("alert ") || line.contains("Périmètre"));
    told.retain(|line| !line.starts_with("mission "));
    told.reverse();
    insta::assert_snapshot!(told.join("\n"));
    assert_eq!(app.json(&["project", "omega", "--timeline"]), events);
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_a_timeline_follow_one_another_and_only_its_ministry_sees_it() {
    let app = followed();
    let all = app.token("Claire", &[Role::Reader], &[]).await;
    let justice = app.token("Jules", &[Role::Reader], &["MJ"]).await;
    let expected = app.json(&["project", "SI SAMU", "--timeline"]);
    let service = app.serve("2026-11-25T09:00:00Z").await;
    let client = reqwest::Client::new();
    let ask = async |token: &str, path: &str| {
        let url = format!("http://{}{path}", service.address());
        let answer = client.get(url).bearer_auth(token).send().await.unwrap();
        (answer.status().as_u16(), answer.json::<Value>().await.unwrap())
    };
    let path = "/api/v1/projects/si-samu/timeline";
    let (mut found, mut cursor) = (vec![], String::new());
    loop {
        let (status, page) = ask(&all, &format!("{path}?limit=3{cursor}")).await;
        assert_eq!(status, 200, "{page}");
        found.extend(page["data"].as_array().unwrap().iter().cloned());
        match page["pagination"]["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(Value::Array(found), expected);
    let (_, editions) = ask(&all, &format!("{path}?about=edition&since=2020-07-01")).await;
    assert_eq!(lines(&editions["data"]).len(), 1, "{editions}");
    assert_eq!(ask(&all, &format!("{path}?about=editions")).await.0, 400);
    assert_eq!(ask(&justice, path).await.0, 404);
    let own = ask(&justice, "/api/v1/projects/portalis/timeline").await;
    assert_eq!(own.0, 200, "{}", own.1);
    service.stop().await.unwrap();
}
