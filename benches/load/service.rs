//! The released service in a process of its own, with a prepared database.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use super::Size;
use crate::{cycles, memory};
use vigie::domain::accounts::access::{Role, Scope};
use vigie::domain::accounts::audit::{ActionContext, Actor};
use vigie::domain::ids::MinistryCode;
use vigie::store::{AccountTerms, Store, TokenTerms};

/// A prepared database, and tokens for it.
pub(crate) struct Service {
    folder: TempDir,
    token: String,
    token_of_ministry: String,
}

pub(crate) struct Served {
    child: Child,
    address: String,
}

pub(crate) struct Answer {
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Service {
    /// Prepares a database: imports every edition, two a year, and runs a cycle.
    pub(crate) fn prepare(size: &Size) -> Self {
        let Size { shape, editions, .. } = *size;
        let folder = tempfile::tempdir().unwrap();
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let files = folder.path().join("files");
        std::fs::create_dir(&files).unwrap();
        let aliases = folder.path().join("aliases.toml");
        if let Some(shape) = shape {
            // Two a year, the last in November 2020.
            for step in 0..editions {
                let (year, month) =
                    (2021 - editions / 2 + step / 2, if step % 2 == 0 { "06" } else { "11" });
                let file = files.join(format!("{year}-{month}.panorama.csv"));
                std::fs::write(file, cycles::edition_file(shape, step)).unwrap();
            }
            std::fs::write(&aliases, cycles::ministries(shape)).unwrap();
        } else {
            std::fs::copy(root.join("aliases.toml"), &aliases).unwrap();
        }
        let files = if shape.is_some() { files } else { root.join("fixtures") };
        let ministry = if shape.is_some() { "M0001" } else { "MJ" };
        let service = Self { folder, token: String::new(), token_of_ministry: String::new() };
        service.run(&["import", &files.display().to_string()]);
        service.run(&["cycle", "--as-of", "2020-11-30"]);
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let of_ministry = Scope::of([MinistryCode::new(ministry)]);
        let issue = |scope| runtime.block_on(token(&service.database(), scope));
        let (token, token_of_ministry) = (issue(Scope::Whole), issue(of_ministry));
        Self { token, token_of_ministry, ..service }
    }

    /// Starts the service with additional settings, given as environment variables.
    pub(crate) fn start(&self, settings: &[(&str, &str)]) -> Served {
        let mut serve = self.command(&["serve"]);
        serve.env("VIGIE_LISTEN", "127.0.0.1:0").envs(settings.iter().copied());
        // One account sends all requests.
        serve.env("VIGIE_API__CALLS_PER_MINUTE", "0").env("VIGIE_API__OPEN_CALLS_PER_MINUTE", "0");
        for job in ["CYCLE", "REVIEWS", "DIGEST", "REMINDERS", "HOUSEKEEPING", "BACKUP", "IMPORT"] {
            serve.env(format!("VIGIE_SCHEDULE__{job}"), "");
        }
        let mut child = serve.stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
        let address =
            lines.find_map(|line| line.strip_prefix("écoute sur http://").map(str::to_owned));
        std::thread::spawn(move || lines.for_each(|line| println!("service: {line}")));
        Served { child, address: address.unwrap() }
    }

    pub(crate) fn token(&self) -> &str {
        &self.token
    }

    pub(crate) fn token_of_ministry(&self) -> &str {
        &self.token_of_ministry
    }

    fn run(&self, arguments: &[&str]) {
        let output = self.command(arguments).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut command = Command::new(env!("CARGO_BIN_EXE_vigie"));
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env("VIGIE_DATABASE_URL", self.database())
            .env("VIGIE_RULES", root.join("rules"))
            .env("VIGIE_ALIASES", self.folder.path().join("aliases.toml"));
        command
    }

    pub(crate) fn database(&self) -> String {
        format!("sqlite://{}", self.folder.path().join("vigie.db").display())
    }
}

impl Served {
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    pub(crate) fn get(&self, path: &str, token: &str) -> Answer {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let request = reqwest::Client::new().get(self.url(path)).bearer_auth(token);
            let answer = request.send().await.unwrap();
            assert_eq!(answer.status(), 200, "{path}");
            let text = |value: &reqwest::header::HeaderValue| value.to_str().unwrap().to_owned();
            let headers = answer.headers().iter();
            let headers = headers.map(|(name, value)| (name.to_string(), text(value))).collect();
            Answer { headers, body: answer.bytes().await.unwrap().to_vec() }
        })
    }

    pub(crate) fn peak_memory(&self) -> String {
        memory::peak_of(&self.child.id().to_string())
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// Creates an account with all roles, and returns a token for it.
async fn token(database: &str, scope: Scope) -> String {
    let store = Store::open(database).await.unwrap();
    let at = "2020-01-01T00:00:00Z".parse().unwrap();
    let name = Actor::person(if scope.is_whole() { "State" } else { "Ministry" }).unwrap();
    let act = ActionContext { actor: name.clone(), at, reason: String::new() };
    let roles = Role::ALL.into();
    let terms = AccountTerms { name, roles, scope, mail_address: None, identity: None };
    let account = store.make_account(&terms, &act).await.unwrap();
    let lent = TokenTerms {
        account: account.number,
        label: "load".to_owned(),
        roles: account.roles,
        scope: account.scope,
        issued_with: None,
        expires_at: "2100-01-01T00:00:00Z".parse().unwrap(),
    };
    let (_, secret) = store.issue_token(&lent, &act).await.unwrap();
    store.close().await;
    secret.reveal().to_owned()
}
