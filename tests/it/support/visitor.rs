//! Somebody who comes in by a browser: its cookies, and the pages that it is shown.

use reqwest::Response;
use reqwest::Url;
use reqwest::header::{LOCATION, REFRESH, SET_COOKIE};
use serde_json::Value;

use super::servers::provider::Browser;
use super::test_server::TestServer;

pub(crate) struct Visitor<'a> {
    server: &'a TestServer,
    browser: Browser,
}

/// What a browser is answered.
pub(crate) struct Shown {
    pub(crate) status: u16,
    /// Where it is sent, or goes on by itself.
    pub(crate) to: String,
    pub(crate) cookies: Vec<String>,
    pub(crate) text: String,
}

impl<'a> Visitor<'a> {
    pub(crate) fn of(server: &'a TestServer) -> Self {
        Self { server, browser: Browser::new() }
    }

    /// As a person follows a link.
    pub(crate) async fn read(&mut self, path: &str) -> Shown {
        shown(self.browser.read(&self.url(path)).await).await
    }

    /// The button of a page of Vigie, with its form.
    pub(crate) async fn submit(&mut self, path: &str, form: &[(&str, &str)]) -> Shown {
        let own = self.server.url("");
        shown(self.browser.submit(&self.url(path), &own, form).await).await
    }

    /// The same from a page of another site.
    pub(crate) async fn submit_from_elsewhere(&mut self, path: &str) -> Shown {
        shown(self.browser.submit(&self.url(path), "https://evil.example", &[]).await).await
    }

    /// What the API answers to this browser.
    pub(crate) async fn api(&mut self, path: &str) -> Value {
        let text = self.browser.get(&self.url(path)).await.text().await.unwrap();
        serde_json::from_str(&text).unwrap()
    }

    fn url(&self, path: &str) -> Url {
        self.server.url(path).parse().unwrap()
    }
}

impl Shown {
    pub(crate) async fn of(response: Response) -> Self {
        shown(response).await
    }

    /// What a person reads, and the ways on.
    pub(crate) fn words(&self) -> String {
        let (_, body) = self.text.split_once("<main").unwrap_or_default();
        let (body, _) = body.split_once("</main>").unwrap_or((body, ""));
        let (_, body) = body.split_once('>').unwrap_or_default();
        let pieces = body.split('<').map(|piece| {
            let (tag, text) = piece.split_once('>').unwrap_or(("", piece));
            match tag.split_once("href=\"") {
                Some((_, address)) => {
                    format!("→ {} : {text}", address.split('"').next().unwrap())
                }
                None => text.to_owned(),
            }
        });
        let text = pieces.collect::<String>().replace("&#x2f;", "/").replace("&nbsp;", "\u{a0}");
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        format!("{} {}", self.status, lines.collect::<Vec<_>>().join("\n"))
    }
}

async fn shown(answer: Response) -> Shown {
    let header = |name| answer.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
    let onward = header(REFRESH).map(|refresh| refresh.split_once("url=").unwrap().1.to_owned());
    let cookies = answer.headers().get_all(SET_COOKIE).iter();
    Shown {
        status: answer.status().as_u16(),
        to: header(LOCATION).or(onward).unwrap_or_default(),
        cookies: cookies.map(|cookie| cookie.to_str().unwrap().to_owned()).collect(),
        text: answer.text().await.unwrap(),
    }
}
