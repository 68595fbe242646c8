//! The database of a test application: a file of its own, or with `TEST_POSTGRES` a database of its own of that server.

use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

/// A database of the server at `TEST_POSTGRES`, which ends with the test.
pub(crate) struct ServerDatabase {
    server: String,
    name: String,
}

/// The server that tests have databases of their own on: `make test-postgres` starts one and says where it is.
pub(crate) fn test_server() -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "tests ask where they run")]
    std::env::var("TEST_POSTGRES").ok()
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
        run(server, &format!("create database {name} template {template} strategy file_copy"));
        Self { server: server.to_owned(), name }
    }

    pub(crate) fn url(&self) -> String {
        let (server, _) = self.server.rsplit_once('/').unwrap();
        format!("{server}/{}", self.name)
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

impl Drop for ServerDatabase {
    fn drop(&mut self) {
        run(&self.server, &format!("drop database if exists {} with (force)", self.name));
    }
}

/// Runs a statement on a server's database, as its operator would.
#[track_caller]
pub(crate) fn run(url: &str, statement: &str) -> String {
    let options = ["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--command"];
    let output = Command::new("psql").arg(url).args(options).arg(statement).output().unwrap();
    assert!(output.status.success(), "{statement}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The address of a database's file.
pub(crate) fn file_url(file: &Path) -> String {
    format!("sqlite://{}", file.display())
}
