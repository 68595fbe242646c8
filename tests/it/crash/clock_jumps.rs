//! A clock that jumps by years while clients read and write over real HTTP: what it leaves behind.
#![expect(
    clippy::shadow_unrelated,
    clippy::too_many_lines,
    reason = "a story is told from its beginning to its end, the same question asked again"
)]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::operation::jobs::support::never;
use crate::support::TestApp;
use crate::support::ministry_data::silence;
use vigie::delivery::Dispatcher;
use vigie::domain::accounts::access::{AccountNumber, Role};
use vigie::domain::accounts::audit::{ActionContext, Actor};
use vigie::domain::accounts::sessions::SessionOpening;
use vigie::domain::ids::AlertId;
use vigie::domain::messages::notice::NoticeState;
use vigie::domain::operation::job::{Call, JobName};
use vigie::server;
use vigie::server::Running;
use vigie::server::config::Config;
use vigie::store::{Claimed, Hold, IdempotencyKey, LockResult, NoticeFilter, SessionTerms, Store};
use vigie::support::clock::{Clock, ClockWatch};
use vigie::support::fingerprint::Fingerprint;

const RIGHT: &str = "2026-11-25T12:00:00Z";
const AHEAD: &str = "2036-11-25T12:00:00Z";
const BEHIND: &str = "1999-12-31T23:00:00Z";

const CLIENTS: usize = 8;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// A machine's clock: time passes, and the hour that it shows is set apart from that.
#[derive(Debug)]
struct MachineClock(Mutex<(DateTime<Utc>, Duration)>);

impl MachineClock {
    fn at(text: &str) -> Arc<Self> {
        Arc::new(Self(Mutex::new((at(text), Duration::from_secs(1000)))))
    }

    /// Somebody, or a time server, sets the clock.
    fn set(&self, text: &str) {
        self.0.lock().unwrap().0 = at(text);
    }

    fn pass(&self, time: Duration) {
        let mut clock = self.0.lock().unwrap();
        clock.0 += TimeDelta::from_std(time).unwrap();
        clock.1 += time;
    }
}

impl Clock for MachineClock {
    fn now(&self) -> DateTime<Utc> {
        self.0.lock().unwrap().0
    }

    fn elapsed(&self) -> Duration {
        self.0.lock().unwrap().1
    }
}

#[test]
fn only_a_clock_that_is_set_by_days_has_jumped() {
    let clock = MachineClock::at(RIGHT);
    let watch = ClockWatch::begin(clock.now(), clock.elapsed());
    let look = || watch.look(clock.now(), clock.elapsed());
    clock.pass(Duration::from_hours(24 * 400));
    assert_eq!(look(), None, "a service that runs for a year");
    let right = clock.now();
    clock.set("2027-12-31T00:00:00Z");
    assert_eq!(look(), None, "{right} set by hours");
    clock.set(AHEAD);
    let jump = look().unwrap();
    assert_eq!((jump.expected, jump.found), (right, at(AHEAD)));
    assert!(watch.is_off());
    assert_eq!(look(), None, "told once");
    clock.pass(Duration::from_hours(1));
    assert_eq!(look(), None);
    clock.set(&(right + TimeDelta::hours(1)).to_rfc3339());
    assert!(look().is_some(), "the way back is a jump too");
    assert!(!watch.is_off());
    assert_eq!(watch.compare(at(RIGHT), at(AHEAD)).unwrap().expected, at(AHEAD));
    assert_eq!(watch.compare(at(AHEAD), at(RIGHT)), None, "a service that was stopped for years");
}

struct Service {
    running: Running,
    clock: Arc<MachineClock>,
    config: Config,
    client: reqwest::Client,
}

/// Nothing runs by itself, and mails wait, since nobody answers there.
async fn serve(app: &TestApp) -> Service {
    let mut config = app.settings();
    config.schedule = never();
    "127.0.0.1".clone_into(&mut config.mail.host);
    config.mail.port = 1;
    "vigie@dinum.example".clone_into(&mut config.mail.from);
    "risques@dinum.example".clone_into(&mut config.mail.dinum);
    let clock = MachineClock::at(RIGHT);
    let running = server::start(&config, Arc::<MachineClock>::clone(&clock)).await.unwrap();
    Service { running, clock, config, client: reqwest::Client::new() }
}

