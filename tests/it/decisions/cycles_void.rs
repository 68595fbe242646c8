//! A cycle that was wrong is made void: what it did is undone, what it said is withdrawn or corrected.
#![expect(
    clippy::shadow_unrelated,
    clippy::too_many_lines,
    reason = "a story is told from its beginning to its end, the same question asked again"
)]

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::operation::jobs::support::never;
use crate::support::test_server::TestServer;
use crate::support::{Answer, TestApp};
use vigie::domain::accounts::access::Role;
use vigie::domain::alerts::alert::AlertState;
use vigie::domain::ids::CycleNumber;
use vigie::domain::messages::channel::Channel;
use vigie::domain::messages::notice::{DeliveryOutcome, NoticeKind, NoticeState, QueuedNotice};
use vigie::store::{MissionFilter, NoticeFilter, Store, Tried};

/// Mails wait: nobody answers at that address.
fn run(app: &TestApp, arguments: &[&str]) -> Answer {
    let mut command = app.command(arguments);
    command.env("VIGIE_MAIL__HOST", "localhost").env("VIGIE_MAIL__FROM", "vigie@dinum.example");
    command.env("VIGIE_MAIL__DINUM", "risques@dinum.example");
    let output = command.output().unwrap();
    Answer {
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
        code: output.status.code(),
    }
}

#[track_caller]
fn ok(app: &TestApp, arguments: &[&str]) -> String {
    let answer = run(app, arguments);
    assert_eq!(answer.code, Some(0), "{arguments:?}\n{}\n{}", answer.stdout, answer.stderr);
    answer.stdout
}

/// Judged as of June, then as of November, which changes much.
fn judged_twice() -> TestApp {
    let app = TestApp::with_fixtures();
    ok(&app, &["cycle", "--as-of", "2020-06-30", "--announce"]);
    ok(&app, &["cycle", "--as-of", "2020-11-30"]);
    app
}

/// The alerts that stand, and how; not when that was last looked at.
async fn standing(store: &Store) -> BTreeMap<String, String> {
    let alerts = store.standing_alerts().await.unwrap().into_iter();
    let stand = alerts.filter(|alert| alert.state != AlertState::Resolved);
    stand
        .map(|alert| {
            let told = format!(
                "{:?} {:?} since {} streak {} stale {} hidden by {:?}: {:?}",
                alert.state,
                alert.level,
                alert.since,
                alert.streak,
                alert.stale,
                alert.hidden_by,
                alert.explanation
            );
            (alert.id.to_string(), told)
        })
        .collect()
}

async fn live_missions(store: &Store) -> Vec<String> {
    let missions = store.live_missions().await.unwrap().into_iter();
    missions
        .map(|one| {
            format!("{} {} {:?} {:?}", one.subject, one.kind.as_str(), one.state, one.alerts)
        })
        .collect()
}

async fn of_cycle(store: &Store, cycle: i64) -> Vec<QueuedNotice> {
    let filter = NoticeFilter { cycle: Some(CycleNumber(cycle)), ..NoticeFilter::default() };
    store.notices(&filter, 1000).await.unwrap()
}

/// Whom a cycle told what, in a line each.
async fn said(store: &Store, cycle: i64) -> Vec<String> {
    let notices = of_cycle(store, cycle).await.into_iter();
    let mut said: Vec<String> = notices
        .map(|one| format!("{} {:?} {}", one.notice.receiver, one.notice.kind, one.notice.title))
        .collect();
    said.sort();
    said
}

