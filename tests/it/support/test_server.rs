//! The service of an application, over real HTTP, its clock set by hand.

use std::sync::Arc;

use reqwest::{Client, Method, RequestBuilder};
use serde_json::Value;

use super::TestApp;
use super::manual_clock::ManualClock;
use vigie::server::Running;
use vigie::server::config::Config;
use vigie::{api, server};

pub(crate) struct TestServer {
    pub(crate) app: TestApp,
    pub(crate) running: Running,
    pub(crate) clock: Arc<ManualClock>,
    client: Client,
}

/// What the service answered to a request.
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) location: Option<String>,
    pub(crate) body: Value,
}

impl TestServer {
    pub(crate) async fn open(app: TestApp, now: &str) -> Self {
        Self::with(app, now, |_| {}).await
    }

    /// With the quotas that a service has by default.
    pub(crate) async fn with_quotas(
        app: TestApp,
        now: &str,
        change: impl FnOnce(&mut Config),
    ) -> Self {
        let with_quotas = |config: &mut Config| {
            config.api = api::ApiSettings::default();
            change(config);
        };
        Self::with(app, now, with_quotas).await
    }

    pub(crate) async fn with(app: TestApp, now: &str, change: impl FnOnce(&mut Config)) -> Self {
        let mut config = Config { rules: app.rules().to_owned(), ..app.settings() };
        change(&mut config);
        let clock = ManualClock::at(now);
        let running = server::start(&config, Arc::<ManualClock>::clone(&clock)).await.unwrap();
        Self { app, running, clock, client: Client::new() }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.running.address())
    }

    /// A request to send. `token` is empty for nobody.
    pub(crate) fn request(&self, method: Method, path: &str, token: &str) -> RequestBuilder {
        let request = self.client.request(method, self.url(path));
        if token.is_empty() { request } else { request.bearer_auth(token) }
    }

    pub(crate) async fn get(&self, token: &str, path: &str) -> Response {
        response(self.request(Method::GET, path, token)).await
    }

    pub(crate) async fn post(&self, token: &str, path: &str, body: Value) -> Response {
        response(self.request(Method::POST, path, token).json(&body)).await
    }

    /// Sends the bytes of a file.
    pub(crate) async fn upload(&self, token: &str, path: &str, bytes: Vec<u8>) -> Response {
        let request = self.request(Method::POST, path, token);
        response(request.header("content-type", "application/octet-stream").body(bytes)).await
    }

    pub(crate) async fn status(&self, path: &str, token: &str) -> u16 {
        self.request(Method::GET, path, token).send().await.unwrap().status().as_u16()
    }

    pub(crate) async fn close(self) -> TestApp {
        self.running.stop().await.unwrap();
        self.app
    }
}

pub(crate) async fn response(request: RequestBuilder) -> Response {
    let answer = request.send().await.unwrap();
    let header = answer.headers().get("location");
    let location = header.map(|value| value.to_str().unwrap().to_owned());
    let status = answer.status().as_u16();
    let body = serde_json::from_str(&answer.text().await.unwrap()).unwrap_or_default();
    Response { status, location, body }
}
