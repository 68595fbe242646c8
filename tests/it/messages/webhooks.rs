//! Webhooks and Tchap, to real receivers: signed, in order, each id seen once after de-duplication.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::web;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::TimeDelta;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::store::stores::Scratch;
use crate::support::TestApp;
use crate::support::manual_clock::ManualClock;
use crate::support::servers::reception::{Call, Receptionist};
use vigie::delivery::Dispatcher;
use vigie::domain::ids::NoticeId;
use vigie::domain::messages::channel::Channel;
use vigie::domain::messages::notice::{Content, Notice, NoticeKind, NoticeState, Receiver};
use vigie::notify::{NotifySettings, WebhookFormat, WebhookSettings};
use vigie::store::NoticeFilter;
use vigie::support::clock::Clock;
use vigie::support::secret::Secret;

const OLD: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const NEW: &str = "whsec_bm90IGEgcmVhbCBzZWNyZXQsIGp1c3QgMzIgYnl0ZXMh";

/// As a receiver reckons it, with nothing of ours.
fn is_genuine(call: &Call, secret: &str) -> bool {
    let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    let (id, timestamp) = (&call.headers["webhook-id"], &call.headers["webhook-timestamp"]);
    let mut hmac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
    hmac.update(format!("{id}.{timestamp}.{}", call.body).as_bytes());
    let expected = format!("v1,{}", STANDARD.encode(hmac.finalize().into_bytes()));
    call.headers["webhook-signature"].split(' ').any(|given| given == expected)
}

pub(crate) fn webhook(name: &str, url: &str) -> WebhookSettings {
    WebhookSettings {
        name: name.to_owned(),
        url: url.to_owned(),
        secrets: vec![Secret::new(NEW), Secret::new(OLD)],
        format: WebhookFormat::Standard,
        events: vec![],
        ministries: vec![],
        allow: vec!["127.0.0.1".to_owned()],
        timeout_seconds: 1,
    }
}

/// Events for a webhook, three to a thread.
pub(crate) fn events(name: &str, count: usize, clock: &ManualClock) -> Vec<Notice> {
    let event = |number: usize| Notice {
        id: NoticeId::new(format!("{name}-{number:05}")),
        receiver: Receiver::Webhook(name.to_owned()),
        kind: NoticeKind::Event,
        cycle: None,
        thread: format!("alert/{}", number / 3),
        follows: vec![],
        title: "alert.updated".to_owned(),
        content: Content::Post {
            media_type: "application/json".to_owned(),
            body: json!({ "type": "alert.updated", "data": { "number": number } }).to_string(),
        },
        created_at: clock.now(),
        not_before: clock.now(),
    };
    (0..count).map(event).collect()
}

fn dispatcher(
    scratch: &Scratch,
    clock: &Arc<ManualClock>,
    webhooks: Vec<WebhookSettings>,
) -> Dispatcher {
    let settings = NotifySettings { webhooks, ..NotifySettings::default() };
    let clock: Arc<dyn Clock> = Arc::<ManualClock>::clone(clock);
    Dispatcher::new(scratch.store.clone(), clock, Arc::new(settings)).unwrap()
}

async fn drain(dispatcher: &Dispatcher) {
    let going_on = tokio::sync::watch::channel(false).1;
    dispatcher.drain(&going_on).await.unwrap();
}

async fn count(scratch: &Scratch, state: NoticeState) -> usize {
    let filter = NoticeFilter { states: vec![state], ..NoticeFilter::default() };
    scratch.store.notices(&filter, 1_000_000).await.unwrap().len()
}