/// As if the mails of a cycle had arrived.
async fn deliver(store: &Store, cycle: i64) {
    let tried: Vec<Tried> = of_cycle(store, cycle)
        .await
        .into_iter()
        .map(|one| Tried {
            id: one.notice.id,
            failure: None,
            outcome: DeliveryOutcome::Delivered,
            answered: true,
        })
        .collect();
    assert!(!tried.is_empty());
    let at = "2020-12-01T10:00:00Z".parse().unwrap();
    store.record_outcomes(&Channel::Mail, &tried, at).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_void_cycle_all_stands_as_before_it_and_the_next_one_finds_the_same_again() {
    let app = TestApp::with_fixtures();
    ok(&app, &["cycle", "--as-of", "2020-06-30", "--announce"]);
    let store = Store::open(&app.database_url()).await.unwrap();
    let before = (
        standing(&store).await,
        live_missions(&store).await,
        store.notification_memory().await.unwrap(),
    );
    ok(&app, &["cycle", "--as-of", "2020-11-30"]);
    let wrong = (
        standing(&store).await,
        live_missions(&store).await,
        store.notification_memory().await.unwrap(),
    );
    assert_ne!(before, wrong);
    let said_wrongly = said(&store, 2).await;
    assert!(said_wrongly.len() > 3, "{said_wrongly:?}");

    // Nothing earlier may follow, as long as it stands.
    let refused = run(&app, &["cycle", "--as-of", "2020-10-31"]);
    assert_eq!(refused.code, Some(1));
    assert!(refused.stderr.contains("vigie cycles void"), "{}", refused.stderr);

    let table = ok(&app, &["cycles", "void", "2", "--reason", "horloge en avance"]);
    assert!(table.contains("Cycle 2 au 30 novembre 2020 annulé"), "{table}");
    let after = (
        standing(&store).await,
        live_missions(&store).await,
        store.notification_memory().await.unwrap(),
    );
    assert_eq!(before, after);
    assert_eq!(store.last_cycle().await.unwrap().unwrap().number, CycleNumber(1));
    let states: Vec<NoticeState> =
        of_cycle(&store, 2).await.into_iter().map(|one| one.state).collect();
    assert!(states.iter().all(|state| *state == NoticeState::Withdrawn), "{states:?}");
    let list = ok(&app, &["cycles", "--format", "json"]);
    let list: Value = serde_json::from_str(&list).unwrap();
    assert_eq!(list[0]["voided"]["reason"], "horloge en avance");
    assert_eq!(list[1]["voided"], Value::Null);

    // Withdrawn for good: neither what was given up nor a replay sends it.
    ok(&app, &["notices", "replay", "--dead", "--reason", "serveur de retour"]);
    assert_eq!(of_cycle(&store, 2).await[0].state, NoticeState::Withdrawn);

    // An earlier date may follow now; then the same date finds and says the same as the void cycle.
    ok(&app, &["cycle", "--as-of", "2020-11-30"]);
    let again = (standing(&store).await, live_missions(&store).await);
    assert_eq!((wrong.0, wrong.1), again);
    assert_eq!(said(&store, 3).await, said_wrongly);
    ok(&app, &["audit", "verify"]);
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_was_told_is_sent_a_correction_and_only_an_administrator_makes_a_cycle_void() {
    let app = judged_twice();
    let admin = app.token("Ada", &[Role::Administrator], &[]).await;
    let analyst = app.token("Anne", &[Role::Analyst], &[]).await;
    let local = app.token("Marc", &[Role::Administrator], &["MJ"]).await;
    let store = Store::open(&app.database_url()).await.unwrap();
    deliver(&store, 2).await;
    let told: std::collections::BTreeSet<String> =
        of_cycle(&store, 2).await.iter().map(|one| one.notice.receiver.to_string()).collect();
    let api = TestServer::with(app, "2020-12-01T12:00:00Z", |config| {
        config.schedule = never();
        "127.0.0.1".clone_into(&mut config.mail.host);
        config.mail.port = 1;
        "vigie@dinum.example".clone_into(&mut config.mail.from);
        "risques@dinum.example".clone_into(&mut config.mail.dinum);
    })
    .await;
    let reason = json!({ "reason": "horloge en avance" });
    for token in [&analyst, &local] {
        assert_eq!(api.post(token, "/api/v1/cycles/2/void", reason.clone()).await.status, 403);
    }
    assert_eq!(
        api.post(&admin, "/api/v1/cycles/2/void", json!({ "reason": " " })).await.status,
        400
    );
    let first = api.post(&admin, "/api/v1/cycles/1/void", reason.clone()).await;
    assert_eq!(first.status, 409, "{}", first.body);
    let detail = first.body["detail"].as_str().unwrap();
    assert!(detail.contains("make that one void first"), "{detail}");
    assert_eq!(api.post(&admin, "/api/v1/cycles/9/void", reason.clone()).await.status, 404);

    let done = api.post(&admin, "/api/v1/cycles/2/void", reason.clone()).await;
    assert_eq!(done.status, 200, "{}", done.body);
    assert_eq!(done.body["cycle"]["voided"]["by"], "Ada");
    assert!(done.body["alerts"].as_u64().unwrap() > 3, "{}", done.body);
    assert_eq!(api.post(&admin, "/api/v1/cycles/2/void", reason.clone()).await.status, 409);

    let corrections: Vec<QueuedNotice> = of_cycle(&store, 2)
        .await
        .into_iter()
        .filter(|one| one.notice.kind == NoticeKind::Correction)
        .collect();
    let corrected: std::collections::BTreeSet<String> =
        corrections.iter().map(|one| one.notice.receiver.to_string()).collect();
    assert_eq!(corrected, told);
    for one in &corrections {
        assert!(
            one.notice.title.contains("évaluation du 30 novembre 2020 annulée"),
            "{}",
            one.notice.title
        );
        let text = serde_json::to_string(&one.notice.content).unwrap();
        assert!(text.contains("Motif : horloge en avance"), "{text}");
    }

    let cycle = api.get(&analyst, "/api/v1/cycles/2").await;
    assert_eq!(cycle.body["voided"]["reason"], "horloge en avance");
    let audit = api.get(&admin, "/api/v1/audit?subject=cycle/2").await;
    let actions: Vec<&str> = audit.body["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["action"].as_str().unwrap())
        .collect();
    assert_eq!(
        actions.iter().filter(|action| **action == "cycle_voided").count(),
        1,
        "{actions:?}"
    );
    assert_eq!(api.get(&admin, "/api/v1/audit/verify").await.body["flaw"], Value::Null);

    // The first one stands, and can be made void in its turn: nothing is left of either.
    assert_eq!(api.post(&admin, "/api/v1/cycles/1/void", reason).await.status, 200);
    assert_eq!(standing(&store).await, BTreeMap::new());
    assert_eq!(live_missions(&store).await, Vec::<String>::new());
    assert_eq!(store.last_cycle().await.unwrap(), None);
    store.close().await;
    let app = api.close().await;
    ok(&app, &["cycle", "--as-of", "2020-11-30"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_people_touched_stays_as_they_left_it() {
    let app = TestApp::with_fixtures();
    ok(&app, &["cycle", "--as-of", "2020-06-30"]);
    let store = Store::open(&app.database_url()).await.unwrap();
    let before = standing(&store).await;
    ok(&app, &["cycle", "--as-of", "2020-11-30"]);
    let new: Vec<String> = standing(&store)
        .await
        .into_iter()
        .filter(|(id, told)| !before.contains_key(id) && told.starts_with("Open"))
        .map(|(id, _)| id)
        .collect();
    let (acknowledged, untouched) = (&new[0], &new[1]);
    ok(&app, &["alerts", "ack", acknowledged, "--reason", "vu"]);
    let missions = store.missions(&MissionFilter::default()).await.unwrap();
    let proposed: Vec<String> = missions
        .iter()
        .filter(|one| one.opened_in == CycleNumber(2) && one.state.as_str() == "proposed")
        .map(|one| one.id.to_string())
        .collect();
    assert!(proposed.len() > 1, "{proposed:?}");
    ok(&app, &["missions", "decide", &proposed[0], "accept", "--reason", "à engager"]);

    ok(&app, &["cycles", "void", "2", "--reason", "fichier de test"]);
    let after = standing(&store).await;
    assert!(after.contains_key(acknowledged), "{after:?}");
    assert!(!after.contains_key(untouched));
    let missions = store.missions(&MissionFilter::default()).await.unwrap();
    let state = |id: &str| {
        let found = missions.iter().find(|one| one.id.as_str() == id).unwrap();
        found.state.as_str()
    };
    assert_eq!((state(&proposed[0]), state(&proposed[1])), ("open", "withdrawn"));
    let shown = ok(&app, &["alerts", "show", untouched, "--format", "json"]);
    let shown: Value = serde_json::from_str(&shown).unwrap();
    let last = shown["history"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(
        (&last["kind"], &last["actor"]),
        (&json!("voided"), &json!("claire.martin@example.org (nom non prouvé)"))
    );
    assert!(last["words"].as_str().unwrap().contains("est annulé : fichier de test"), "{last}");
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cycle_as_of_a_day_to_come_is_refused_by_every_way_in_and_may_be_tried() {
    let app = TestApp::with_fixtures();
    let refused = run(&app, &["cycle", "--as-of", "2062-01-01"]);
    assert_eq!(refused.code, Some(1));
    assert!(
        refused.stderr.contains("trouvé un jour après aujourd’hui à Paris"),
        "{}",
        refused.stderr
    );
    ok(&app, &["cycle", "--as-of", "2062-01-01", "--dry-run"]);

    let token = app.token("Anne", &[Role::Analyst], &[]).await;
    // In Paris it is the first of December already.
    let api =
        TestServer::with(app, "2020-11-30T23:30:00Z", |config| config.schedule = never()).await;
    let asked = |as_of: &str, dry_run: bool| json!({ "as_of": as_of, "dry_run": dry_run });
    let refused = api.post(&token, "/api/v1/cycles", asked("2020-12-02", false)).await;
    assert_eq!(refused.status, 409, "{}", refused.body);
    let detail = refused.body["detail"].as_str().unwrap();
    assert!(detail.contains("expected 2020-12-01 or before"), "{detail}");
    assert_eq!(api.post(&token, "/api/v1/cycles", asked("2020-12-02", true)).await.status, 202);
    let app = api.close().await;
    let store = Store::open(&app.database_url()).await.unwrap();
    assert_eq!(store.cycles(10).await.unwrap(), vec![]);
    store.close().await;
}

/// Claimed for delivery when the cycle was made void: it may arrive, and is not tried again.
#[tokio::test(flavor = "multi_thread")]
async fn a_notice_on_its_way_is_not_tried_again_and_its_receiver_is_corrected() {
    let app = judged_twice();
    let store = Store::open(&app.database_url()).await.unwrap();
    let now = chrono::DateTime::UNIX_EPOCH + chrono::TimeDelta::days(40_000);
    let claimed = store
        .claim_notices(&Channel::Mail, now, now + chrono::TimeDelta::minutes(10), 1000)
        .await
        .unwrap();
    let of_second: Vec<_> =
        claimed.iter().filter(|one| one.queued.notice.cycle == Some(CycleNumber(2))).collect();
    assert!(!of_second.is_empty() || !claimed.is_empty());
    ok(&app, &["cycles", "void", "2", "--reason", "horloge en avance"]);
    let withdrawn = of_cycle(&store, 2).await;
    let id =
        withdrawn.iter().find(|one| one.state == NoticeState::Withdrawn).unwrap().notice.id.clone();
    let failed = DeliveryOutcome::Waits { until: now, error: "timeout".to_owned() };
    let tried = |outcome| [Tried { id: id.clone(), failure: None, outcome, answered: true }];
    store.record_outcomes(&Channel::Mail, &tried(failed), now).await.unwrap();
    let state = async || store.notice(&id).await.unwrap().unwrap().state;
    assert_eq!(state().await, NoticeState::Withdrawn);
    store.record_outcomes(&Channel::Mail, &tried(DeliveryOutcome::Delivered), now).await.unwrap();
    assert_eq!(state().await, NoticeState::Delivered);
    store.close().await;
}
