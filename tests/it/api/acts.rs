//! What people do over HTTP: alerts, silences, disputes, missions, reviews, projects.

use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::test_server::TestServer;
use vigie::domain::accounts::access::Role;

const NOW: &str = "2020-12-01T09:00:00Z";

async fn judged() -> TestServer {
    let app = TestApp::with_fixtures();
    app.ok(&["cycle", "--as-of", "2020-11-30"]);
    TestServer::open(app, NOW).await
}

fn id_of(list: &Value, wanted: impl Fn(&Value) -> bool) -> String {
    let rows = list["data"].as_array().unwrap();
    rows.iter().find(|row| wanted(row)).unwrap()["id"].as_str().unwrap().to_owned()
}

async fn alert(api: &TestServer, token: &str, rule: &str, subject: &str) -> String {
    let list = api.get(token, &format!("/api/v1/alerts?rule={rule}")).await;
    id_of(&list.body, |alert| alert["subject"] == subject)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_is_given_commented_contested_and_its_team_answered() {
    let api = judged().await;
    let anne = api.app.token("Anne", &[Role::Analyst], &[]).await;
    let id = alert(&api, &anne, "D1", "project/si-samu").await;
    let at = |what: &str| format!("/api/v1/alerts/{id}/{what}");

    let given = api.post(&anne, &at("assignment"), json!({ "to": "Paul Durand" })).await;
    assert_eq!(
        (given.status, &given.body["handling"]["assigned_to"]),
        (200, &json!("Paul Durand"))
    );
    let said = api.post(&anne, &at("comments"), json!({ "text": "rappeler lundi" })).await;
    let history = said.body["history"].as_array().unwrap();
    let comment = history.iter().find(|event| event["kind"] == "commented").unwrap();
    assert_eq!((&comment["actor"], &comment["words"]), (&json!("Anne"), &json!("rappeler lundi")));

    let contest =
        |field: &str| json!({ "fields": [field], "author": "Équipe", "text": "en double" });
    let computed = api.post(&anne, &at("disputes"), contest("budget_drift")).await;
    assert_eq!((computed.status, &computed.body["type"]), (422, &json!("urn:vigie:problem:unfit")));
    let opened = api.post(&anne, &at("disputes"), contest("cost_current")).await;
    assert_eq!((opened.status, opened.location.as_deref()), (201, Some("/api/v1/disputes/1")));
    assert_eq!(opened.body["state"], "open");

    let answer = json!({ "verdict": "rejected", "reason": "chiffre vérifié" });
    let answered = api.post(&anne, "/api/v1/disputes/1/answer", answer.clone()).await;
    assert_eq!((answered.status, &answered.body["answer"]["by"]), (200, &json!("Anne")));
    assert_eq!(api.post(&anne, "/api/v1/disputes/1/answer", answer.clone()).await.status, 409);
    assert_eq!(api.post(&anne, "/api/v1/disputes/7/answer", answer).await.status, 404);
    assert_eq!(api.get(&anne, "/api/v1/disputes/1").await.body["state"], "rejected");
    api.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_is_found_by_the_beginning_of_its_id_or_by_its_rule_and_a_name_of_its_subject() {
    let api = judged().await;
    let anne = api.app.token("Anne", &[Role::Analyst], &[]).await;
    let id = alert(&api, &anne, "D1", "project/si-samu").await;
    let text = json!({ "text": "vu" });
    let found = api.post(&anne, &format!("/api/v1/alerts/{}/comments", &id[..8]), text).await;
    assert_eq!((found.status, &found.body["id"]), (200, &json!(id)));
    let about = api.get(&anne, "/api/v1/alerts?rule=D1&about=SI%20SAMU").await.body;
    assert_eq!((&about["data"][0]["id"], about["data"].as_array().unwrap().len()), (&json!(id), 1));
    let unknown = api.get(&anne, "/api/v1/alerts?rule=D1&about=SI%20SAMO").await;
    let detail = unknown.body["detail"].as_str().unwrap();
    assert_eq!(unknown.status, 404);
    assert!(detail.contains("no project is called `SI SAMO`; the nearest is"), "{detail}");
    // Sixteen digits begin the ids of more alerts than that.
    let all = api.get(&anne, "/api/v1/alerts").await.body;
    let ids: Vec<&str> =
        all["data"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
    let beginning = |digit: &str| -> Vec<&str> {
        ids.iter().copied().filter(|one| one.starts_with(digit)).collect()
    };
    let digit = ids.iter().map(|one| &one[..1]).find(|digit| beginning(digit).len() > 1).unwrap();
    let several = api.get(&anne, &format!("/api/v1/alerts/{digit}")).await;
    let refusal = several.body["detail"].as_str().unwrap();
    assert_eq!(several.status, 404);
    assert!(beginning(digit).iter().all(|one| refusal.contains(one)), "{refusal}");
    api.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silence_is_made_and_ended_over_http_within_its_bounds() {
    let api = judged().await;
    let anne = api.app.token("Anne", &[Role::Analyst], &[]).await;
    let id = alert(&api, &anne, "D1", "project/si-samu").await;
    let silence = |scope: Value| {
        let mut body = json!({ "until": "2020-12-20", "reason": "plan arrêté" });
        body.as_object_mut().unwrap().extend(scope.as_object().unwrap().clone());
        body
    };
    let refused = [
        silence(json!({})),
        silence(json!({ "rule": "D1", "until": "2021-12-31" })),
        silence(json!({ "rule": "D1", "alert": id })),
        silence(json!({ "rule": "D1", "reason": "  " })),
        silence(json!({ "rule": "D1", "scope": "all" })),
    ];
    for body in refused {
        let answer = api.post(&anne, "/api/v1/silences", body.clone()).await;
        assert!(matches!(answer.status, 400 | 422), "{body}: {} {}", answer.status, answer.body);
    }
    let made = api.post(&anne, "/api/v1/silences", silence(json!({ "alert": id }))).await;
    assert_eq!((made.status, made.location.as_deref()), (201, Some("/api/v1/silences/1")));
    let scope = json!({ "rule": "D1", "project": "si-samu", "ministry": null });
    assert_eq!(made.body["scope"], scope);
    let path = format!("/api/v1/alerts/{id}");
    assert_eq!(api.get(&anne, &path).await.body["silenced"], true);
    let over = api.post(&anne, "/api/v1/silences/1/end", json!({ "reason": "reçu" })).await;
    assert_eq!((over.status, &over.body["ended"]["by"]), (200, &json!("Anne")));
    assert_eq!(api.get(&anne, &path).await.body["silenced"], false);
    assert_eq!(api.get(&anne, "/api/v1/silences/2").await.status, 404);
    api.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mission_is_conducted_to_its_end_over_http() {
    let api = judged().await;
    let anne = api.app.token("Anne", &[Role::Analyst], &[]).await;
    let of_kind = "/api/v1/missions?kind=securisation&state=proposed";
    let id = id_of(&api.get(&anne, of_kind).await.body, |_| true);
    let at = |what: &str| format!("/api/v1/missions/{id}/{what}");
    let accept = json!({ "verdict": "accept", "reason": "Confirmé", "lead": "Ada" });
    let accepted = api.post(&anne, &at("decision"), accept.clone()).await;
    assert_eq!((accepted.status, &accepted.body["decision"]["by"]), (200, &json!("Anne")));
    let again = api.post(&anne, &at("decision"), accept).await;
    assert_eq!((again.status, &again.body["type"]), (409, &json!("urn:vigie:problem:refused")));
    let steps = [
        ("start", json!({ "on": "2020-12-01", "until": "2021-03-01" })),
        ("milestones", json!({ "label": "Plan arrêté", "due_on": "2021-01-15" })),
        ("milestones/reached", json!({ "label": "Plan arrêté" })),
        ("notes", json!({ "text": "Plan accepté" })),
        ("closing", json!({ "outcome": "averted", "reason": "Tenu" })),
    ];
    let mut kinds = String::new();
    for (what, body) in steps {
        let answer = api.post(&anne, &at(what), body).await;
        assert_eq!(answer.status, 200, "{what}: {}", answer.body);
        let history = answer.body["history"].as_array().unwrap();
        kinds =
            history.iter().map(|one| one["kind"].as_str().unwrap()).collect::<Vec<_>>().join(" ");
    }
    insta::assert_snapshot!(kinds, @"proposed accepted started milestone_added milestone_done noted closed");
    let nobody = api.post(&anne, "/api/v1/missions/none/notes", json!({ "text": "x" })).await;
    assert_eq!(nobody.status, 404);
    api.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vendor_is_named_by_the_director_alone_once_its_reply_is_known() {
    let app = TestApp::with_fixtures();
    app.ok(&["cycle", "--as-of", "2020-11-30"]);
    let api = TestServer::with(app, NOW, |config| {
        config.missions.director = "Directeur".to_owned();
    })
    .await;
    let anne = api.app.token("Anne", &[Role::Analyst], &[]).await;
    let director = api.app.token("Directeur", &[Role::Analyst], &[]).await;
    let of_kind = "/api/v1/missions?kind=vendor_escalation&state=proposed";
    let id = id_of(&api.get(&anne, of_kind).await.body, |_| true);
    let at = |what: &str| format!("/api/v1/missions/{id}/{what}");
    let accept = json!({ "verdict": "accept", "reason": "Mise en demeure sans effet" });
    assert_eq!(api.post(&anne, &at("decision"), accept).await.status, 200);
    let name = json!({ "vendor": "Éditeur", "tone": "failure", "reason": "Trois refus" });
    assert_eq!(api.post(&director, &at("vendor-namings"), name.clone()).await.status, 409);
    let no_word = json!({ "vendor": "Éditeur", "on": "2020-12-01" });
    let unsaid = api.post(&anne, &at("vendor-replies"), no_word).await;
    assert_eq!(unsaid.status, 400, "that it did not reply is said: {}", unsaid.body);
    let silent = json!({ "vendor": "Éditeur", "on": "2020-12-01", "text": null });
    assert_eq!(api.post(&anne, &at("vendor-replies"), silent).await.status, 200);
    assert_eq!(api.post(&anne, &at("vendor-namings"), name.clone()).await.status, 409);
    assert_eq!(api.post(&director, &at("vendor-namings"), name).await.status, 200);
    api.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn reviews_are_planned_moved_held_and_what_they_leave_to_do_is_ticked_off() {
    let api = judged().await;
    let anne = api.app.token("Anne", &[Role::Analyst], &[]).await;
    let dry = api.post(&anne, "/api/v1/reviews/planning", json!({ "dry_run": true })).await;
    assert!(!dry.body["data"].as_array().unwrap().is_empty());
    assert_eq!(api.get(&anne, "/api/v1/reviews").await.body["data"], json!([]));
    api.post(&anne, "/api/v1/reviews/planning", json!({})).await;
    let id = id_of(&api.get(&anne, "/api/v1/reviews").await.body, |_| true);
    let at = |what: &str| format!("/api/v1/reviews/{id}/{what}");
    let sunday = json!({ "to": "2021-01-03", "reason": "absence" });
    assert_eq!(api.post(&anne, &at("move"), sunday).await.status, 409);
    let moved = json!({ "to": "2021-01-05", "at": "14:30:00", "reason": "absence" });
    assert_eq!(api.post(&anne, &at("move"), moved).await.body["planned_on"], "2021-01-05");
    let minutes = json!({
        "held_on": "2020-12-01",
        "present": ["Anne", "Paul"],
        "findings": "En retard",
        "actions": [{ "what": "Écrire le plan", "owner": "Paul", "due_on": "2020-12-15" }],
    });
    let held = api.post(&anne, &at("minutes"), minutes).await;
    assert_eq!((held.status, &held.body["state"]), (200, &json!("held")));
    let open = api.get(&anne, "/api/v1/reviews/actions").await;
    assert_eq!(open.body["data"][0]["what"], "Écrire le plan");
    let done = api.post(&anne, &at("actions/1/completion"), json!({ "done": true })).await;
    assert_eq!(
        (done.status, &done.body["minutes"]["actions"][0]["done"]["by"]),
        (200, &json!("Anne"))
    );
    assert_eq!(api.get(&anne, "/api/v1/reviews/actions").await.body["data"], json!([]));
    assert_eq!(api.post(&anne, &at("cancellation"), json!({ "reason": "x" })).await.status, 409);
    api.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_projects_are_made_one_and_told_apart_again_over_http() {
    let api = judged().await;
    let anne = api.app.token("Anne", &[Role::Analyst], &[]).await;
    let jules = api.app.token("Jules", &[Role::Analyst], &["MJ"]).await;
    let link = "/api/v1/projects/portalis/link";
    let both = api.post(&anne, link, json!({ "into": "SI SAMU", "reason": "essai" })).await;
    assert_eq!(both.status, 409, "they stand side by side in one edition: {}", both.body);
    let itself = api.post(&anne, link, json!({ "into": "portalis", "reason": "essai" })).await;
    assert_eq!(itself.status, 409);
    let nobody = api.post(&anne, link, json!({ "into": "nobody", "reason": "essai" })).await;
    assert_eq!(nobody.status, 404);
    let beyond = api.post(&jules, link, json!({ "into": "x", "reason": "essai" })).await;
    assert_eq!(
        (beyond.status, &beyond.body["type"]),
        (403, &json!("urn:vigie:problem:beyond-scope"))
    );
    let apart = api.post(&anne, "/api/v1/projects/portalis/unlink", json!({ "reason": "x" })).await;
    assert_eq!(apart.status, 409);
    let known = api.get(&anne, "/api/v1/known-projects").await.body;
    assert!(known["data"].as_array().unwrap().iter().any(|one| one["project"] == "portalis"));
    api.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_given_up_waits_again_when_an_administrator_says_so() {
    let api = judged().await;
    let anne = api.app.token("Anne", &[Role::Analyst], &[]).await;
    let root = api.app.token("Racine", &[Role::Administrator], &[]).await;
    let because = json!({ "reason": "réparé" });
    assert_eq!(api.post(&anne, "/api/v1/notices/replay", because.clone()).await.status, 403);
    let all = api.post(&root, "/api/v1/notices/replay", because.clone()).await;
    assert_eq!((all.status, &all.body["replayed"]), (200, &json!(0)));
    let none = api.post(&root, "/api/v1/notices/none/replay", because.clone()).await;
    assert_eq!(none.status, 404);
    assert_eq!(api.post(&root, "/api/v1/receivers/mail/opening", because).await.status, 404);
    let preview = api.get(&anne, "/api/v1/notices/preview?ministry=MJ&as_of=2020-11-30").await;
    assert_eq!(preview.status, 200, "{}", preview.body);
    assert_eq!(api.get(&anne, "/api/v1/notices/preview?ministry=nobody").await.status, 404);
    api.close().await;
}
