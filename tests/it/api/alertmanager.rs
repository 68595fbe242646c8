//! The routes that tools made for Alertmanager read; by `amtool` itself, where it is installed.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::process::Command;

use serde_json::Value;

use crate::support;
use crate::support::doors;
use crate::support::doors::Reply;
use crate::support::ministry_data::MinistryData;
use vigie::domain::accounts::access::Role;
use vigie::server::Running;

/// The service over a judged data, on the first of December 2020, and who asks.
struct Tools {
    data: MinistryData,
    service: Running,
    token: String,
}

impl Tools {
    async fn new(ministries: &[&str]) -> Self {
        let data = MinistryData::new().await;
        let token = support::token(&data.store, "Supervision", &[Role::Reader], ministries).await;
        let service = doors::serve(data.database_url()).await;
        Self { data, service, token }
    }

    async fn get(&self, path: &str) -> Reply {
        let client = reqwest::Client::new();
        doors::call(&client, &self.service, ("GET", path), (&self.token, &Value::Null)).await
    }

    async fn list(&self, path: &str) -> Vec<Value> {
        let reply = self.get(path).await;
        assert_eq!(reply.status, 200, "{path}: {}", reply.text);
        reply.json().as_array().unwrap().clone()
    }

    async fn stop(self) {
        self.service.stop().await.unwrap();
        drop(self.data);
    }
}

#[tokio::test]
async fn an_alert_and_a_silence_have_the_shapes_of_alertmanager() {
    let tools = Tools::new(&["MJ"]).await;
    let alerts =
        tools.list("/api/v2/alerts?filter=rule_id%3DD1&filter=project_id%3Dportalis").await;
    let silences = tools.list("/api/v2/silences?filter=project_id%3Dportalis").await;
    let [silence] = silences.as_slice() else { panic!("{silences:?}") };
    let id = silence["id"].as_str().unwrap();
    assert_eq!(tools.get(&format!("/api/v2/silence/{id}")).await.json(), *silence);
    let status = tools.get("/api/v2/status").await.json();
    let [alert] = alerts.as_slice() else { panic!("{alerts:?}") };
    // The cycle ran by the clock of this machine.
    let updated_at = alert["updatedAt"].as_str().unwrap();
    let told = serde_json::to_string_pretty(&[alert, silence, &status]).unwrap();
    insta::assert_snapshot!(told.replace(updated_at, "(when the cycle ran)"));
    tools.stop().await;
}

#[tokio::test]
async fn filters_let_through_what_alertmanager_would() {
    let tools = Tools::new(&[]).await;
    let mut table = String::new();
    let asked = [
        "",
        "?active=false",
        "?silenced=false",
        "?inhibited=false",
        "?active=false&inhibited=false",
        "?active=false&silenced=false",
        "?active=false&silenced=false&inhibited=false",
        "?unprocessed=false",
        "?filter=severity%3D%22critical%22",
        "?filter=severity!%3D%22critical%22",
        "?filter=rule_id%3D~%22D[12]%22",
        "?filter=rule_id!~%22D.*%22",
        "?filter=rule_id%3D~D.*&filter=ministry%3DMJ",
        "?filter=project_id%3D%22%22",
        "?filter=alertname%3D%22Dérive%20budgétaire%22",
        "?receiver=sg/MJ",
        "?receiver=sg/.*",
        "?receiver=dinum",
        "?filter=severity",
        "?filter=severity%3D~%22(%22",
        "?receiver=(",
        "?active=yes",
        "?limit=2",
    ];
    for query in asked {
        let reply = tools.get(&format!("/api/v2/alerts{query}")).await;
        let body = reply.json();
        let told = body.as_array().map_or_else(|| body["detail"].clone(), |all| all.len().into());
        writeln!(table, "{query} {} {told}", reply.status).unwrap();
    }
    insta::assert_snapshot!(table);
    tools.stop().await;
}

