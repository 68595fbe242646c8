//! An application for tests: the real binary, a real database in a temporary folder, real files.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Arc, LazyLock};

use chrono::{DateTime, Utc};
use tempfile::TempDir;

use super::test_database::{
    ServerDatabase, file_url, server_of_all_tests, statements, test_server,
};
use super::{copy, fixtures, root};
use vigie::domain::accounts::access::{Role, Scope};
use vigie::domain::accounts::audit::{ActionContext, Actor};
use vigie::domain::ids::MinistryCode;
use vigie::server;
use vigie::server::Running;
use vigie::server::config::Config;
use vigie::store::{AccountTerms, Store, TokenTerms};
use vigie::support::clock::FixedClock;
use vigie::support::fingerprint::Fingerprint;

/// Who decides in tests that do not say.
pub(crate) const ACTOR: &str = "claire.martin@example.org";

pub(crate) struct TestApp {
    folder: TempDir,
    rules: PathBuf,
    /// None where its database is a file of the folder.
    on_server: Option<ServerDatabase>,
}

/// A database as it was.
pub(crate) enum Saved {
    File(Vec<u8>),
    OnServer(ServerDatabase),
}

/// What a command answered.
pub(crate) struct Answer {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) code: Option<i32>,
}

impl TestApp {
    /// On the engine that the tests run on.
    pub(crate) fn new() -> Self {
        let on_server = server_of_all_tests().map(|server| ServerDatabase::new(&server));
        Self { on_server, ..Self::with_file() }
    }

    /// With a database of the tests' server, whatever engine the others run on. None, said aloud, where there is no server.
    pub(crate) fn on_server() -> Option<Self> {
        let on_server = Some(ServerDatabase::new(&test_server()?));
        Some(Self { on_server, ..Self::with_file() })
    }

