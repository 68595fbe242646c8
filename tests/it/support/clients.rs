//! Clients that read and write over real HTTP while something goes wrong, and what they were told.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock, Mutex};

use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::sync::Notify;
use tokio::task::JoinSet;

use vigie::support::clock::{Clock as _, SystemClock};

pub(crate) const CLIENTS: usize = 8;

/// Where the clients ask, and what came of it.
#[derive(Default)]
pub(crate) struct Ledger {
    address: Mutex<String>,
    client: reqwest::Client,
    token: String,
    told: Mutex<Told>,
    stepped: Notify,
}

#[derive(Default)]
struct Told {
    acknowledged: BTreeSet<String>,
    /// Not acknowledged: to be asked again under the same key.
    open: BTreeSet<String>,
    /// Of reads and writes, by status; 0 when nobody answered.
    statuses: BTreeMap<(&'static str, u16), u32>,
    /// Reads that left out what had been acknowledged before they were asked.
    stale: Vec<String>,
    steps: [u32; CLIENTS],
    stopped: bool,
    /// The token that was revoked, once that was acknowledged.
    revoked: bool,
    used_after: u32,
}

/// What is left once everything was healed and asked again.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Left {
    pub(crate) lost: Vec<String>,
    pub(crate) doubled: Vec<String>,
    pub(crate) stale: Vec<String>,
    pub(crate) used_after_revocation: u32,
}

impl Ledger {
    pub(crate) fn new(address: &str, token: &str) -> Arc<Self> {
        let address = Mutex::new(address.to_owned());
        Arc::new(Self { address, token: token.to_owned(), ..Self::default() })
    }

    pub(crate) fn move_to(&self, address: &str) {
        address.clone_into(&mut self.address.lock().unwrap());
    }

    /// A status, 0 when nobody answered, and the body.
    pub(crate) async fn ask(
        &self,
        (method, path): (Method, &str),
        token: &str,
        with: impl FnOnce(reqwest::RequestBuilder) -> reqwest::RequestBuilder,
    ) -> (u16, Value) {
        let url = format!("http://{}{path}", self.address.lock().unwrap());
        let request = self.client.request(method, url);
        let request = if token.is_empty() { request } else { request.bearer_auth(token) };
        let Ok(answer) = with(request).send().await else { return (0, Value::Null) };
        let status = answer.status().as_u16();
        let Ok(text) = answer.text().await else { return (0, Value::Null) };
        (status, serde_json::from_str(&text).unwrap_or_default())
    }

    pub(crate) async fn get(&self, path: &str, token: &str) -> (u16, Value) {
        self.ask((Method::GET, path), token, |request| request).await
    }

    /// Eight clients, each of which writes and reads until it is stopped; and one whose token is revoked.
    pub(crate) fn start(
        self: &Arc<Self>,
        name: &str,
        (number, passing): (i64, String),
    ) -> JoinSet<()> {
        let mut clients = JoinSet::new();
        for client in 0..CLIENTS {
            let (ledger, name) = (Arc::clone(self), format!("{name}, client {client}"));
            clients.spawn(async move { ledger.write_and_read(client, &name).await });
        }
        let (revoking, using) = (Arc::clone(self), Arc::clone(self));
        clients.spawn(async move { revoking.revoke(number).await });
        clients.spawn(async move { using.use_token(&passing).await });
        clients
    }

    /// Until each client has come so many times further.
    pub(crate) async fn all_step(&self, steps: u32) {
        let from = self.told.lock().unwrap().steps;
        loop {
            let now = self.told.lock().unwrap().steps;
            if from.iter().zip(now).all(|(from, now)| now - from >= steps) {
                return;
            }
            self.stepped.notified().await;
        }
    }

    pub(crate) async fn stop(&self, mut clients: JoinSet<()>) {
        self.told.lock().unwrap().stopped = true;
        while let Some(ended) = clients.join_next().await {
            ended.unwrap();
        }
        let mut told = self.told.lock().unwrap();
        told.stopped = false;
        told.revoked = false;
    }

    /// Asks again for all that was not acknowledged, and compares what there is with what was.
    pub(crate) async fn settle(&self) -> Left {
        let open = std::mem::take(&mut self.told.lock().unwrap().open);
        for reason in &open {
            let (status, body) = self.write(reason).await;
            // Done before, its answer lost; or under way in a process that is no more, and so not done.
            let known = status == 409;
            assert!(status == 201 || known, "{reason}: {status} {body}");
        }
        let listed = self.listed().await.unwrap();
        let told = self.told.lock().unwrap();
        let times = |reason: &String| listed.iter().filter(|one| *one == reason).count();
        Left {
            lost: told.acknowledged.iter().filter(|reason| times(reason) == 0).cloned().collect(),
            doubled: listed.iter().filter(|reason| times(reason) > 1).cloned().collect(),
            stale: told.stale.clone(),
            used_after_revocation: told.used_after,
        }
    }

