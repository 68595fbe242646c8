//! A real OpenID provider, run by node, and a browser that keeps cookies and follows by hand.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use reqwest::header::{ACCEPT, COOKIE, LOCATION, ORIGIN, SET_COOKIE};
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, Response, Url};
use serde_json::Value;

use crate::support::{in_ci, root};
use vigie::auth::{Flavour, SignInSettings};
use vigie::support::secret::Secret;

/// Where the provider's clients say that Vigie is; it need not be there.
pub(crate) const HOME: &str = "http://vigie.test";

pub(crate) struct OpenIdProvider {
    child: Child,
    flavour: Flavour,
    pub(crate) issuer: String,
    control: String,
}

impl OpenIdProvider {
    /// `None`, said aloud, where node or the package is not installed; in CI that is a fault.
    pub(crate) fn start(flavour: Flavour) -> Option<Self> {
        let modules = root().join("target/provider");
        let there = modules.join("node_modules/oidc-provider").is_dir();
        let node = Command::new("node").arg("--version").output().is_ok();
        if !there || !node {
            assert!(!in_ci(), "node or oidc-provider is not installed: run `make test`");
            println!("NOT RUN: node or oidc-provider is not installed; `make test` installs them");
            return None;
        }
        let (name, path) = match flavour {
            Flavour::Generic => ("generic", ""),
            Flavour::Proconnect => ("proconnect", "/api/v2"),
        };
        let mut child = Command::new("node")
            .arg(root().join("tests/provider/provider.mjs"))
            .arg(modules)
            .arg(name)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut told = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut told).unwrap();
        let address = format!("http://127.0.0.1:{}", told.trim());
        let (issuer, control) = (format!("{address}{path}"), format!("{address}/control"));
        Some(Self { child, flavour, issuer, control })
    }

    /// For the client that signs with `alg`, where there are several.
    pub(crate) fn settings(&self, alg: &str) -> SignInSettings {
        let client_id = match self.flavour {
            Flavour::Generic => "vigie".to_owned(),
            Flavour::Proconnect => format!("vigie-{alg}"),
        };
        SignInSettings {
            issuer: self.issuer.clone(),
            flavour: self.flavour,
            client_secret: Secret::new(format!("{client_id}-secret-{}", "x".repeat(24))),
            client_id,
            ..SignInSettings::default()
        }
    }

    /// Who signs in next, what goes wrong, how far its clock jumps.
    pub(crate) async fn tell(&self, what: &Value) {
        let answer = Client::new().post(&self.control).json(what).send().await.unwrap();
        assert!(answer.status().is_success(), "{what}");
    }
}

impl Drop for OpenIdProvider {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// One person's, for one host.
pub(crate) struct Browser {
    client: Client,
    cookies: BTreeMap<String, String>,
}

impl Browser {
    pub(crate) fn new() -> Self {
        let client = Client::builder().redirect(Policy::none()).build().unwrap();
        Self { client, cookies: BTreeMap::new() }
    }

    pub(crate) async fn get(&mut self, url: &Url) -> Response {
        self.send(self.client.get(url.clone())).await
    }

    /// As when a person types the address, or follows a link of a mail.
    pub(crate) async fn read(&mut self, url: &Url) -> Response {
        self.send(self.client.get(url.clone()).header(ACCEPT, "text/html,*/*;q=0.8")).await
    }

    /// From a page of `origin`, which browsers tell.
    pub(crate) async fn post(&mut self, url: &Url, origin: &str) -> Response {
        self.send(self.client.post(url.clone()).header(ORIGIN, origin)).await
    }

    /// A form of a page of `origin`.
    pub(crate) async fn submit(
        &mut self,
        url: &Url,
        origin: &str,
        form: &[(&str, &str)],
    ) -> Response {
        let request = self.client.post(url.clone()).header(ORIGIN, origin);
        self.send(request.header(ACCEPT, "text/html,*/*;q=0.8").form(form)).await
    }

    async fn send(&mut self, mut request: RequestBuilder) -> Response {
        let jar: Vec<String> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        if !jar.is_empty() {
            request = request.header(COOKIE, jar.join("; "));
        }
        let answer = request.send().await.unwrap();
        for set in answer.headers().get_all(SET_COOKIE) {
            let pair = set.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            if value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        answer
    }

    /// Through the provider's own pages, until it sends the person home.
    pub(crate) async fn walk_home(&mut self, from: &Url) -> Result<Url, String> {
        let mut url = from.clone();
        for _ in 0..10 {
            let answer = self.get(&url).await;
            let status = answer.status();
            let Some(location) = answer.headers().get(LOCATION) else {
                return Err(format!("{status} {}", answer.text().await.unwrap()));
            };
            url = url.join(location.to_str().unwrap()).unwrap();
            if url.as_str().starts_with(HOME) {
                return Ok(url);
            }
        }
        Err(format!("never sent home, last to {url}"))
    }
}
