//! Recorded names over HTTP, and what files are read as with them.

use serde_json::{Value, json};

use super::{HEADER, NOW, lunar_edition};
use crate::support::test_server::TestServer;
use crate::support::{TestApp, fixtures};
use vigie::domain::accounts::access::Role;

const IMPORT: &str = "/api/v1/imports?file=2020-12.lunar.csv";

async fn open(app: TestApp) -> (TestServer, String) {
    let token = app.token("claire.martin@example.org", &[Role::Analyst], &[]).await;
    (TestServer::open(app, NOW).await, token)
}

fn ministry(name: &str, designates: &str, new_ministry: Option<&str>) -> Value {
    let mut body = json!({ "kind": "ministry", "name": name, "designates": designates });
    if let Some(official) = new_ministry {
        body["new_ministry"] = json!(official);
    }
    body
}

fn project(name: &str, designates: &str) -> Value {
    json!({ "kind": "project", "name": name, "designates": designates })
}

fn all(names: &[Value]) -> Value {
    json!({ "names": names, "reason": "décret du 20 mai" })
}

#[tokio::test]
async fn a_file_with_unknown_ministries_is_read_once_they_are_recorded() {
    let (server, token) = open(TestApp::new()).await;
    let refused = server.upload(&token, IMPORT, lunar_edition()).await;
    assert_eq!(refused.status, 422);
    let unknown: Vec<&Value> = refused.body["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| &error["unknown_name"])
        .collect();
    assert_eq!(unknown.len(), 3);
    assert_eq!(unknown[0]["name"], json!("Ministère de la Navigation lunaire"));
    assert_eq!(unknown[1]["nearest"]["designates"], json!("MI"), "{unknown:?}");
    let names = [
        ministry("Ministère de la Navigation lunaire", "MNL", Some("Ministère de la Lune")),
        ministry("Ministère de l’Interieure", "ministère de l'intérieur", None),
    ];
    let recorded = server.post(&token, "/api/v1/names", all(&names)).await;
    assert_eq!(recorded.status, 201, "{}", recorded.body);
    let recorded = recorded.body["data"].as_array().unwrap();
    assert_eq!((&recorded[0]["number"], &recorded[0]["designates"]), (&json!(1), &json!("MNL")));
    assert_eq!((&recorded[1]["number"], &recorded[1]["designates"]), (&json!(2), &json!("MI")));
    assert_eq!(recorded[1]["by"], json!("claire.martin@example.org"));
    let imported = server.upload(&token, IMPORT, lunar_edition()).await;
    assert_eq!(imported.status, 201, "{}", imported.body);
    let known = server.get(&token, "/api/v1/known-projects").await.body;
    let of = |id: &str| {
        let all = known["data"].as_array().unwrap();
        all.iter().find(|one| one["project"] == json!(id)).unwrap()["ministry"].clone()
    };
    assert_eq!(
        (of("epicea"), of("cedre"), of("meleze")),
        (json!("MNL"), json!("MNL"), json!("MI"))
    );
    // The new ministry goes by its code and its official name too.
    let next = format!(
        "{HEADER}\nSAPIN,Ministère de la LUNE,build,2018-03,60,24.5,false,X,P310,\nIF,mnl,build,2018-03,60,24.5,false,X,P310,\n"
    );
    let next = server.upload(&token, "/api/v1/imports?file=2021-02.csv&dry_run=true", next.into());
    assert_eq!(next.await.status, 200);
    server.close().await;
}

#[tokio::test]
async fn a_name_that_contradicts_what_is_known_is_refused_and_nothing_is_recorded() {
    let (server, token) = open(TestApp::with_fixtures()).await;
    for (name, status, words) in [
        (ministry("Chancellerie", "MJ", Some("Justice")), 409, "`MJ` is a name of the ministry"),
        (ministry("MEFR", "MJ", None), 409, "`MEFR` is a name of the ministry `MEF` already"),
        (ministry("Garde des Sceaux", "ZZZ", None), 422, "no ministry is called `ZZZ`"),
        (ministry("Sceaux", "GS", Some("Ministère de la Justice")), 409, "of the ministry `MJ`"),
        (ministry("Sceaux", "MAE", Some("Sceaux")), 409, "of the ministry `MEAE`"),
        (project("SI SAMU", "portalis"), 409, "of the project `si-samu` already"),
        (project("PORTALIS", "si-samu"), 409, "of the project `portalis` already"),
        (project("Portail", "no-such-project"), 422, "no project is called"),
        (json!({ "kind": "project", "name": "x".repeat(201), "designates": "si-samu" }), 400, ""),
    ] {
        let good = project("Un autre nom de SI SAMU", "SI SAMU");
        let refused = server.post(&token, "/api/v1/names", all(&[good, name.clone()])).await;
        let detail = refused.body["detail"].as_str().unwrap();
        assert_eq!(refused.status, status, "{name}: {detail}");
        assert!(detail.contains(words), "{name}: {detail}");
    }
    assert_eq!(server.get(&token, "/api/v1/names").await.body["data"], json!([]));
    server.close().await;
}

#[tokio::test]
async fn a_follow_up_file_is_read_once_the_name_of_its_project_is_recorded_and_refused_once_withdrawn()
 {
    let (server, token) = open(TestApp::with_fixtures()).await;
    let file = "project,axis,severity,text,issued_on,due_on,closed_on\nSystème du SAMU central,finance,high,,2020-10-01,,\n";
    let address = "/api/v1/imports?file=2020-11.recommendations.more.csv&dry_run=true";
    let refused = server.upload(&token, address, file.into()).await;
    assert_eq!(refused.status, 422, "{}", refused.body);
    assert_eq!(refused.body["errors"][0]["unknown_name"]["kind"], json!("project"));
    let name = all(&[project("Système du SAMU central", "SI SAMU")]);
    assert_eq!(server.post(&token, "/api/v1/names", name.clone()).await.status, 201);
    let read = server.upload(&token, address, file.into()).await;
    assert_eq!(read.status, 200, "{}", read.body);
    assert_eq!(read.body["files"][0]["sightings"][0]["project"], json!("si-samu"));
    let again = server.post(&token, "/api/v1/names", name).await;
    assert_eq!(again.status, 409, "{}", again.body);
    let withdraw = "/api/v1/names/1/withdrawal";
    let reason = json!({ "reason": "deux systèmes" });
    let withdrawn = server.post(&token, withdraw, reason.clone()).await;
    assert_eq!(withdrawn.status, 200, "{}", withdrawn.body);
    assert_eq!(withdrawn.body["withdrawn"]["reason"], json!("deux systèmes"));
    assert_eq!(server.upload(&token, address, file.into()).await.status, 422);
    assert_eq!(server.post(&token, withdraw, reason.clone()).await.status, 409);
    let none = server.post(&token, "/api/v1/names/7/withdrawal", reason).await;
    assert_eq!(none.status, 404, "{}", none.body);
    let listed = server.get(&token, "/api/v1/names?withdrawn=true&kind=project").await.body;
    assert_eq!(listed["data"][0]["number"], json!(1));
    assert_eq!(server.get(&token, "/api/v1/names?withdrawn=false").await.body["data"], json!([]));
    server.close().await;
}

#[tokio::test]
async fn a_new_ministry_is_not_withdrawn_while_other_names_designate_it() {
    let (server, token) = open(TestApp::new()).await;
    let names = [
        ministry("Ministère de la Lune", "MNL", Some("Ministère de la Navigation lunaire")),
        ministry("La Lune", "MNL", None),
    ];
    assert_eq!(server.post(&token, "/api/v1/names", all(&names)).await.status, 201);
    let reason = json!({ "reason": "erreur" });
    let refused = server.post(&token, "/api/v1/names/1/withdrawal", reason.clone()).await;
    assert_eq!(refused.status, 409);
    assert!(refused.body["detail"].as_str().unwrap().contains("n°\u{a0}2"), "{}", refused.body);
    for number in [2, 1] {
        let address = format!("/api/v1/names/{number}/withdrawal");
        assert_eq!(server.post(&token, &address, reason.clone()).await.status, 200);
    }
    server.close().await;
}

#[tokio::test]
async fn what_was_imported_and_judged_before_a_name_is_recorded_stays_and_the_trail_has_it() {
    let app = TestApp::with_fixtures();
    app.ok(&["cycle", "--as-of", "2020-11-30"]);
    let (server, token) = open(app).await;
    let before = server.get(&token, "/api/v1/imports").await.body;
    let names = [project("MYOSOTIS SEPT", "myosotis"), ministry("La Lune", "MNL", Some("Lune"))];
    assert_eq!(server.post(&token, "/api/v1/names", all(&names)).await.status, 201);
    assert_eq!(server.get(&token, "/api/v1/imports").await.body, before);
    let bytes = std::fs::read(fixtures().join("2020-11.panorama.csv")).unwrap();
    let address = "/api/v1/imports?file=2020-11.panorama.csv";
    let same = server.upload(&token, address, bytes).await;
    assert_eq!(same.body["files"][0]["recorded"]["outcome"], json!("unchanged"), "{}", same.body);
    let after = server.close().await;
    after.ok(&["replay", "1"]);
    let trail = after.json(&["audit", "list", "--subject", "name/2"]);
    assert_eq!(trail[0]["action"], json!("name_recorded"), "{trail}");
    assert!(trail[0]["became"].to_string().contains("MNL"), "{trail}");
    assert!(after.ok(&["audit", "verify"]).contains("intègre"));
}

#[tokio::test]
async fn only_those_who_operate_on_the_whole_state_record_names_and_one_ministry_sees_none() {
    let app = TestApp::with_fixtures();
    let reader = app.token("paul.durand@example.org", &[Role::Reader], &[]).await;
    let of_ministry = app.token("nour.haddad@example.org", &[Role::Analyst], &["MJ"]).await;
    let (server, token) = open(app).await;
    let name = all(&[project("Système du SAMU central", "si-samu")]);
    for (caller, list, record) in [
        (&reader, 200, 403),
        (&of_ministry, 403, 403),
        (&String::new(), 401, 401),
        (&token, 200, 201),
    ] {
        assert_eq!(server.status("/api/v1/names", caller).await, list);
        assert_eq!(server.post(caller, "/api/v1/names", name.clone()).await.status, record);
    }
    let reason = json!({ "reason": "erreur" });
    for caller in [&reader, &of_ministry] {
        let address = "/api/v1/names/1/withdrawal";
        assert_eq!(server.post(caller, address, reason.clone()).await.status, 403);
    }
    server.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn names_recorded_at_the_same_time_are_checked_against_each_other() {
    let (server, token) = open(TestApp::with_fixtures()).await;
    let projects = ["si-samu", "portalis"];
    let mut statuses = Vec::new();
    let requests = projects.map(|id| all(&[project("Système du SAMU central", id)]));
    let [first, second] = requests;
    let (one, other) = tokio::join!(
        server.post(&token, "/api/v1/names", first),
        server.post(&token, "/api/v1/names", second)
    );
    statuses.extend([one.status, other.status]);
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409]);
    server.close().await;
}
