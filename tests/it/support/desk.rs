//! A workplace whose service answers over real HTTP.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::Workplace;
use vigie::server;
use vigie::server::Running;
use vigie::server::config::Config;
use vigie::support::clock::FixedClock;

pub(crate) struct Desk {
    pub(crate) workplace: Workplace,
    service: Running,
}

pub(crate) struct Answered {
    pub(crate) status: u16,
    pub(crate) location: Option<String>,
    pub(crate) body: Value,
}

impl Desk {
    pub(crate) async fn open(workplace: Workplace, now: &str) -> Self {
        Self::with(workplace, now, |_| {}).await
    }

    pub(crate) async fn with(
        workplace: Workplace,
        now: &str,
        change: impl FnOnce(&mut Config),
    ) -> Self {
        let mut config = Config { rules: workplace.rules().to_owned(), ..workplace.settings() };
        change(&mut config);
        let now: DateTime<Utc> = now.parse().unwrap();
        let service = server::start(&config, Arc::new(FixedClock(now))).await.unwrap();
        Self { workplace, service }
    }

    pub(crate) async fn get(&self, token: &str, path: &str) -> Answered {
        answered(reqwest::Client::new().get(self.url(path)).bearer_auth(token)).await
    }

    pub(crate) async fn post(&self, token: &str, path: &str, body: Value) -> Answered {
        let request = reqwest::Client::new().post(self.url(path)).bearer_auth(token);
        answered(request.json(&body)).await
    }

    /// A file, as it is.
    pub(crate) async fn send(&self, token: &str, path: &str, bytes: Vec<u8>) -> Answered {
        let request = reqwest::Client::new().post(self.url(path)).bearer_auth(token);
        answered(request.header("content-type", "application/octet-stream").body(bytes)).await
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.service.address())
    }

    pub(crate) async fn close(self) -> Workplace {
        self.service.stop().await.unwrap();
        self.workplace
    }
}

pub(crate) async fn answered(request: reqwest::RequestBuilder) -> Answered {
    let answer = request.send().await.unwrap();
    let header = answer.headers().get("location");
    let location = header.map(|value| value.to_str().unwrap().to_owned());
    let status = answer.status().as_u16();
    let body = serde_json::from_str(&answer.text().await.unwrap()).unwrap_or_default();
    Answered { status, location, body }
}