#[actix_web::test]
async fn a_flaky_receiver_sees_each_event_once_after_deduplication_signed_and_in_order() {
    const EVENTS: usize = 900;
    let scratch = Scratch::new().await;
    let clock = ManualClock::at("2026-11-24T08:00:00Z");
    // 504: the event was accepted and the answer was lost.
    let receiver = Receptionist::start(&[200, 500, 504, 204, 503, 400, 202]).await;
    let dispatcher =
        dispatcher(&scratch, &clock, vec![webhook("audit", &receiver.url("hook?key=k"))]);
    let notices = events("audit", EVENTS, &clock);
    scratch.store.commit_reminders(&notices, &[], clock.now()).await.unwrap();
    let mut looks = 0;
    while count(&scratch, NoticeState::Waiting).await > 0 {
        drain(&dispatcher).await;
        clock.set(&(clock.now() + TimeDelta::minutes(20)).to_rfc3339());
        looks += 1;
        assert!(looks < 300);
    }
    assert_eq!(count(&scratch, NoticeState::Delivered).await, EVENTS);
    let calls = receiver.calls();
    assert!(calls.iter().all(|call| is_genuine(call, OLD) && is_genuine(call, NEW)));
    let mut seen = BTreeSet::new();
    let taken = calls.iter().filter(|call| call.status < 300 || call.status == 504);
    let numbers: Vec<usize> = taken
        .clone()
        .filter(|call| seen.insert(call.headers["webhook-id"].clone()))
        .map(|call| serde_json::from_str::<Value>(&call.body).unwrap())
        .map(|body| usize::try_from(body["data"]["number"].as_u64().unwrap()).unwrap())
        .collect();
    assert_eq!(numbers.len(), EVENTS);
    let mut last: BTreeMap<usize, usize> = BTreeMap::new();
    for number in numbers {
        let before = last.insert(number / 3, number);
        assert!(before.is_none_or(|before| before < number), "{number} before {before:?}");
    }
    let repeated = taken.count() - EVENTS;
    assert!(repeated > 0);
    println!(
        "{EVENTS} events, {} calls, {repeated} repeated: each id once after that",
        calls.len()
    );
    receiver.handle.stop(false).await;
}

#[actix_web::test]
async fn a_receiver_that_does_not_answer_delays_no_other() {
    let scratch = Scratch::new().await;
    let clock = ManualClock::at("2026-11-24T08:00:00Z");
    let receiver = Receptionist::start(&[200]).await;
    // Takes connections, and never says a word.
    let mute = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let mute_url = format!("http://{}/", mute.local_addr().unwrap());
    let webhooks = vec![webhook("a-mute", &mute_url), webhook("prompt", &receiver.url(""))];
    let dispatcher = dispatcher(&scratch, &clock, webhooks);
    let mut notices = events("a-mute", 50, &clock);
    notices.extend(events("prompt", 50, &clock));
    scratch.store.commit_reminders(&notices, &[], clock.now()).await.unwrap();
    let started = Instant::now();
    drain(&dispatcher).await;
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    assert_eq!(receiver.calls().len(), 50);
    assert_eq!(count(&scratch, NoticeState::Delivered).await, 50);
    // One was tried, and none aged for it.
    let waiting = scratch.store.notices(&NoticeFilter::default(), 1000).await.unwrap();
    assert!(waiting.iter().all(|one| one.state == NoticeState::Delivered || one.attempts == 0));
    assert_eq!(waiting.iter().filter(|one| one.last_error.is_some()).count(), 1);
    receiver.handle.stop(false).await;
}

