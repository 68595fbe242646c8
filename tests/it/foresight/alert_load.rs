//! What the alerts of the fixtures ask of those who read them, before and after less serious ones come under more serious ones
//! of the same project; and what past editions say of the rules.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;

use crate::intake::real_rules::editions;
use crate::support::test_server::TestServer;
use crate::support::{TestApp, in_ci};
use vigie::domain::accounts::access::Role;

/// The rules that published figures judge and that past editions do not tell from chance.
const UNDISTINGUISHED: [&str; 5] = ["D1", "D2", "D3", "RC02", "RC23"];

/// A catalogue in which drifts cover nothing.
fn uncover(rules: &Path) {
    for file in ["drift/D1_derive_budgetaire.rhai", "drift/D2_derive_calendaire.rhai"] {
        let path = rules.join(file);
        let text = std::fs::read_to_string(&path).unwrap();
        let (before, rest) = text.split_once("inhibits = [").unwrap();
        let (_, after) = rest.split_once("]\n").unwrap();
        std::fs::write(path, format!("{before}{after}")).unwrap();
    }
}

fn open_alerts(app: &TestApp) -> Vec<Value> {
    app.ok(&["cycle", "--as-of", "2020-11-30"]);
    app.json(&["alerts", "--state", "open"]).as_array().unwrap().clone()
}

/// Rule, subject and level of each.
fn named(alerts: &[Value]) -> BTreeSet<[&str; 3]> {
    let named: BTreeSet<[&str; 3]> = alerts
        .iter()
        .map(|one| ["rule", "subject", "level"].map(|field| one[field].as_str().unwrap()))
        .collect();
    assert_eq!(named.len(), alerts.len());
    named
}

fn text(one: &Value, field: &str) -> String {
    one[field].as_str().unwrap().to_owned()
}

fn level(one: &Value) -> usize {
    ["moderate", "high", "critical"].into_iter().position(|level| one["level"] == level).unwrap()
}