    /// Whatever engine the tests run on, with a file: for what is about the file.
    pub(crate) fn with_file() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { folder, rules: root().join("rules"), on_server: None }
    }

    /// With a file on a disk of the test's.
    pub(crate) fn on(disk: &Path) -> Self {
        Self { folder: tempfile::tempdir_in(disk).unwrap(), ..Self::with_file() }
    }

    /// The same rows in a database of its own. Nobody may have the other one open.
    pub(crate) fn copy_of(other: &Self) -> Self {
        let app = Self {
            on_server: other.on_server.as_ref().map(ServerDatabase::copy_of),
            ..Self::with_file()
        };
        if app.on_server.is_none() {
            std::fs::copy(other.path("vigie.db"), app.path("vigie.db")).unwrap();
        }
        app
    }

    /// With the fixtures imported: once by a command, then copied.
    pub(crate) fn with_fixtures() -> Self {
        static IMPORTED: LazyLock<TestApp> = LazyLock::new(|| {
            let app = TestApp::new();
            app.ok(&["import", fixtures().to_str().unwrap()]);
            app
        });
        Self::copy_of(&IMPORTED)
    }

    /// The same, in a file.
    pub(crate) fn with_fixtures_in_a_file() -> Self {
        static IMPORTED: LazyLock<TestApp> = LazyLock::new(|| {
            let app = TestApp::with_file();
            app.ok(&["import", fixtures().to_str().unwrap()]);
            app
        });
        Self::copy_of(&IMPORTED)
    }

    /// The database as it is now, for `put_back`. Nobody may have it open.
    pub(crate) fn save(&self) -> Saved {
        match &self.on_server {
            Some(database) => Saved::OnServer(ServerDatabase::copy_of(database)),
            None => Saved::File(std::fs::read(self.path("vigie.db")).unwrap()),
        }
    }

    /// With what a killed command left gone: what a write-ahead log held belongs to it.
    pub(crate) fn put_back(&self, saved: &Saved) {
        match (saved, &self.on_server) {
            (Saved::OnServer(saved), Some(database)) => database.become_copy_of(saved),
            (Saved::File(bytes), None) => {
                for leftover in ["vigie.db-wal", "vigie.db-shm"] {
                    drop(std::fs::remove_file(self.path(leftover)));
                }
                std::fs::write(self.path("vigie.db"), bytes).unwrap();
            }
            (Saved::OnServer(_), None) | (Saved::File(_), Some(_)) => {
                let was_on_server = matches!(saved, Saved::OnServer(_));
                assert_eq!(was_on_server, self.is_on_server(), "saved from the other engine");
            }
        }
    }

    /// A restoration fills an empty database of a server, and takes the place of a file by itself.
    pub(crate) fn make_way_for_a_restoration(&self) {
        if let Some(database) = &self.on_server {
            database.become_empty();
        }
    }

    pub(crate) fn is_on_server(&self) -> bool {
        self.on_server.is_some()
    }

    /// All that the database holds.
    pub(crate) fn stored(&self) -> Vec<u8> {
        match &self.on_server {
            Some(database) => database.dump().into_bytes(),
            None => std::fs::read(self.path("vigie.db")).unwrap(),
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn database_url(&self) -> String {
        match &self.on_server {
            Some(database) => database.url(),
            None => file_url(&self.path("vigie.db")),
        }
    }

    /// What statements give that are run behind Vigie's back.
    #[track_caller]
    pub(crate) fn sql(&self, text: &str) -> String {
        statements(&self.database_url(), text).unwrap()
    }

    /// Lets entries of the audit trail be changed, as a hand that has the database could.
    pub(crate) fn lift_guards_of_audit(&self) {
        self.sql(if self.is_on_server() {
            "drop trigger audit_is_only_added_to on audit"
        } else {
            "drop trigger audit_is_never_changed;\ndrop trigger audit_is_never_removed"
        });
    }

    pub(crate) fn rules(&self) -> &Path {
        &self.rules
    }

    /// Tells one state of the database from another, to the byte.
    pub(crate) fn fingerprint(&self) -> Fingerprint {
        assert!(!self.path("vigie.db-wal").exists(), "a command left its log behind");
        Fingerprint::of(&self.stored())
    }

    /// A copy of the catalogue that the test may change.
    pub(crate) fn own_rules(&mut self) -> PathBuf {
        let own = self.path("rules");
        copy(&root().join("rules"), &own);
        self.rules.clone_from(&own);
        own
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_vigie"));
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env("VIGIE_DATABASE_URL", self.database_url())
            .env("VIGIE_RULES", &self.rules)
            .env("VIGIE_ALIASES", root().join("aliases.toml"))
            .env("VIGIE_ACTOR", ACTOR)
            .env_remove("COLUMNS")
            .env("LC_ALL", "C")
            .env("NO_COLOR", "1");
        command
    }

    /// A token of an account with these roles, for these ministries or the whole State. The account
    /// is made once.
    pub(crate) async fn token(&self, name: &str, roles: &[Role], ministries: &[&str]) -> String {
        let store = Store::open(&self.database_url()).await.unwrap();
        let secret = token(&store, name, roles, ministries).await;
        store.close().await;
        secret
    }

    /// For a service over this database.
    pub(crate) fn settings(&self) -> Config {
        settings(self.database_url())
    }

    /// The service over this database, on a port of its own, its clock standing at `now`.
    pub(crate) async fn serve(&self, now: &str) -> Running {
        let config = self.settings();
        let now: DateTime<Utc> = now.parse().unwrap();
        server::start(&config, Arc::new(FixedClock(now))).await.unwrap()
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Answer {
        let Output { status, stdout, stderr } = self.command(arguments).output().unwrap();
        Answer {
            stdout: String::from_utf8(stdout).unwrap(),
            stderr: String::from_utf8(stderr).unwrap(),
            code: status.code(),
        }
    }

    /// The standard output of a command that must do its work.
    #[track_caller]
    pub(crate) fn ok(&self, arguments: &[&str]) -> String {
        let answer = self.run(arguments);
        assert_eq!(answer.code, Some(0), "{arguments:?}\n{}\n{}", answer.stdout, answer.stderr);
        answer.stdout
    }

    /// The whole answer of a command, as JSON.
    #[track_caller]
    pub(crate) fn json(&self, arguments: &[&str]) -> serde_json::Value {
        let arguments: Vec<&str> = arguments.iter().copied().chain(["--format", "json"]).collect();
        serde_json::from_str(&self.ok(&arguments)).unwrap()
    }
}

/// The same, on a store that stays open.
pub(crate) async fn token(
    store: &Store,
    name: &str,
    roles: &[Role],
    ministries: &[&str],
) -> String {
    let name = Actor::person(name).unwrap();
    let at = "2020-01-01T00:00:00Z".parse().unwrap();
    let act = ActionContext { actor: Actor::person(ACTOR).unwrap(), at, reason: String::new() };
    let scope = match ministries {
        [] => Scope::Whole,
        codes => Scope::of(codes.iter().map(|code| MinistryCode::new(*code))),
    };
    let accounts = store.accounts().await.unwrap();
    let known = accounts.into_iter().find(|account| account.name == name);
    let account = if let Some(account) = known {
        account
    } else {
        let roles = roles.iter().copied().collect();
        let terms = AccountTerms { name, roles, scope, mail_address: None, identity: None };
        store.make_account(&terms, &act).await.unwrap()
    };
    let terms = TokenTerms {
        account: account.number,
        label: "tests".to_owned(),
        roles: account.roles,
        scope: account.scope,
        issued_with: None,
        expires_at: "2100-01-01T00:00:00Z".parse().unwrap(),
    };
    let (_, secret) = store.issue_token(&terms, &act).await.unwrap();
    secret.reveal().to_owned()
}

/// For a service with the shipped rules, on a port of its own.
pub(crate) fn settings(database_url: String) -> Config {
    let mut config = Config {
        database_url,
        listen: "127.0.0.1:0".to_owned(),
        rules: root().join("rules"),
        aliases: root().join("aliases.toml"),
        ..Config::default()
    };
    // Where clocks stand still, quotas never fill again: `support::api` has them.
    config.api.calls_per_minute = 0;
    config.api.open_calls_per_minute = 0;
    config
}