#[tokio::test]
async fn every_open_alert_is_in_one_group_and_a_silenced_one_names_its_silences() {
    let tools = Tools::new(&[]).await;
    let alerts = tools.list("/api/v2/alerts").await;
    let groups = tools.list("/api/v2/alerts/groups").await;
    let grouped: Vec<&Value> =
        groups.iter().flat_map(|group| group["alerts"].as_array().unwrap()).collect();
    assert_eq!(grouped.len(), alerts.len());
    let receivers: BTreeSet<String> =
        groups.iter().map(|group| group["receiver"]["name"].as_str().unwrap().to_owned()).collect();
    let known = tools.list("/api/v2/receivers").await;
    let known: BTreeSet<String> =
        known.iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect();
    assert_eq!(receivers, known);
    for group in &groups {
        for alert in group["alerts"].as_array().unwrap() {
            assert_eq!(alert["labels"]["ministry"], group["labels"]["ministry"]);
            assert_eq!(alert["receivers"][0], group["receiver"]);
        }
    }
    let mut ids = BTreeSet::new();
    for alert in &alerts {
        assert!(ids.insert(alert["fingerprint"].as_str().unwrap()));
        let by = |field: &str| alert["status"][field].as_array().unwrap().clone();
        let suppressed = !by("silencedBy").is_empty() || !by("inhibitedBy").is_empty();
        assert_eq!(alert["status"]["state"] == "suppressed", suppressed, "{alert}");
        for id in by("silencedBy") {
            let silence = tools.get(&format!("/api/v2/silence/{}", id.as_str().unwrap())).await;
            let silence = silence.json();
            assert_eq!(silence["status"]["state"], "active");
            for matcher in silence["matchers"].as_array().unwrap() {
                assert_eq!(alert["labels"][matcher["name"].as_str().unwrap()], matcher["value"]);
            }
        }
    }
    for alert in &alerts {
        for hiding in alert["status"]["inhibitedBy"].as_array().unwrap() {
            assert!(ids.contains(hiding.as_str().unwrap()), "{alert}");
        }
    }
    tools.stop().await;
}

#[tokio::test]
async fn tools_only_look() {
    let tools = Tools::new(&[]).await;
    let client = reqwest::Client::new();
    let mut told = String::new();
    for (method, path) in [
        ("POST", "/api/v2/alerts"),
        ("POST", "/api/v2/silences"),
        ("DELETE", "/api/v2/silence/00000000-0000-8000-8000-000000000001"),
    ] {
        let asked = (method, path);
        let reply = doors::call(&client, &tools.service, asked, (&tools.token, &Value::Null)).await;
        writeln!(told, "{method} {path} {} {}", reply.status, reply.json()["detail"]).unwrap();
    }
    insta::assert_snapshot!(told);
    tools.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn amtool_reads_alerts_silences_and_status_with_a_token() {
    if !support::has_tool("amtool", "prometheus-alertmanager") {
        return;
    }
    let tools = Tools::new(&["MJ"]).await;
    let folder = tempfile::tempdir().unwrap();
    let http = folder.path().join("http.yml");
    std::fs::write(&http, format!("authorization:\n  credentials: {}\n", tools.token)).unwrap();
    let url = format!("--alertmanager.url=http://{}", tools.service.address());
    let amtool = |arguments: &[&str]| {
        let mut command = Command::new("amtool");
        command.arg(&url).arg(format!("--http.config.file={}", http.display()));
        command.env("HOME", folder.path()).env("TZ", "UTC").args(arguments);
        let output = command.output().unwrap();
        let (out, err) = (output.stdout, String::from_utf8_lossy(&output.stderr).into_owned());
        assert!(output.status.success(), "{arguments:?}: {err}");
        String::from_utf8(out).unwrap()
    };
    let json = |text: String| -> Value { serde_json::from_str(&text).unwrap() };

    let shown = json(amtool(&["-o", "json", "alert", "query", "-s", "-i", "rule_id=~D[12]"]));
    let listed = tools.list("/api/v2/alerts?filter=rule_id%3D~%22D[12]%22&active=false").await;
    assert_eq!(labels(&shown), labels(&Value::Array(listed)));
    assert!(!labels(&shown).is_empty());
    let active = json(amtool(&["-o", "json", "alert", "query", "alertname=Aucune"]));
    assert_eq!(active.as_array().map(Vec::len), Some(0));

    // By the clock of this machine, they are over.
    let told =
        json(amtool(&["-o", "json", "silence", "query", "--expired", "project_id=portalis"]));
    assert_eq!(told[0]["createdBy"], "Claire Martin");
    assert_eq!(told[0]["comment"], "plan arrêté");
    let mut page = amtool(&["silence", "query", "--expired", "project_id=portalis"]);
    page.push_str(&amtool(&["config", "show"]));
    page.push_str(&amtool(&["cluster", "show"]));
    insta::assert_snapshot!(page);
    tools.stop().await;
}

fn labels(alerts: &Value) -> BTreeSet<String> {
    alerts.as_array().unwrap().iter().map(|alert| alert["labels"].to_string()).collect()
}
