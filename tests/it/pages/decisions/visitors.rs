//! A service over the fixtures, judged once, and people who read its pages and send their forms.

use reqwest::header::{ACCEPT, LOCATION};
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder};

use crate::support::TestApp;
use vigie::domain::accounts::access::Role;
use vigie::server::Running;

const NOW: &str = "2020-11-30T09:00:00Z";

pub(super) struct DecisionPages {
    pub(super) app: TestApp,
    running: Running,
    client: Client,
}

/// What a page answered.
pub(super) struct Answered {
    pub(super) status: u16,
    /// Where it sends the browser.
    pub(super) location: String,
    pub(super) html: String,
}

impl DecisionPages {
    pub(super) async fn open() -> Self {
        Self::of(TestApp::with_fixtures()).await
    }

    /// Of the data that were imported there.
    pub(super) async fn of(app: TestApp) -> Self {
        app.ok(&["cycle", "--as-of", "2020-11-30"]);
        let running = app.serve(NOW).await;
        Self { app, running, client: client() }
    }

    /// A person who decides on everything.
    pub(super) async fn analyst(&self, name: &str) -> String {
        self.app.token(name, &[Role::Analyst], &[]).await
    }

    pub(super) async fn get(&self, token: &str, path: &str) -> Answered {
        answered(self.client.get(self.url(path)).bearer_auth(token)).await
    }

    /// A page that is there.
    pub(super) async fn read(&self, token: &str, path: &str) -> String {
        let page = self.get(token, path).await;
        assert_eq!(page.status, 200, "{path}: {}", page.html);
        page.html
    }

    pub(super) async fn send(&self, token: &str, path: &str, form: &[(&str, &str)]) -> Answered {
        answered(self.client.post(self.url(path)).form(form).bearer_auth(token)).await
    }

    /// Sends a form that is accepted; returns where it sends the browser.
    pub(super) async fn done(&self, token: &str, path: &str, form: &[(&str, &str)]) -> String {
        let answer = self.send(token, path, form).await;
        assert_eq!(answer.status, 303, "{path}: {}", answer.html);
        answer.location
    }

    pub(super) async fn stop(self) {
        self.running.stop().await.unwrap();
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.running.address())
    }
}

/// One that follows no redirect.
pub(super) fn client() -> Client {
    Client::builder().redirect(Policy::none()).build().unwrap()
}

pub(super) async fn answered(request: RequestBuilder) -> Answered {
    let answer = request.header(ACCEPT, "text/html").send().await.unwrap();
    let location = answer.headers().get(LOCATION).map(|value| value.to_str().unwrap().to_owned());
    let status = answer.status().as_u16();
    Answered { status, location: location.unwrap_or_default(), html: answer.text().await.unwrap() }
}

/// What the fields of a name hold, in the order of the page.
pub(super) fn values(html: &str, name: &str) -> Vec<String> {
    let named = format!("name=\"{name}\" value=\"");
    let parts = html.split(named.as_str()).skip(1);
    parts.map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
}

/// The first address of a page that begins so.
pub(super) fn first_link(html: &str, start: &str) -> String {
    let written = format!("href=\"{start}");
    let rest = html.split(written.as_str()).nth(1).unwrap();
    format!("{start}{}", rest.split('"').next().unwrap())
}

/// Fails unless the page has each of the texts.
#[track_caller]
pub(super) fn assert_says(html: &str, texts: &[&str]) {
    let plain = html.replace("&nbsp;", "\u{a0}").replace("&#x27;", "'").replace("&#x2f;", "/");
    for text in texts {
        assert!(plain.contains(text), "no « {text} » in\n{plain}");
    }
}