    pub(crate) fn summary(&self) -> String {
        let told = self.told.lock().unwrap();
        let of =
            |((what, status), times): (&(&str, u16), &u32)| format!("{what} {status}: {times}");
        let statuses: Vec<String> = told.statuses.iter().map(of).collect();
        format!("{} acknowledged; {}", told.acknowledged.len(), statuses.join(", "))
    }

    pub(crate) fn count(&self, what: &'static str, status: u16) -> u32 {
        self.told.lock().unwrap().statuses.get(&(what, status)).copied().unwrap_or(0)
    }

    async fn write_and_read(&self, client: usize, name: &str) {
        for number in 0.. {
            if self.told.lock().unwrap().stopped {
                return;
            }
            let reason = format!("{name}, {number}");
            let (written, _) = self.write(&reason).await;
            self.note("write", written);
            let before = self.told.lock().unwrap().acknowledged.clone();
            match self.listed().await {
                Ok(listed) => {
                    self.note("read", 200);
                    let missing = before.iter().filter(|known| !listed.contains(known));
                    let missing: Vec<String> = missing.cloned().collect();
                    self.told.lock().unwrap().stale.extend(missing);
                }
                Err(status) => self.note("read", status),
            }
            let unsigned = self.get("/api/v1/silences", "").await.0;
            self.note("unsigned", unsigned);
            self.told.lock().unwrap().steps[client] += 1;
            self.stepped.notify_one();
        }
    }

    async fn write(&self, reason: &str) -> (u16, Value) {
        let silence = json!({ "rule": "D1", "until": in_a_week(), "reason": reason });
        let key = reason.replace([' ', ','], "-");
        let answer = self.ask((Method::POST, "/api/v1/silences"), &self.token, |request| {
            request.header("idempotency-key", key).json(&silence)
        });
        let (status, body) = answer.await;
        let mut told = self.told.lock().unwrap();
        if status == 201 {
            told.acknowledged.insert(reason.to_owned());
        } else {
            told.open.insert(reason.to_owned());
        }
        (status, body)
    }

    async fn listed(&self) -> Result<Vec<String>, u16> {
        let mut reasons = Vec::new();
        let mut path = "/api/v1/silences?limit=1000".to_owned();
        loop {
            let (status, body) = self.get(&path, &self.token).await;
            if status != 200 {
                return Err(status);
            }
            let reason = |one: &Value| one["reason"].as_str().unwrap().to_owned();
            reasons.extend(body["data"].as_array().unwrap().iter().map(reason));
            let Some(cursor) = body["pagination"]["next_cursor"].as_str() else {
                return Ok(reasons);
            };
            path = format!("/api/v1/silences?limit=1000&cursor={cursor}");
        }
    }

    /// Until it is acknowledged, or nobody is left to use it.
    async fn revoke(&self, number: i64) {
        let path = format!("/api/v1/tokens/{number}?reason=parti");
        while !self.told.lock().unwrap().stopped {
            let asked = self.ask((Method::DELETE, &path), &self.token, |request| request);
            if asked.await.0 == 204 {
                self.told.lock().unwrap().revoked = true;
                return;
            }
        }
    }

    async fn use_token(&self, token: &str) {
        loop {
            let (stopped, revoked) = {
                let told = self.told.lock().unwrap();
                (told.stopped, told.revoked)
            };
            let (status, _) = self.get("/api/v1/session", token).await;
            if revoked && status == 200 {
                self.told.lock().unwrap().used_after += 1;
            }
            self.note(if revoked { "revoked" } else { "not yet revoked" }, status);
            if stopped {
                return;
            }
        }
    }

    fn note(&self, what: &'static str, status: u16) {
        *self.told.lock().unwrap().statuses.entry((what, status)).or_default() += 1;
    }
}

/// No silence lasts for ever, and the service goes by the real clock. The same day for the whole run: a request that is repeated
/// after midnight is the same request.
pub(crate) fn in_a_week() -> String {
    static DAY: LazyLock<String> = LazyLock::new(|| {
        let day = SystemClock.now() + TimeDelta::days(7);
        day.format("%Y-%m-%d").to_string()
    });
    DAY.clone()
}