#[test]
fn less_serious_alerts_come_under_more_serious_ones_and_none_is_lost() {
    let mut former = TestApp::with_fixtures();
    uncover(&former.own_rules());
    let before = open_alerts(&former);
    let app = TestApp::with_fixtures();
    let after = open_alerts(&app);
    // The same alerts are open at the same levels: none is deleted, critical ones included.
    assert_eq!(named(&before), named(&after));

    let covered =
        |alerts: &[Value]| alerts.iter().filter(|one| !one["hidden_by"].is_null()).count();
    let mut by_subject: BTreeMap<String, Vec<&Value>> = BTreeMap::new();
    for one in &after {
        by_subject.entry(text(one, "subject")).or_default().push(one);
    }
    for one in after.iter().filter(|one| !one["hidden_by"].is_null()) {
        let on_it = &by_subject[&text(one, "subject")];
        let cover = on_it.iter().find(|other| other["rule"] == one["hidden_by"]).unwrap();
        assert_ne!(one["level"], "critical", "{one}");
        assert!(level(cover) >= level(one), "{cover} covers {one}");
        // Where something is covered, something at least as serious is in view.
        let in_view = on_it.iter().filter(|other| other["hidden_by"].is_null());
        assert!(in_view.map(|other| level(other)).max() >= Some(level(one)), "{one}");
    }
    let load = app.json(&["alerts", "load"]);
    let critical = |counts: &Value| counts["critical"].clone();
    assert_eq!(critical(&load["all"]), critical(&load["in_force"]));
    assert_eq!(critical(&load["all"]), critical(&load["proposed"]));
    assert_eq!(load["all"]["groups"], load["in_force"]["groups"]);
    assert_eq!(load["all"]["alerts"], after.len());
    assert_eq!(load["in_force"]["alerts"], after.len() - covered(&after));
    insta::assert_snapshot!(format!(
        "open: {}\nto read, before: {}\nto read, after: {}\nsubjects: {}\nsubjects with a critical alert: {}",
        after.len(),
        before.len() - covered(&before),
        after.len() - covered(&after),
        load["in_force"]["groups"],
        load["in_force"]["critical_groups"],
    ), @r"
    open: 163
    to read, before: 161
    to read, after: 132
    subjects: 42
    subjects with a critical alert: 21
    ");
}

#[test]
fn what_the_published_editions_say_of_the_rules_is_what_the_catalogue_does() {
    let Some(mut app) = editions() else {
        assert!(!in_ci());
        return;
    };
    app.ok(&["cycle", "--as-of", "2019-03-31"]);
    let shipped = app.json(&["alerts", "load"]);
    for rule in shipped["rules"].as_array().unwrap() {
        assert_eq!(rule["proposal"], "keep", "{rule}");
    }
    uncover(&app.own_rules());
    app.ok(&["cycle", "--as-of", "2019-03-31"]);
    let load = app.json(&["alerts", "load"]);
    let of = |name: &str| {
        let rules = load["rules"].as_array().unwrap();
        rules.iter().find(|rule| rule["rule"] == name).cloned()
    };
    let mut lines = Vec::new();
    for rule in UNDISTINGUISHED {
        let Some(found) = of(rule) else { continue };
        assert_eq!(found["score"]["finding"], "undistinguished", "{found}");
        lines.push(format!(
            "{rule}: {} critical, {} high, {} moderate; {} to cover, under {}",
            found["critical"],
            found["high"],
            found["moderate"],
            found["would_hide"],
            found["behind"]
        ));
    }
    assert_eq!(load["proposed"]["critical"], load["all"]["critical"]);
    let count = |counts: &str| load[counts]["alerts"].to_string();
    lines.push(format!("to read: {} before, {} after", count("in_force"), count("proposed")));
    insta::assert_snapshot!(lines.join("\n"), @r#"
    D1: 9 critical, 1 high, 0 moderate; 0 to cover, under []
    D2: 7 critical, 6 high, 0 moderate; 2 to cover, under ["D1"]
    D3: 0 critical, 3 high, 11 moderate; 12 to cover, under ["D1","D2"]
    RC02: 0 critical, 2 high, 11 moderate; 6 to cover, under ["D1","D2","D3","RC23"]
    RC23: 0 critical, 13 high, 0 moderate; 9 to cover, under ["D1","D2"]
    to read: 85 before, 56 after
    "#);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_screen_shows_each_critical_alert_and_what_each_project_has_besides() {
    let with_alerts = || {
        let opened = TestApp::with_fixtures();
        (open_alerts(&opened), opened)
    };
    let (alerts, app) = tokio::task::spawn_blocking(with_alerts).await.unwrap();
    let whole = app.token("Claire", &[Role::Analyst], &[]).await;
    let justice = app.token("Justine", &[Role::Reader], &["MJ"]).await;
    let server = TestServer::open(app, "2020-11-30T09:00:00Z").await;
    let read = async |path: &str| {
        let request = server.request(reqwest::Method::GET, path, &whole);
        request.header("accept", "text/html").send().await.unwrap().text().await.unwrap()
    };
    let page = read("/alertes").await;
    for one in alerts.iter().filter(|one| one["level"] == "critical") {
        assert!(page.contains(&format!("href=\"/alertes/{}\"", text(one, "id"))), "{one}");
    }
    // A covered alert is listed under its project, by its title.
    for one in alerts.iter().filter(|one| !one["hidden_by"].is_null()) {
        assert!(page.contains(&format!("href=\"/alertes/{}\"", text(one, "id"))), "{one}");
    }
    // One alert of each project in full, the most serious.
    let groups: Vec<&str> = page.split("<section aria-labelledby=\"groupe-").skip(1).collect();
    assert_eq!(groups.len(), 30);
    for group in &groups {
        assert_eq!(group.matches("class=\"vigie-queue__item\"").count(), 1, "{group}");
    }
    // Critical ones first, then by place in the order of projects.
    let order = server.get(&whole, "/api/v1/projects?sort=attention&limit=1000").await.body;
    let order = order["data"].as_array().unwrap().iter().map(|one| text(one, "project_id"));
    let order: Vec<String> = order.collect();
    let shown: Vec<(bool, usize)> = groups
        .iter()
        .filter_map(|group| {
            let project = group.split("href=\"/projets/").nth(1)?.split('"').next()?;
            let is_critical = group.contains("vigie-level--critical");
            Some((!is_critical, order.iter().position(|one| one == project)?))
        })
        .collect();
    assert!(shown.len() > 20 && shown.is_sorted(), "{shown:?}");

    let load = "/api/v1/alert-load";
    assert_eq!(server.status(load, &justice).await, 403);
    assert_eq!(server.status(load, &whole).await, 200);
    let reliability = read("/fiabilite").await;
    for words in ["Ce que les alertes demandent", "À lire avec les règles en vigueur"] {
        assert!(reliability.contains(words), "{reliability}");
    }
    server.close().await;
}
