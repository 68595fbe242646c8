//! A service with the data of the demonstration, and the scenarios of `tests/browser/` that people play on it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{LazyLock, OnceLock, mpsc};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Map, Value, json};
use sha2::Sha256;

use crate::support::test_server::TestServer;
use crate::support::{TestApp, fixtures, in_ci, root, token};
use vigie::domain::accounts::access::Role;
use vigie::domain::accounts::audit::{ActionContext, Actor};
use vigie::domain::accounts::sessions::SessionOpening;
use vigie::store::{SessionTerms, Store};

/// The day after the data of the demonstration.
pub(crate) const NOW: &str = "2020-12-01T09:00:00Z";

const AS_OF: &str = "2020-11-30";

/// How people act in a scenario: the words of `tests/browser/lib/scenario.mjs`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    Pointer,
    Keyboard,
    NoScript,
}

impl Way {
    pub(super) const ALL: [Self; 3] = [Self::Pointer, Self::Keyboard, Self::NoScript];

    fn word(self) -> &'static str {
        match self {
            Self::Pointer => "pointer",
            Self::Keyboard => "keyboard",
            Self::NoScript => "no-script",
        }
    }
}

/// Where people play a scenario, and as whom.
pub(super) struct Stage {
    /// Of the service: `http://127.0.0.1:…`.
    base: String,
    database_url: String,
    /// Session cookies by name.
    sessions: Map<String, Value>,
}

impl Stage {
    /// Of a service that the test started.
    pub(super) fn at(base: &str, database_url: String) -> Self {
        Self { base: base.to_owned(), database_url, sessions: Map::new() }
    }

    /// Of a service of the test's own.
    pub(super) fn of(server: &TestServer) -> Self {
        Self::at(&server.url(""), server.app.database_url())
    }

    /// Of a service that scenarios share which change nothing. `None`, said aloud, where there is no browser.
    pub(super) async fn shared() -> Option<Self> {
        if !has_browser() {
            return None;
        }
        let (base, database_url) = tokio::task::spawn_blocking(shared_service).await.unwrap();
        Some(Self::at(base, database_url.clone()))
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// The session cookie of somebody.
    pub(super) fn session(&self, name: &str) -> &str {
        self.sessions[name].as_str().unwrap()
    }

    /// Opens a session for an account with these roles, for these ministries or the whole State. It has two factors, so
    /// that approvers may publish.
    pub(super) async fn with(mut self, name: &str, roles: &[Role], ministries: &[&str]) -> Self {
        let store = Store::open(&self.database_url).await.unwrap();
        let cookie = session_cookie(&store, name, roles, ministries).await;
        store.close().await;
        self.sessions.insert(name.to_owned(), Value::from(cookie));
        self
    }

    /// Plays `tests/browser/scenarios/{name}.mjs`, which reads `given` beside the address and the sessions.
    pub(super) async fn play(&self, name: &str, way: Way, given: &Value) {
        let label = format!("{name}-{}", way.word());
        let failed = root().join("target/browser/failed").join(&label);
        let mut scenario = json!({
            "base": self.base,
            "sessions": self.sessions,
            "way": way.word(),
            "failed": failed,
        });
        scenario.as_object_mut().unwrap().extend(given.as_object().unwrap().clone());
        let file = root().join("tests/browser/scenarios").join(format!("{name}.mjs"));
        let played = tokio::task::spawn_blocking(move || node(&file, &scenario)).await.unwrap();
        let (told, faults) =
            (String::from_utf8_lossy(&played.stdout), String::from_utf8_lossy(&played.stderr));
        // A scenario that ended before its end says no word of it.
        let is_done = played.status.success() && told.ends_with("-- done\n");
        assert!(is_done, "{label}: {}\n{told}\n{faults}", played.status);
        println!("{label}: {told}");
    }
}

fn node(file: &Path, scenario: &Value) -> Output {
    let mut node = Command::new("node");
    node.arg(file).env("SCENARIO", scenario.to_string()).output().unwrap()
}

/// Debian's Chromium, node and the npm packages of `tests/browser/`. Absent, the test says that it did not run; in CI that
/// is a fault.
pub(super) fn has_browser() -> bool {
    let answers = |tool: &str| Command::new(tool).arg("--version").output().is_ok();
    let packages = root().join("target/browser/node_modules");
    let missing: Vec<&str> = [
        ("node", answers("node")),
        ("chromium", answers("chromium")),
        ("playwright-core", packages.join("playwright-core").is_dir()),
        ("axe-core", packages.join("axe-core").is_dir()),
    ]
    .into_iter()
    .filter_map(|(tool, is_there)| (!is_there).then_some(tool))
    .collect();
    let missing = missing.join(", ");
    assert!(missing.is_empty() || !in_ci(), "{missing}: not installed; run `make browser`");
    if !missing.is_empty() {
        println!(
            "NOT RUN: {missing} not installed; `make test` installs what pages are tested with"
        );
    }
    missing.is_empty()
}

/// The fixtures imported and judged on the day of their data, as `make demo` does: once, then copied.
pub(super) fn demonstration() -> TestApp {
    static JUDGED: LazyLock<TestApp> = LazyLock::new(|| {
        let app = TestApp::new();
        for arguments in
            [&["import", fixtures().to_str().unwrap()][..], &["cycle", "--as-of", AS_OF]]
        {
            let mut command = app.command(arguments);
            let output = command.env("VIGIE_DEMONSTRATION_DATE", AS_OF).output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        }
        app
    });
    TestApp::copy_of(&JUDGED)
}

/// A service of the test's own over the demonstration, its clock set by hand. `None`, said aloud, where there is no browser.
pub(super) async fn own_service() -> Option<TestServer> {
    if !has_browser() {
        return None;
    }
    let app = tokio::task::spawn_blocking(demonstration).await.unwrap();
    Some(TestServer::open(app, NOW).await)
}

/// Address and database of a service that lives as long as the tests do, on a thread of its own.
fn shared_service() -> &'static (String, String) {
    static SHARED: OnceLock<(String, String)> = OnceLock::new();
    SHARED.get_or_init(|| {
        let (send, receive) = mpsc::channel();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let server = TestServer::open(demonstration(), NOW).await;
                send.send((server.url(""), server.app.database_url())).unwrap();
                std::future::pending::<()>().await;
            });
        });
        receive.recv().unwrap()
    })
}

