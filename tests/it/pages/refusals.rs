//! Services where pages have nothing to show, or refuse: nothing imported yet, no request left, a database that fails.

use reqwest::header::{ACCEPT, COOKIE};
use reqwest::redirect::Policy;
use reqwest::{Client, Response};

use super::browser::{NOW, Stage};
use super::site::{CHIEF, READER, View, is_page};
use crate::support::TestApp;
use crate::support::test_server::TestServer;
use vigie::domain::accounts::access::Role;
use vigie::server::config::Config;
use vigie::web;

/// A page that reads the table that the failing database lacks.
const FAILING: &str = "/contestations";

/// A service, whoever reads it, and what they read.
pub(super) struct Refusing {
    pub(super) server: TestServer,
    pub(super) stage: Stage,
    pub(super) views: Vec<View>,
}

impl Refusing {
    async fn of(server: TestServer) -> Self {
        let stage = Stage::of(&server)
            .with(CHIEF, &Role::ALL, &[])
            .await
            .with(READER, &[Role::Reader], &["MJ"])
            .await;
        Self { server, stage, views: Vec::new() }
    }

    /// As a browser asks for a page.
    async fn get(&self, path: &str) -> Response {
        let client = Client::builder().redirect(Policy::none()).build().unwrap();
        let request = client.get(self.stage.url(path)).header(ACCEPT, "text/html,*/*;q=0.8");
        let cookie = format!("vigie_session={}", self.stage.session(CHIEF));
        request.header(COOKIE, cookie).send().await.unwrap()
    }

    /// Before the first file: each page without a parameter in its address says that there is nothing yet.
    pub(super) async fn nothing_yet() -> Self {
        let mut service = Self::of(TestServer::open(TestApp::new(), NOW).await).await;
        let is_address = |path: &str| !path.starts_with("/assets/") && !path.contains('{');
        let routes = web::routes().iter().filter(|one| one.method == "GET");
        for route in routes.filter(|one| is_address(&one.path)) {
            let answer = service.get(&route.path).await;
            let status = answer.status().as_u16();
            assert!([200, 303, 400, 404, 409].contains(&status), "{}: {status}", route.path);
            if is_page(&answer) {
                service.views.push(View::of(&route.path, CHIEF, status));
            }
        }
        for path in ["/", "/ministeres/MJ"] {
            service.views.push(View::of(path, READER, 200));
        }
        let conflicts = service.views.iter().filter(|view| view.status() == 409).count();
        assert!(service.views.len() > 20 && conflicts > 0, "{conflicts} pages wait for data");
        service
    }

    /// No request of an account is left.
    pub(super) async fn too_many() -> Self {
        let once = |config: &mut Config| config.api.calls_per_minute = 1;
        let mut service = Self::of(TestServer::with(TestApp::new(), NOW, once).await).await;
        service.get("/compte").await;
        service.views.push(View::of("/compte", CHIEF, 429));
        service
    }

    /// The database lacks a table.
    pub(super) async fn failing() -> Self {
        let mut service = Self::of(TestServer::open(TestApp::new(), NOW).await).await;
        service.server.app.sql("alter table disputes rename to gone");
        service.views.push(View::of(FAILING, CHIEF, 500));
        service
    }
}