#[actix_web::test]
async fn a_redirection_is_not_followed_and_a_private_address_is_not_reached() {
    let scratch = Scratch::new().await;
    let clock = ManualClock::at("2026-11-24T08:00:00Z");
    let receiver = Receptionist::start(&[302]).await;
    let not_allowed = WebhookSettings { allow: vec![], ..webhook("inner", &receiver.url("")) };
    let by_name = WebhookSettings {
        allow: vec!["10.0.0.0/8".to_owned()],
        url: format!("http://localhost:{}/", receiver.address.port()),
        ..webhook("named", "")
    };
    let webhooks = vec![not_allowed, by_name, webhook("redirected", &receiver.url(""))];
    let dispatcher = dispatcher(&scratch, &clock, webhooks);
    for name in ["inner", "named", "redirected"] {
        let notices = events(name, 1, &clock);
        scratch.store.commit_reminders(&notices, &[], clock.now()).await.unwrap();
    }
    drain(&dispatcher).await;
    let calls: Vec<String> = receiver.calls().into_iter().map(|call| call.path).collect();
    assert_eq!(calls, ["/"], "only what is allowed, and not `/elsewhere`");
    let mut errors: Vec<String> = scratch
        .store
        .notices(&NoticeFilter::default(), 10)
        .await
        .unwrap()
        .into_iter()
        .map(|one| format!("{}: {}", one.notice.receiver, one.last_error.unwrap()))
        .collect();
    errors.sort();
    insta::assert_snapshot!(errors.join("\n"), @r"
    webhook/inner: settings: leads to a private address, which no setting `allow` lets in
    webhook/named: unreachable: leads to a private address, which no setting `allow` lets in
    webhook/redirected: clientError: 302
    ");
    receiver.handle.stop(false).await;
}

/// From the command line: three formats, which events each webhook gets, and a receiver that is
/// gone.
#[actix_web::test]
async fn a_cycle_tells_programs_in_their_format_and_a_410_closes_the_receiver_until_it_is_enabled()
{
    let receiver = Receptionist::start(&[200]).await;
    let gone = Receptionist::start(&[410]).await;
    let app = TestApp::with_fixtures();
    let table = |name: &str, url: String, more: &str| {
        format!(
            "[[webhooks]]\nname = \"{name}\"\nurl = \"{url}\"\nsecrets = [\"{NEW}\"]\nallow = [\"127.0.0.0/8\"]\n{more}\n"
        )
    };
    let settings = [
        "public_url = \"https://vigie.example/\"\n".to_owned(),
        table(
            "justice",
            receiver.url("justice"),
            "ministries = [\"MJ\"]\nevents = [\"alert.opened\"]",
        ),
        table("cloud", receiver.url("cloud"), "format = \"cloudevents\"\nministries = [\"MJ\"]"),
        table(
            "grafana",
            receiver.url("grafana"),
            "format = \"alertmanager-v4\"\nministries = [\"MJ\"]",
        ),
        table("gone", gone.url("gone"), ""),
    ];
    std::fs::write(app.path("vigie.toml"), settings.concat()).unwrap();
    let run = async |arguments: &[&str]| {
        let mut command = app.command(arguments);
        let output = web::block(move || command.output().unwrap()).await.unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{arguments:?}: {stderr}");
        assert!(!stderr.contains(NEW));
        stderr
    };
    run(&["cycle", "--as-of", "2020-11-30", "--announce"]).await;
    run(&["notices", "deliver"]).await;

    let calls = receiver.calls();
    let of = |path: &str| calls.iter().filter(|call| call.path == path).collect::<Vec<_>>();
    let body = |call: &Call| serde_json::from_str::<Value>(&call.body).unwrap();
    let justice = of("/justice");
    assert!(justice.len() > 20, "{}", justice.len());
    for call in &justice {
        let body = body(call);
        assert!(is_genuine(call, NEW) && call.body.len() < 20_000);
        assert_eq!(
            (&body["type"], &body["data"]["ministry"]),
            (&json!("alert.opened"), &json!("MJ"))
        );
        let url =
            format!("https://vigie.example/api/v1/alerts/{}", body["data"]["id"].as_str().unwrap());
        assert_eq!(body["data"]["url"], url);
    }
    let cloud = of("/cloud");
    let first = body(cloud[0]);
    assert_eq!(cloud[0].headers["content-type"], "application/cloudevents+json");
    assert_eq!(first["specversion"], "1.0");
    assert_eq!(first["id"], cloud[0].headers["webhook-id"]);
    let kinds: BTreeSet<String> =
        cloud.iter().map(|call| body(call)["type"].as_str().unwrap().to_owned()).collect();
    let kinds: Vec<String> = kinds.into_iter().collect();
    assert_eq!(
        kinds.join(" "),
        "fr.gouv.vigie.alert.opened.v1 fr.gouv.vigie.mission.opened.v1 fr.gouv.vigie.mission.proposed.v1"
    );
    let grafana = of("/grafana");
    assert_eq!(grafana.len(), justice.len(), "alerts only");
    let alert = body(grafana[0]);
    assert_eq!((&alert["version"], &alert["status"]), (&json!("4"), &json!("firing")));
    assert_eq!(alert["alerts"][0]["labels"]["ministry"], "MJ");

    assert_eq!(gone.calls().len(), 1, "a receiver that is gone is tried once");
    let dead = app.json(&["notices", "list", "--state", "dead", "--limit", "9999"]);
    let dead = dead.as_array().unwrap().len();
    assert!(dead > 200, "{dead}");
    gone.answers(&[200]);
    run(&["notices", "deliver"]).await;
    assert_eq!(gone.calls().len(), 1);
    run(&["receivers", "enable", "gone", "--reason", "de retour"]).await;
    run(&["notices", "replay", "--dead", "--reason", "de retour"]).await;
    run(&["notices", "deliver"]).await;
    assert_eq!(gone.calls().len(), 1 + dead);
    receiver.handle.stop(false).await;
    gone.handle.stop(false).await;
}

#[actix_web::test]
async fn a_tchap_room_gets_counts_under_one_transaction_however_often_it_is_tried() {
    let server = Receptionist::start(&[429, 200]).await;
    let app = TestApp::with_fixtures();
    let settings = format!(
        "public_url = \"https://vigie.example\"\n[tchap]\nhomeserver = \"http://{}\"\n\
         room = \"!risques:tchap.example\"\ntoken = \"jeton-secret\"\npause_ms = 1\n\
         [calendar]\nopens = \"00:00:00\"\ncloses = \"23:59:60\"\nnight_from = \"00:00:00\"\n\
         night_until = \"00:00:00\"\nworking_days_only = false\n",
        server.address
    );
    std::fs::write(app.path("vigie.toml"), settings).unwrap();
    let run = async |arguments: &[&str]| {
        let mut command = app.command(arguments);
        let output = web::block(move || command.output().unwrap()).await.unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    run(&["cycle", "--as-of", "2020-11-30", "--announce"]).await;
    run(&["notices", "deliver"]).await;
    let waiting = app.json(&["notices", "list"]);
    let [notice] = waiting.as_array().unwrap().as_slice() else { panic!("{waiting}") };
    assert_eq!(notice["last_error"], "rateLimited: 429");
    assert_eq!((&notice["attempts"], &notice["first_attempt_at"]), (&json!(0), &Value::Null));
    let receivers = app.json(&["receivers", "list"]);
    let outage = &receivers[0]["outage"];
    let moment = |key: &str| -> chrono::DateTime<chrono::Utc> {
        outage[key].as_str().unwrap().parse().unwrap()
    };
    let next_attempt = moment("next_attempt_at");
    let last = moment("last_attempt_at");
    assert!(
        (88..=92).contains(&(next_attempt - last).num_seconds()),
        "{next_attempt} after {last}"
    );

    // Given up and replayed, it is tried at once.
    let store = vigie::store::Store::open(&app.database_url()).await.unwrap();
    let id = NoticeId::new(notice["id"].as_str().unwrap());
    let outcome =
        vigie::domain::messages::notice::DeliveryOutcome::Dead { error: "for the test".to_owned() };
    let tried = vigie::store::Tried { id: id.clone(), failure: None, outcome, answered: false };
    store.record_outcomes(&Channel::Tchap, &[tried], next_attempt).await.unwrap();
    let failures = store.gauges(next_attempt).await.unwrap().failures;
    let failures: Vec<String> =
        failures.iter().map(|one| format!("{} {} {}", one.lane, one.reason, one.failed)).collect();
    assert_eq!(failures, ["tchap rateLimited 1"]);
    store.close().await;
    run(&["notices", "replay", id.as_str()]).await;
    run(&["notices", "deliver"]).await;

    let calls = server.calls();
    assert_eq!(calls.len(), 2);
    let path = format!("/_matrix/client/v3/rooms/!risques:tchap.example/send/m.room.message/{id}");
    assert!(calls.iter().all(|call| call.path == path), "{calls:?}");
    assert_eq!(calls[0].headers["authorization"], "Bearer jeton-secret");
    let message: Value = serde_json::from_str(&calls[1].body).unwrap();
    assert_eq!(
        (&message["msgtype"], &message["format"]),
        (&json!("m.text"), &json!("org.matrix.custom.html"))
    );
    let text = message["body"].as_str().unwrap();
    assert!(
        text.contains("• Ministère de la Justice : 15 décisions, 27 nouvelles alertes"),
        "{text}"
    );
    assert!(!text.contains("PORTALIS") && !text.contains("SI SAMU"), "{text}");
    server.handle.stop(false).await;
}