/// The cookie of a new session: its secret, signed with the key of the service as `api::middleware::access` does.
pub(crate) async fn session_cookie(
    store: &Store,
    name: &str,
    roles: &[Role],
    ministries: &[&str],
) -> String {
    // Makes the account, once.
    token(store, name, roles, ministries).await;
    let actor = Actor::person(name).unwrap();
    let accounts = store.accounts().await.unwrap();
    let account = accounts.into_iter().find(|account| account.name == actor).unwrap().number;
    let at = NOW.parse().unwrap();
    let act = ActionContext { actor, at, reason: String::new() };
    let expires_at = "2100-01-01T00:00:00Z".parse().unwrap();
    let opened_by = SessionOpening::Provider;
    let terms = SessionTerms { account, multi_factor: true, id_token: None, expires_at, opened_by };
    let secret = store.begin_session(&terms, &act).await.unwrap();
    let key = store.session_key(at).await.unwrap();
    let mut keyed = Hmac::<Sha256>::new_from_slice(key.reveal().as_bytes()).unwrap();
    keyed.update(b"vigie_session");
    keyed.update(secret.reveal().as_bytes());
    let signature = URL_SAFE_NO_PAD.encode(keyed.finalize().into_bytes());
    format!("{}.{signature}", secret.reveal())
}

/// Whether `TEST_BROWSER=all` asks for every page with text twice as large too, and for pictures, which takes minutes.
pub(super) fn whole_matrix() -> bool {
    #[expect(clippy::disallowed_methods, reason = "tests ask how much they are to do")]
    let asked = std::env::var("TEST_BROWSER");
    asked.is_ok_and(|asked| asked == "all")
}

/// Where `make test-browser` leaves what each page looks like.
pub(super) fn pictures() -> PathBuf {
    root().join("target/browser/pictures")
}
