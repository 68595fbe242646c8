//! Events about people's actions and Vigie's work, sent by a real webhook once, signed, and without
//! the content of files.

use std::collections::BTreeMap;
use std::sync::Arc;

use actix_web::web;
use serde_json::{Value, json};

use crate::operation::jobs::support::{going, never, work};
use crate::support::manual_clock::ManualClock;
use crate::support::servers::reception::Receptionist;
use crate::support::{TestApp, fixtures, rule_file};
use vigie::application;
use vigie::application::{RollBack, TrialSettings};
use vigie::domain::accounts::audit::{ActionContext, Actor};
use vigie::domain::messages::notice::Content;
use vigie::domain::operation::job::JobName;
use vigie::domain::rules::draft::DraftStep;
use vigie::notify::{NotifySettings, WebhookFormat, WebhookSettings};
use vigie::schedule::Runner;
use vigie::store::NoticeFilter;
use vigie::support::clock::Clock as _;
use vigie::support::secret::Secret;

const SECRET: &str = "whsec_bm90IGEgcmVhbCBzZWNyZXQsIGp1c3QgMzIgYnl0ZXMh";

/// Runs a command without blocking the receiver that runs in this process.
async fn run(app: &TestApp, arguments: &[&str]) -> i32 {
    let mut command = app.command(arguments);
    let output = web::block(move || command.output().unwrap()).await.unwrap();
    output.status.code().unwrap()
}

/// Bodies sent to a path, except the events of alerts and missions in a cycle.
fn events(receiver: &Receptionist, path: &str) -> Vec<Value> {
    let calls = receiver.calls().into_iter().filter(|call| call.path == path);
    let bodies = calls.map(|call| serde_json::from_str::<Value>(&call.body).unwrap());
    let is_of_a_cycle = |body: &Value| {
        let name = body["type"].as_str().unwrap();
        ["alert.opened", "mission.opened", "mission.proposed"].contains(&name)
    };
    bodies.filter(|body| !is_of_a_cycle(body)).collect()
}

fn names(bodies: &[Value]) -> Vec<&str> {
    bodies.iter().map(|body| body["type"].as_str().unwrap()).collect()
}

fn settings(receiver: &Receptionist, more: &str) -> String {
    let table = |name: &str, whose: &str| {
        let url = receiver.url(name);
        format!(
            "[[webhooks]]\nname = \"{name}\"\nurl = \"{url}\"\nsecrets = [\"{SECRET}\"]\n\
             allow = [\"127.0.0.0/8\"]\n{whose}\n"
        )
    };
    let (whole, one) = (table("whole", ""), table("education", "ministries = [\"MEN\"]"));
    format!("public_url = \"https://vigie.example\"\n{whole}{one}{more}")
}

#[actix_web::test]
async fn acknowledgements_and_ends_of_cycles_are_sent_to_the_webhooks_that_they_concern() {
    let receiver = Receptionist::start(&[200]).await;
    let app = TestApp::with_fixtures();
    std::fs::write(app.path("vigie.toml"), settings(&receiver, "")).unwrap();
    assert_eq!(run(&app, &["cycle", "--as-of", "2020-11-30"]).await, 0);
    assert_eq!(run(&app, &["notices", "deliver"]).await, 0);
    assert_eq!(events(&receiver, "/whole"), Vec::<Value>::new(), "a first run on old data");
    assert_eq!(receiver.calls().len(), 0, "{:?}", receiver.calls());

    let seen = ["alerts", "ack", "D1", "PORTALIS", "--reason", "plan demandé"];
    assert_eq!(run(&app, &seen).await, 0);
    assert_eq!(run(&app, &["cycle", "--as-of", "2020-12-01"]).await, 0);
    assert_eq!(run(&app, &["notices", "deliver"]).await, 0);
    let bodies = events(&receiver, "/whole");
    assert!(names(&bodies).starts_with(&["alert.acknowledged"]), "{:?}", names(&bodies));
    let data = &bodies[0]["data"];
    let by = format!("{} (nom non prouvé)", crate::support::ACTOR);
    assert_eq!(
        (&data["rule"], &data["subject"], &data["ministry"], &data["by"]),
        (&json!("D1"), &json!("project/portalis"), &json!("MJ"), &json!(by))
    );
    assert_eq!(data["name"], "PORTALIS");
    assert_eq!(data.get("reason"), None, "thin: what was said stays behind the link");
    let done = bodies.iter().find(|body| body["type"] == "run.finished").unwrap();
    assert_eq!(
        (&done["data"]["cycle"], &done["data"]["as_of"], &done["data"]["url"]),
        (&json!(2), &json!("2020-12-01"), &json!("https://vigie.example/api/v1/cycles/2"))
    );
    assert_eq!(names(&events(&receiver, "/education")), Vec::<&str>::new(), "another ministry's");
    assert_eq!(run(&app, &["notices", "deliver"]).await, 0);
    assert_eq!(events(&receiver, "/whole").len(), bodies.len(), "once");
    receiver.handle.stop(false).await;
}