impl Service {
    fn ask(&self, method: Method, path: &str, token: &str) -> reqwest::RequestBuilder {
        let url = format!("http://{}{path}", self.running.address());
        self.client.request(method, url).bearer_auth(token)
    }

    async fn json(&self, path: &str, token: &str) -> (u16, Value) {
        let answer = self.ask(Method::GET, path, token).send().await.unwrap();
        let status = answer.status().as_u16();
        (status, answer.json().await.unwrap_or_default())
    }

    /// Comments under a key of its own; whether it was acknowledged, and as an answer given before.
    async fn comment(&self, token: &str, alert: &str, text: &str) -> (u16, bool) {
        let path = format!("/api/v1/alerts/{alert}/comments");
        let request = self.ask(Method::POST, &path, token).header("idempotency-key", text);
        let answer = request.json(&json!({ "text": text })).send().await.unwrap();
        let replayed = answer.headers().contains_key("idempotency-replayed");
        (answer.status().as_u16(), replayed)
    }

    /// Eight clients read and write; the clock is set to `hour` once half of them have begun.
    async fn busy(
        &self,
        (tokens, alert): (&[String], &str),
        phase: &str,
        hour: &str,
    ) -> Vec<String> {
        let (tell, mut begun) = mpsc::unbounded_channel();
        let clients = tokens.iter().enumerate().map(|(number, token)| {
            let tell = tell.clone();
            async move {
                let mut acknowledged = Vec::new();
                for round in 0..5 {
                    let text = format!("{phase}-{number}-{round}");
                    let (status, _) = self.comment(token, alert, &text).await;
                    tell.send(()).unwrap();
                    assert!(status < 300, "{phase}: {status}");
                    acknowledged.push(text.clone());
                    // The answer was lost, for all that the client knows.
                    let (status, replayed) = self.comment(token, alert, &text).await;
                    assert!(status < 300 && replayed, "{phase}: {status}, replayed {replayed}");
                    let (status, _) = self.json("/api/v1/alerts", token).await;
                    assert_eq!(status, 200, "{phase}");
                }
                acknowledged
            }
        });
        let jump = async {
            for _ in 0..CLIENTS / 2 {
                begun.recv().await.unwrap();
            }
            self.clock.set(hour);
        };
        let (acknowledged, ()) = tokio::join!(all(clients), jump);
        acknowledged.into_iter().flatten().collect()
    }
}

