//! The archives of `tests/earlier`: a database that an earlier version made, who could call it, what it answered.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use reqwest::{Client, Method, RequestBuilder};
use serde::Deserialize;
use serde_json::Value;
use tempfile::TempDir;

use super::{root, settings};
use crate::operation::jobs::support::never;
use vigie::server;
use vigie::server::Running;
use vigie::server::config::Config;
use vigie::support::clock::FixedClock;

/// When the earlier version was asked, as `tests/earlier/answers.py` has it.
pub(crate) const INSTANT: &str = "2021-02-01T09:00:00Z";

/// A database that an earlier version made, in a folder of its own, with what that version answered.
pub(crate) struct Earlier {
    /// Of the version: the commit that it was built from.
    pub(crate) name: String,
    folder: TempDir,
    pub(crate) callers: BTreeMap<String, Caller>,
}

/// Somebody who proves who they are, or could once.
#[derive(Deserialize)]
pub(crate) struct Caller {
    pub(crate) token: Option<String>,
    pub(crate) cookie: Option<String>,
    /// Whether the proof holds at `INSTANT`.
    pub(crate) live: bool,
    pub(crate) replay: Option<Replay>,
}

/// A request that was answered under a key.
#[derive(Deserialize)]
pub(crate) struct Replay {
    pub(crate) path: String,
    pub(crate) key: String,
    /// To the byte.
    pub(crate) body: String,
}

/// Of a command, or of a path that somebody asked for.
#[derive(Deserialize)]
pub(crate) struct KeptAnswer {
    #[serde(default)]
    pub(crate) command: Vec<String>,
    #[serde(default)]
    pub(crate) caller: String,
    #[serde(default)]
    pub(crate) path: String,
    pub(crate) status: Option<u16>,
    pub(crate) body: Value,
}

impl Earlier {
    /// One for each archive, unpacked anew.
    pub(crate) fn all() -> Vec<Self> {
        let folder = root().join("tests/earlier");
        let mut archives: Vec<PathBuf> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "xz"))
            .collect();
        archives.sort();
        assert!(!archives.is_empty(), "no archive in tests/earlier");
        archives.iter().map(|archive| Self::unpack(archive)).collect()
    }

    fn unpack(archive: &Path) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut tar = Command::new("tar");
        tar.args(["--extract", "--xz", "--file"])
            .arg(archive)
            .arg("--directory")
            .arg(folder.path());
        let unpacked = tar.output().unwrap();
        let told = String::from_utf8_lossy(&unpacked.stderr);
        assert!(unpacked.status.success(), "tar needs xz (Debian: xz-utils): {told}");
        let callers = std::fs::read_to_string(folder.path().join("callers.json")).unwrap();
        let name = archive.file_name().unwrap().to_str().unwrap();
        Self {
            name: name.split('.').next().unwrap().to_owned(),
            callers: serde_json::from_str(&callers).unwrap(),
            folder,
        }
    }

    /// What the earlier version answered: first its command line, then its service.
    pub(crate) fn answers(&self) -> Vec<KeptAnswer> {
        let answers = std::fs::read_to_string(self.path("answers.jsonl")).unwrap();
        answers.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn database_url(&self) -> String {
        format!("sqlite://{}", self.path("vigie.db").display())
    }

    /// Today's command line, over the database, rules and aliases of then.
    pub(crate) fn run(&self, arguments: &[String]) -> Result<String, String> {
        let ended = Command::new(env!("CARGO_BIN_EXE_vigie"))
            .args(arguments)
            .current_dir(self.folder.path())
            .env("VIGIE_DATABASE_URL", self.database_url())
            .env("VIGIE_RULES", self.path("rules"))
            .env("VIGIE_ALIASES", self.path("aliases.toml"))
            .env("NO_COLOR", "1")
            .env("LC_ALL", "C")
            .output()
            .unwrap();
        let told = String::from_utf8(ended.stdout).unwrap();
        if ended.status.success() {
            return Ok(told);
        }
        let why = String::from_utf8_lossy(&ended.stderr);
        Err(format!("ends with {}, expected 0: {why}{told}", ended.status))
    }

    pub(crate) async fn serve(&self) -> Running {
        let config = Config {
            rules: self.path("rules"),
            aliases: self.path("aliases.toml"),
            public_url: "https://vigie.example".to_owned(),
            schedule: never(),
            ..settings(self.database_url())
        };
        server::start(&config, Arc::new(FixedClock(INSTANT.parse().unwrap()))).await.unwrap()
    }
}

impl Caller {
    pub(crate) fn ask(&self, method: Method, url: &str, client: &Client) -> RequestBuilder {
        let request = client.request(method, url);
        match (&self.token, &self.cookie) {
            (Some(token), _) => request.bearer_auth(token),
            (None, Some(cookie)) => request.header("cookie", cookie),
            (None, None) => request,
        }
    }
}
