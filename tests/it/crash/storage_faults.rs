//! A disk that is full or fails, a database that is deleted, replaced or loses its log, each while eight clients
//! read and write: what was acknowledged is there once, nobody reads the past, and a revoked token is worth
//! nothing. `TEST_FAULTS` asks for more than one round.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::clients::{Ledger, Left};
use crate::support::machine::disk::Disk;
use crate::support::served::Served;
use vigie::domain::accounts::access::Role;

const MEBIBYTE: u64 = 1024 * 1024;

/// Turns of each client before a fault, during it, and after.
const STEPS: u32 = 2;

/// What is broken, and how it is mended.
struct Fault<'a> {
    name: &'a str,
    /// What `/readyz` and the log say of it.
    words: &'a str,
    breaks: &'a dyn Fn(),
    mends: &'a dyn Fn(),
    /// What a read is answered meanwhile.
    reads: u16,
}

struct Tried {
    app: TestApp,
    token: String,
    served: Served,
    ledger: Arc<Ledger>,
}

#[expect(clippy::disallowed_methods, reason = "tests ask how hard they should try")]
fn rounds() -> u32 {
    std::env::var("TEST_FAULTS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(1)
}

impl Tried {
    async fn on(app: TestApp) -> Self {
        let token = app.token("Anne", &Role::ALL, &[]).await;
        let served = app.serve_apart();
        let ledger = Ledger::new(served.address(), &token);
        Self { app, token, served, ledger }
    }

    fn database(&self) -> PathBuf {
        self.app.path("vigie.db")
    }

    /// Of the same account, to be revoked.
    async fn passing_token(&self) -> (i64, String) {
        let body = json!({ "label": "de passage" });
        let asked = self
            .ledger
            .ask((Method::POST, "/api/v1/tokens"), &self.token, |request| request.json(&body));
        let (status, issued) = asked.await;
        assert_eq!(status, 201, "{issued}");
        (issued["token"]["number"].as_i64().unwrap(), issued["secret"].as_str().unwrap().to_owned())
    }

    async fn until_ready(&self) {
        while self.ledger.get("/readyz", "").await.0 != 200 {}
    }

    /// Looks until the fault is seen, and gives what is said of it.
    async fn until_not_ready(&self) -> String {
        loop {
            let (status, body) = self.ledger.get("/readyz", "").await;
            if status == 503 {
                return body["detail"].as_str().unwrap().to_owned();
            }
        }
    }

    async fn lives_through(&self, fault: &Fault<'_>) {
        for round in 0..rounds() {
            let name = format!("{} {round}", fault.name);
            let passing = self.passing_token().await;
            let clients = self.ledger.start(&name, passing);
            self.ledger.all_step(STEPS).await;
            (fault.breaks)();
            let said = self.until_not_ready().await;
            assert!(said.contains(fault.words), "{said}");
            assert!(!said.contains('/'), "readers need not know where: {said}");
            self.ledger.all_step(STEPS).await;
            assert!(self.ledger.count("write", 503) > 0, "{}", self.ledger.summary());
            assert!(self.ledger.count("read", fault.reads) > 0, "{}", self.ledger.summary());
            (fault.mends)();
            self.until_ready().await;
            self.ledger.all_step(STEPS).await;
            self.ledger.stop(clients).await;
            assert_eq!(self.ledger.settle().await, Left::default(), "{}", self.ledger.summary());
        }
        for status in [0, 200, 500, 503] {
            assert_eq!(self.ledger.count("unsigned", status), 0, "{}", self.ledger.summary());
        }
        println!("{}: {}", fault.name, self.ledger.summary());
        self.assert_logged(fault.words);
        let log = self.served.log();
        assert!(log.contains("can be written again"), "{log}");
    }

    fn assert_logged(&self, words: &str) {
        let log = self.served.log();
        let line = log.lines().find(|line| line.contains("Nothing can be written: ")).unwrap();
        assert!(line.contains(words) && line.contains(self.database().to_str().unwrap()), "{line}");
    }

    /// The trail is whole, and tells of everybody who was turned away, but for those of whom nothing could be
    /// written before the service ended.
    fn end(self, unwritten: u32) {
        let Self { app, served, ledger, .. } = self;
        let unsigned = ledger.count("unsigned", 401);
        served.stop();
        app.ok(&["audit", "verify"]);
        assert_eq!(refusals(&app), unsigned - unwritten);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_under_eight_clients() {
    let Some(disk) = Disk::in_memory(32 * MEBIBYTE) else { return };
    let tried = Tried::on(TestApp::on(disk.path())).await;
    let fault = Fault {
        name: "full",
        words: "the disk is full",
        breaks: &|| disk.fill(0),
        mends: &|| disk.make_room(),
        reads: 200,
    };
    tried.lives_through(&fault).await;
    tried.end(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_database_under_eight_clients() {
    let tried = Tried::on(TestApp::with_file()).await;
    let (database, other) = (tried.database(), tried.app.path("other name"));
    std::fs::hard_link(&database, &other).unwrap();
    let fault = Fault {
        name: "deleted",
        words: "the file is gone",
        breaks: &|| std::fs::remove_file(&database).unwrap(),
        mends: &|| {
            assert!(!database.exists(), "a new file was made");
            std::fs::hard_link(&other, &database).unwrap();
        },
        reads: 200,
    };
    tried.lives_through(&fault).await;
    tried.end(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replaced_database_under_eight_clients() {
    let tried = Tried::on(TestApp::with_file()).await;
    let (database, aside) = (tried.database(), tried.app.path("aside"));
    let another = tried.app.path("another.db");
    std::fs::copy(&database, &another).unwrap();
    let fault = Fault {
        name: "replaced",
        words: "another file took the place",
        breaks: &|| swap(&database, &aside, &another),
        mends: &|| swap(&database, &another, &aside),
        // What is true is in a file that is not looked at.
        reads: 503,
    };
    tried.lives_through(&fault).await;
    tried.end(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_log_under_eight_clients() {
    let tried = Tried::on(TestApp::with_file()).await;
    let log = tried.app.path("vigie.db-wal");
    let aside = tried.app.path("aside");
    let fault = Fault {
        name: "log lost",
        words: "a file that belongs to the open database is gone",
        breaks: &|| std::fs::rename(&log, &aside).unwrap(),
        mends: &|| {
            assert!(!log.exists(), "a new log was made");
            std::fs::rename(&aside, &log).unwrap();
        },
        reads: 200,
    };
    tried.lives_through(&fault).await;
    tried.end(0);
}

/// It is repaired as such a disk is: with the service stopped.
#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_turns_read_only_under_eight_clients() {
    let beside = tempfile::tempdir().unwrap();
    let image = beside.path().join("image");
    let Some(disk) = Disk::that_fails(&image, 64 * MEBIBYTE) else { return };
    let tried = Tried::on(TestApp::on(disk.path())).await;
    let passing = tried.passing_token().await;
    let clients = tried.ledger.start("read-only", passing);
    tried.ledger.all_step(STEPS).await;
    disk.fail();
    let said = tried.until_not_ready().await;
    assert!(said.contains("read-only"), "{said}");
    tried.ledger.all_step(STEPS).await;
    tried.assert_logged("read-only");
    tried.ledger.stop(clients).await;
    println!("read-only: {}", tried.ledger.summary());
    assert!(tried.ledger.count("read", 200) > 0 && tried.ledger.count("write", 503) > 0);
    assert_eq!(tried.ledger.count("unsigned", 500), 0);
    let turned_away = tried.ledger.count("unsigned", 401);
    let Tried { app, token, served: failed, ledger } = tried;
    failed.stop();
    disk.repair(&image);
    let served = app.serve_apart();
    ledger.move_to(served.address());
    let again = Tried { app, token, served, ledger };
    again.until_ready().await;
    assert_eq!(again.ledger.settle().await, Left::default(), "{}", again.ledger.summary());
    let written = refusals(&again.app);
    assert!(written > 0, "those before the fault");
    again.end(turned_away - written);
}

/// Those of nobody, one by one or counted together.
fn refusals(app: &TestApp) -> u32 {
    let trail = app.json(&["audit", "list", "--subject", "route/GET /api/v1/silences"]);
    let times = |entry: &Value| {
        let counted = entry["became"].as_str().unwrap_or("{}");
        let counted: Value = serde_json::from_str(counted).unwrap();
        u32::try_from(counted["times"].as_u64().unwrap_or(1)).unwrap()
    };
    trail.as_array().unwrap().iter().map(times).sum()
}

/// One bears the name, the other is set aside.
fn swap(name: &Path, aside: &Path, other: &Path) {
    std::fs::rename(name, aside).unwrap();
    std::fs::rename(other, name).unwrap();
}