/// All at once, in this task.
async fn all<F: Future>(futures: impl Iterator<Item = F>) -> Vec<F::Output> {
    let mut waiting: Vec<_> = futures.map(|future| (Box::pin(future), None)).collect();
    std::future::poll_fn(|context| {
        let mut is_ready = true;
        for (future, output) in &mut waiting {
            if output.is_none() {
                match future.as_mut().poll(context) {
                    std::task::Poll::Ready(found) => *output = Some(found),
                    std::task::Poll::Pending => is_ready = false,
                }
            }
        }
        if is_ready { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    waiting.into_iter().filter_map(|(_, output)| output).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn years_forward_and_back_lose_nothing_double_nothing_and_leave_nothing_waiting() {
    let app = TestApp::with_fixtures();
    app.ok(&["cycle", "--as-of", "2020-11-30"]);
    let mut tokens = Vec::new();
    for number in 0..CLIENTS {
        tokens.push(app.token(&format!("Client {number}"), &[Role::Analyst], &[]).await);
    }
    let revoked = app.token("Parti", &[Role::Analyst], &[]).await;
    let admin = app.token("Ada", &[Role::Administrator], &[]).await;
    let service = serve(&app).await;
    let alerts = service.json("/api/v1/alerts?limit=1", &tokens[0]).await.1;
    let alert = alerts["data"][0]["id"].as_str().unwrap().to_owned();
    let who = (tokens.as_slice(), alert.as_str());
    let ready = async || service.json("/readyz", "").await;
    assert_eq!(ready().await.1["checks"]["clock"], "ok");

    let mut acknowledged = service.busy(who, "forward", AHEAD).await;
    let (status, told) = ready().await;
    assert_eq!((status, &told["checks"]["clock"]), (200, &json!("jumped")));
    let store = Store::open(&app.database_url()).await.unwrap();
    revoke(&store, &revoked, at(AHEAD)).await;
    // An analyst takes the clock at its word, and messages wait for the morning of 2036.
    let begun =
        service.ask(Method::POST, "/api/v1/cycles", &tokens[0]).json(&json!({ "announce": true }));
    let begun = begun.send().await.unwrap();
    assert_eq!(begun.status().as_u16(), 202);
    let run = begun.headers()["location"].to_str().unwrap().to_owned();
    while service.json(&run, &tokens[0]).await.1["outcome"] == "processing" {}
    assert_eq!(store.last_cycle().await.unwrap().unwrap().inputs.as_of.to_string(), "2036-11-25");

    acknowledged.extend(service.busy(who, "backward", BEHIND).await);
    assert_eq!(ready().await.1["checks"]["clock"], "jumped");
    acknowledged.extend(service.busy(who, "right", RIGHT).await);
    assert_eq!(ready().await.1["checks"]["clock"], "ok");
    for text in &acknowledged {
        let number: usize = text.split('-').nth(1).unwrap().parse().unwrap();
        let (status, replayed) = service.comment(&tokens[number], &alert, text).await;
        assert!(status < 300 && replayed, "{text} sent again: {status}, replayed {replayed}");
    }
    assert_eq!(service.comment(&revoked, &alert, "parti").await.0, 401);

    // The trail says each jump, and is whole.
    let audit = service.json("/api/v1/audit?subject=clock", &admin).await.1;
    let jumps = audit["data"].as_array().unwrap().len();
    assert!(jumps >= 3, "{audit}");
    assert_eq!(service.json("/api/v1/audit/verify", &admin).await.1["flaw"], Value::Null);
    let told = store.notices(&NoticeFilter::default(), 1000).await.unwrap();
    assert!(told.iter().any(|one| one.notice.title == "[RISQUE] L’horloge de Vigie a sauté"));

    // The cycle of 2036 keeps any other from following, until it is void.
    let cycles = "/api/v1/cycles";
    let asked = json!({ "as_of": "2026-11-25" });
    let post = async |path: &str, body: &Value| {
        let sent = service.ask(Method::POST, path, &admin).json(body).send().await.unwrap();
        sent.status().as_u16()
    };
    assert_eq!(
        service.ask(Method::POST, cycles, &tokens[0]).json(&asked).send().await.unwrap().status(),
        409
    );
    assert_eq!(post("/api/v1/cycles/2/void", &json!({ "reason": "horloge en avance" })).await, 200);
    let again = service.ask(Method::POST, cycles, &tokens[0]).json(&asked).send().await.unwrap();
    assert_eq!(again.status().as_u16(), 202);
    let run = again.headers()["location"].to_str().unwrap().to_owned();
    while service.json(&run, &tokens[0]).await.1["outcome"] == "processing" {}
    assert_eq!(store.last_cycle().await.unwrap().unwrap().inputs.as_of.to_string(), "2026-11-25");

    // Acknowledged once is there once.
    let mut kept: BTreeMap<String, usize> = BTreeMap::new();
    for act in store.alert_acts(&AlertId::new(alert)).await.unwrap() {
        *kept.entry(act.words).or_default() += 1;
    }
    let lost: Vec<_> = acknowledged.iter().filter(|text| !kept.contains_key(*text)).collect();
    let doubled: Vec<_> = kept.iter().filter(|(_, times)| **times > 1).collect();
    assert_eq!((acknowledged.len(), lost.len(), doubled.len()), (3 * CLIENTS * 5, 0, 0));
    assert!(!kept.contains_key("parti"));

    let Service { running, clock, config, .. } = service;
    running.stop().await.unwrap();
    let dispatcher = Dispatcher::new(store.clone(), clock, Arc::new(config.notify())).unwrap();
    let (_stop, stopped) = tokio::sync::watch::channel(false);
    dispatcher.drain(&stopped).await.unwrap();
    let waiting = NoticeFilter { states: vec![NoticeState::Waiting], ..NoticeFilter::default() };
    let waiting = store.notices(&waiting, 1000).await.unwrap();
    assert!(!waiting.is_empty());
    for one in waiting {
        let until = one.next_attempt_at;
        assert!(until < at("2026-12-02T00:00:00Z"), "{} waits until {until}", one.notice.title);
    }
    store.close().await;
}

async fn revoke(store: &Store, secret: &str, now: DateTime<Utc>) {
    let presented = vigie::store::Credential::presented(secret);
    let version = store.version().await.unwrap();
    let caller = store.caller_by_token(&presented, version, now).await.unwrap().unwrap();
    let tokens = store.tokens(Some(caller.account)).await.unwrap();
    let act =
        ActionContext { actor: Actor::person("Ada").unwrap(), at: now, reason: String::new() };
    store.revoke_token(tokens[0].number, &act).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn no_wait_that_a_clock_ahead_set_lasts_once_the_clock_is_right() {
    let app = TestApp::with_fixtures();
    app.token("Anne", &[Role::Analyst], &[]).await;
    let store = Store::open(&app.database_url()).await.unwrap();
    let (ahead, right) = (at(AHEAD), at(RIGHT));

    // A job held by a service that died.
    let call = Call::of(Actor::person("Anne").unwrap());
    store.job(JobName::Cycle, ahead).await.unwrap();
    let hold = |holder, now| Hold { holder, until: now + TimeDelta::minutes(3) };
    store.begin_run(JobName::Cycle, &call, hold("dead", ahead), ahead).await.unwrap();
    let begun = store.begin_run(JobName::Cycle, &call, hold("new", right), right).await.unwrap();
    assert!(matches!(begun, LockResult::Granted { .. }), "{begun:?}");
    let begun = store.begin_run(JobName::Cycle, &call, hold("third", right), right).await.unwrap();
    assert!(matches!(begun, LockResult::Held { .. }), "a hold of now is one: {begun:?}");

    // An attempt under a key that was cut, and one that came to its end: that one still stands.
    let key = |key: &str| IdempotencyKey {
        account: AccountNumber(1),
        route: "POST /api/v1/silences".to_owned(),
        key: key.to_owned(),
        fingerprint: Fingerprint::of(b"a request"),
    };
    let day = TimeDelta::hours(24);
    let claim = async |name: &str, now: DateTime<Utc>| {
        store.claim_key(&key(name), (now, now + day)).await.unwrap()
    };
    assert!(matches!(claim("cut", ahead).await, Claimed::Begun(_)));
    let Claimed::Begun(attempt) = claim("done", ahead).await else { panic!("a new key") };
    let alert_act =
        ActionContext { actor: Actor::person("Anne").unwrap(), at: ahead, reason: String::new() };
    store
        .attempting(attempt)
        .record_refusals(&[(ahead, alert_act.deed("access_refused", "account/1"))])
        .await
        .unwrap();
    // The clock is right again, and the trail goes on.
    let refused = alert_act.deed("access_refused", "account/1");
    store.record_refusals(&[(right, refused)]).await.unwrap();
    assert!(matches!(claim("cut", right).await, Claimed::Begun(_)));
    assert!(matches!(claim("done", right).await, Claimed::Done));
    assert!(
        matches!(claim("done", right + day).await, Claimed::Begun(_)),
        "kept for a day, no longer"
    );

    // A session, a sign-in, a silence.
    let terms = SessionTerms {
        account: AccountNumber(1),
        opened_by: SessionOpening::Provider,
        multi_factor: false,
        id_token: None,
        expires_at: ahead + TimeDelta::hours(8),
    };
    let secret = store.begin_session(&terms, &alert_act).await.unwrap();
    assert!(store.caller_by_session(&secret, ahead).await.unwrap().is_some());
    assert!(store.caller_by_session(&secret, right).await.unwrap().is_none());
    let minutes = TimeDelta::minutes(10);
    let ticket = Fingerprint::of(b"ticket");
    store.begin_sign_in(&ticket, None, (ahead, ahead + minutes)).await.unwrap();
    assert_eq!(store.take_sign_in(&ticket, (right, right + minutes)).await.unwrap(), None);
    app.ok(&["cycle", "--as-of", "2020-11-30"]);
    let alert = store.standing_alerts().await.unwrap().swap_remove(0);
    let mut made = silence(vigie::domain::alerts::silence::SilenceScope::default(), &alert);
    made.made_at = ahead;
    made.last_day = (ahead + TimeDelta::days(30)).date_naive();
    assert!(made.holds_on(ahead.date_naive()) && !made.holds_on(right.date_naive()));
    store.close().await;
}
