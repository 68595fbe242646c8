//! The service of a workplace, its clock set by hand, and those who call it.

use std::sync::Arc;

use reqwest::{Method, RequestBuilder};

use super::Workplace;
use crate::operation::jobs_support::HandClock;
use vigie::server::Running;
use vigie::server::config::Config;
use vigie::{api, server};

pub(crate) struct Front {
    pub(crate) running: Running,
    pub(crate) clock: Arc<HandClock>,
    client: reqwest::Client,
}

impl Front {
    pub(crate) async fn open(
        workplace: &Workplace,
        now: &str,
        change: impl FnOnce(&mut Config),
    ) -> Self {
        // With its quotas.
        let mut config = Config { api: api::ApiSettings::default(), ..workplace.settings() };
        change(&mut config);
        let clock = HandClock::at(now);
        let running = server::start(&config, Arc::<HandClock>::clone(&clock)).await.unwrap();
        Self { running, clock, client: reqwest::Client::new() }
    }

    /// `token` is empty for nobody.
    pub(crate) fn ask(&self, method: Method, path: &str, token: &str) -> RequestBuilder {
        let url = format!("http://{}{path}", self.running.address());
        let request = self.client.request(method, url);
        if token.is_empty() { request } else { request.bearer_auth(token) }
    }

    pub(crate) async fn status(&self, path: &str, token: &str) -> u16 {
        self.ask(Method::GET, path, token).send().await.unwrap().status().as_u16()
    }

    pub(crate) async fn close(self) {
        self.running.stop().await.unwrap();
    }
}