#[actix_web::test]
async fn an_event_has_the_title_of_its_rule_even_when_no_rule_compiles() {
    let receiver = Receptionist::start(&[200]).await;
    let mut app = TestApp::with_fixtures();
    let rules = app.own_rules();
    std::fs::write(app.path("vigie.toml"), settings(&receiver, "")).unwrap();
    assert_eq!(run(&app, &["cycle", "--as-of", "2020-11-30"]).await, 0);
    let rule = rule_file(&rules, "drift/D1.rhai");
    let text = std::fs::read_to_string(&rule).unwrap();
    let (front_matter, _) = text.split_once("---*/").unwrap();
    std::fs::write(&rule, format!("{front_matter}---*/\nfn assess(p, t) {{ if }}\n")).unwrap();
    // Without thresholds no other rule compiles either.
    std::fs::write(rules.join("thresholds.toml"), "[").unwrap();

    let seen = ["alerts", "ack", "D1", "PORTALIS", "--reason", "plan demandé"];
    assert_eq!(run(&app, &seen).await, 0);
    assert_eq!(run(&app, &["notices", "deliver"]).await, 0);
    let bodies = events(&receiver, "/whole");
    assert_eq!(names(&bodies), ["alert.acknowledged"]);
    assert_eq!(bodies[0]["data"]["title"], "Dérive budgétaire");
    receiver.handle.stop(false).await;
}

#[actix_web::test]
async fn a_refused_file_is_reported_once_without_its_content_and_a_failed_job_is_reported() {
    let receiver = Receptionist::start(&[200]).await;
    let mut app = TestApp::with_fixtures();
    let rules = app.own_rules();
    let inbox = app.path("inbox");
    std::fs::create_dir_all(&inbox).unwrap();
    let import = format!("[import]\nfolder = \"{}\"\nsettle_seconds = 0\n", inbox.display());
    std::fs::write(app.path("vigie.toml"), settings(&receiver, &import)).unwrap();
    let contacts = std::fs::read_to_string(fixtures().join("2020-11.contacts.csv")).unwrap();
    let wrong = contacts.replacen("secretary_general", "a-secret-role", 1);
    assert_ne!(wrong, contacts);
    std::fs::write(inbox.join("2020-11.contacts.csv"), wrong).unwrap();
    run(&app, &["jobs", "run", "import"]).await;
    run(&app, &["jobs", "run", "import"]).await;
    std::fs::write(rules.join("missions.toml"), "[").unwrap();
    assert_eq!(run(&app, &["jobs", "run", "cycle"]).await, 1);
    assert_eq!(run(&app, &["notices", "deliver"]).await, 0);

    let bodies = events(&receiver, "/whole");
    assert_eq!(names(&bodies), ["dataset.rejected", "run.failed"]);
    assert_eq!(bodies[0]["data"]["faults"], 1);
    let source = bodies[0]["data"]["source"].as_str().unwrap();
    assert!(source.ends_with("2020-11.contacts.csv"), "{source}");
    assert!(!bodies[0].to_string().contains("a-secret-role"), "{}", bodies[0]);
    let failed = &bodies[1]["data"];
    assert_eq!((&failed["job"], &failed["outcome"]), (&json!("cycle"), &json!("failure")));
    assert!(failed["detail"].as_str().unwrap().contains("missions.toml"), "{failed}");
    receiver.handle.stop(false).await;
}

fn webhook() -> WebhookSettings {
    WebhookSettings {
        name: "whole".to_owned(),
        url: "https://example.org/".to_owned(),
        secrets: vec![Secret::new(SECRET)],
        format: WebhookFormat::CloudEvents,
        events: vec![],
        ministries: vec![],
        allow: vec![],
        timeout_seconds: 1,
    }
}

