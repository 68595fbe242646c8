//! A service with fixtures and a cycle, and people who read and send its pages.

use std::collections::BTreeMap;

use reqwest::header::{ACCEPT, LOCATION};
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder};

use crate::support::TestApp;
use vigie::domain::accounts::access::Role;
use vigie::server::Running;

const NOW: &str = "2020-11-30T09:00:00Z";

pub(super) struct RulesOffice {
    pub(super) app: TestApp,
    running: Running,
    client: Client,
}

/// What a page answered.
pub(super) struct Shown {
    pub(super) status: u16,
    pub(super) to: String,
    pub(super) html: String,
}

/// What a form holds, by name.
pub(super) type Fields = BTreeMap<String, String>;

impl RulesOffice {
    pub(super) async fn open() -> Self {
        let app = TestApp::with_fixtures();
        app.ok(&["cycle", "--as-of", "2020-11-30"]);
        let running = app.serve(NOW).await;
        let client = Client::builder().redirect(Policy::none()).build().unwrap();
        Self { app, running, client }
    }

    pub(super) async fn author(&self, name: &str) -> String {
        self.app.token(name, &[Role::RuleAuthor], &[]).await
    }

    pub(super) async fn approver(&self, name: &str) -> String {
        self.app.token(name, &[Role::Approver], &[]).await
    }

    pub(super) async fn get(&self, token: &str, path: &str) -> Shown {
        self.shown(self.client.get(self.url(path)), token).await
    }

    /// A page that is there.
    pub(super) async fn read(&self, token: &str, path: &str) -> String {
        let page = self.get(token, path).await;
        assert_eq!(page.status, 200, "{path}: {}", page.html);
        page.html
    }

    pub(super) async fn post(&self, token: &str, path: &str, fields: &[(&str, &str)]) -> Shown {
        self.shown(self.client.post(self.url(path)).form(fields), token).await
    }

    /// Sends a form that is accepted, and returns where the browser is sent.
    pub(super) async fn send(&self, token: &str, path: &str, fields: &[(&str, &str)]) -> String {
        let answer = self.post(token, path, fields).await;
        assert_eq!(answer.status, 303, "{path}: {}", answer.html);
        answer.to
    }

    /// The form of the file that a draft opens on, with a button.
    pub(super) async fn send_form(
        &self,
        token: &str,
        path: &str,
        act: &str,
        fields: &Fields,
    ) -> Shown {
        let mut pairs: Vec<(&str, &str)> =
            fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        pairs.push(("acte", act));
        self.post(token, path, &pairs).await
    }

    pub(super) async fn stop(self) {
        self.running.stop().await.unwrap();
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.running.address())
    }

    async fn shown(&self, request: RequestBuilder, token: &str) -> Shown {
        let answer = request.bearer_auth(token).header(ACCEPT, "text/html").send().await.unwrap();
        let to = answer.headers().get(LOCATION).map(|value| value.to_str().unwrap().to_owned());
        let status = answer.status().as_u16();
        // Blanks that do not break read like others.
        let html = answer.text().await.unwrap().replace('\u{a0}', " ").replace("&nbsp;", " ");
        Shown { status, to: to.unwrap_or_default(), html }
    }
}

/// The fields of the form that edits a draft, as a browser would send them.
pub(super) fn fields_of(html: &str) -> Fields {
    let form = html.split_once("id=\"edition\"").unwrap().1;
    let form = form.split_once("</form>").unwrap().0;
    let mut fields = Fields::new();
    for tag in form.split('<').skip(1) {
        let (head, text) = tag.split_once('>').unwrap();
        let Some(name) = attribute(head, "name") else {
            if head.starts_with("option") && head.contains(" selected") {
                let chosen = attribute(head, "value").unwrap();
                let last = fields.get("?").cloned().unwrap();
                fields.insert(last, chosen);
            }
            continue;
        };
        if head.starts_with("input") {
            fields.insert(name, attribute(head, "value").unwrap_or_default());
        } else if head.starts_with("textarea") {
            fields.insert(name, unescaped(text.strip_prefix('\n').unwrap_or(text)));
        } else if head.starts_with("select") {
            fields.insert("?".to_owned(), name.clone());
            fields.insert(name, String::new());
        }
    }
    fields.remove("?");
    fields
}

fn attribute(head: &str, name: &str) -> Option<String> {
    let value = head.split_once(&format!(" {name}=\""))?.1;
    Some(unescaped(value.split_once('"')?.0))
}

/// Text without the entities that templates write.
pub(super) fn unescaped(html: &str) -> String {
    let mut text = html.to_owned();
    for (entity, letter) in [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#x27;", "'"),
        ("&#x2f;", "/"),
        ("&amp;", "&"),
    ] {
        text = text.replace(entity, letter);
    }
    text
}
