//! The database of a test application: a file of its own, or with `TEST_POSTGRES` a database of its own of that server.

use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use super::in_ci;

/// A database of the tests' server, which ends with the test.
pub(crate) struct ServerDatabase {
    server: String,
    name: String,
}

/// The server that tests have databases of their own on: `scripts/with-postgres` starts one and says in `TEST_POSTGRES` where it
/// is. Absent, a test that is about it says that it did not run; in CI that is a fault.
pub(crate) fn test_server() -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "tests ask where they run")]
    let server = std::env::var("TEST_POSTGRES").ok();
    assert!(server.is_some() || !in_ci(), "no `TEST_POSTGRES`: run `make test`");
    if server.is_none() {
        println!("NOT RUN: there is no PostgreSQL; `make test` starts one");
    }
    server
}

/// The same, when every test is to run on it: with `TEST_ENGINE=postgres`.
pub(crate) fn server_of_all_tests() -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "tests ask where they run")]
    let engine = std::env::var("TEST_ENGINE").ok();
    engine.filter(|engine| engine == "postgres").and_then(|_| test_server())
}

impl ServerDatabase {
    pub(crate) fn new(server: &str) -> Self {
        Self::from_template(server, "template0")
    }

    /// The same rows, as of now. Nobody may have the other one open.
    pub(crate) fn copy_of(other: &Self) -> Self {
        Self::from_template(&other.server, &other.name)
    }

    fn from_template(server: &str, template: &str) -> Self {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let name = format!("vigie_{}_{number}", std::process::id());
        make(server, &name, template);
        Self { server: server.to_owned(), name }
    }

    pub(crate) fn url(&self) -> String {
        let (server, _) = self.server.rsplit_once('/').unwrap();
        format!("{server}/{}", self.name)
    }

    /// Becomes what another is, under its own name.
    pub(crate) fn become_copy_of(&self, other: &Self) {
        let Self { server, name } = self;
        statements(server, &format!("drop database if exists {name} with (force)")).unwrap();
        make(server, name, &other.name);
    }

    /// Holds nothing any more.
    pub(crate) fn become_empty(&self) {
        let Self { server, name } = self;
        statements(server, &format!("drop database if exists {name} with (force)")).unwrap();
        make(server, name, "template0");
    }

    /// All that it holds, as text; without what counts its commits.
    pub(crate) fn dump(&self) -> String {
        let options = ["--data-only", "--inserts", "--exclude-table=database_version"];
        let output = Command::new("pg_dump").args(options).arg(self.url()).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout).unwrap();
        // Each dump has a password of its own, against texts that would be commands.
        let lines = text.lines().filter(|line| !line.starts_with('\\'));
        lines.collect::<Vec<_>>().join("\n")
    }
}

fn make(server: &str, name: &str, template: &str) {
    let create = format!("create database {name} template {template} strategy file_copy");
    statements(server, &create).unwrap();
}

impl Drop for ServerDatabase {
    fn drop(&mut self) {
        let drop = format!("drop database if exists {} with (force)", self.name);
        statements(&self.server, &drop).unwrap();
    }
}

/// Runs statements on a database behind Vigie's back, as a hand that has it would: what the last one gives, columns between
/// bars; or what the engine says against it.
pub(crate) fn statements(url: &str, statements: &str) -> Result<String, String> {
    const IN_FILE: &str = "import sqlite3, sys\n\
        database = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=60)\n\
        rows = []\n\
        for statement in sys.argv[2].split(';\\n'):\n    \
            rows = database.execute(statement).fetchall()\n\
        for row in rows: print('|'.join('' if one is None else str(one) for one in row))";
    let output = if let Some(file) = url.strip_prefix("sqlite://") {
        Command::new("python3").args(["-c", IN_FILE, file, statements]).output()
    } else {
        let options = ["--no-psqlrc", "--quiet", "--tuples-only", "--no-align"];
        let halt = ["--set", "ON_ERROR_STOP=1", "--command", statements];
        Command::new("psql").arg(url).args(options).args(halt).output()
    };
    let output = output.unwrap();
    let said = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap().trim_end().to_owned();
    if output.status.success() { Ok(said(output.stdout)) } else { Err(said(output.stderr)) }
}

/// The address of a database's file.
pub(crate) fn file_url(file: &Path) -> String {
    format!("sqlite://{}", file.display())
}