/// `type subject`, of what waits, in the order in which it was written.
async fn waiting(store: &vigie::store::Store) -> Vec<String> {
    let mut notices = store.notices(&NoticeFilter::default(), 1000).await.unwrap();
    notices.reverse();
    let line = |content: &Content| {
        let Content::Post { body, .. } = content else { return "for a person".to_owned() };
        let body: Value = serde_json::from_str(body).unwrap();
        format!("{} {}", body["type"].as_str().unwrap(), body["subject"].as_str().unwrap())
    };
    notices.iter().map(|queued| line(&queued.notice.content)).collect()
}

#[actix_web::test]
async fn a_stale_dataset_is_reported_once_and_again_only_after_an_import() {
    let clock = ManualClock::at("2026-01-05T08:00:00Z");
    let app = TestApp::new();
    let mut work = work(&app, &clock).await;
    let settings = NotifySettings { webhooks: vec![webhook()], ..NotifySettings::default() };
    work.services.notify = Arc::new(settings);
    let file = "2020-11.panorama.csv";
    std::fs::copy(fixtures().join(file), app.path("inbox").join(file)).unwrap();
    let runner = Runner::new(work.clone(), &never(), 7).unwrap();
    let by = || Actor::person("Claire Martin").unwrap();
    runner.run_now(JobName::Import, by(), &going()).await.unwrap();
    let stale = async |at: &str| {
        clock.set(at);
        application::run(&work.services, Some(clock.now().date_naive()), false).await.unwrap();
        let events = waiting(&work.services.store).await.into_iter();
        events.filter(|line| line.contains("dataset.stale")).count()
    };
    assert_eq!(stale("2026-01-05T09:00:00Z").await, 0);
    assert_eq!(stale("2026-09-01T08:00:00Z").await, 0, "239 days");
    assert_eq!(stale("2026-09-02T08:00:00Z").await, 1, "240 days");
    assert_eq!(stale("2026-09-03T08:00:00Z").await, 1, "sent already");
    let events = waiting(&work.services.store).await;
    assert!(
        events.contains(&"fr.gouv.vigie.dataset.stale.v1 dataset/panorama".to_owned()),
        "{events:?}"
    );

    let text = std::fs::read_to_string(fixtures().join(file)).unwrap();
    std::fs::write(app.path("inbox").join(file), text.replacen("45.4", "45.5", 1)).unwrap();
    runner.run_now(JobName::Import, by(), &going()).await.unwrap();
    assert_eq!(stale("2026-09-04T08:00:00Z").await, 1, "fed");
    assert_eq!(stale("2027-06-01T08:00:00Z").await, 2, "and left again");
}

#[actix_web::test]
async fn a_rule_that_comes_into_force_or_is_rolled_back_has_its_event_in_the_same_transaction() {
    let clock = ManualClock::at("2026-01-05T08:00:00Z");
    let app = TestApp::new();
    let mut services = work(&app, &clock).await.services;
    let act = |name: &str| ActionContext {
        actor: Actor::person(name).unwrap(),
        at: clock.now(),
        reason: "seuil abaissé".to_owned(),
    };
    for (webhooks, value) in [(vec![webhook()], "0.11"), (vec![], "0.12")] {
        services.notify = Arc::new(NotifySettings { webhooks, ..NotifySettings::default() });
        let edit = [("budget_drift_watch".to_owned(), value.to_owned())];
        let files = application::amended(&services, BTreeMap::new(), &edit).await.unwrap();
        let draft = application::save_draft(&services, None, files, &act("Ada")).await.unwrap();
        let about = (draft.outline.number, None);
        application::step_draft(&services, about, DraftStep::Submitted, &act("Ada")).await.unwrap();
        let trial = TrialSettings::default().of_command();
        application::publish(&services, &trial, about, &act("Paul")).await.unwrap();
        application::roll_back(
            &services,
            &trial,
            "budget_drift_watch",
            (RollBack::Former, None),
            &act("Zoé"),
        )
        .await
        .unwrap();
    }
    assert_eq!(
        waiting(&services.store).await,
        [
            "fr.gouv.vigie.rule.published.v1 rules/thresholds/budget_drift_watch.toml",
            "fr.gouv.vigie.rule.rolled_back.v1 rules/thresholds/budget_drift_watch.toml"
        ],
        "the second time nobody listened"
    );
}
