//! SIGKILL at any moment of a restoration: the database is the old one or the restored one, whole.

use std::path::{Path, PathBuf};

use sqlx::SqlitePool;

use crate::support::TestApp;
use crate::support::machine::kill::Killing;
use vigie::domain::accounts::access::Role;
use vigie::store;
use vigie::store::Store;

const KILLS: u32 = 10;

/// What tells one database from the other, and all that must be in each.
#[derive(Debug, PartialEq, Eq)]
struct Found {
    cycles: usize,
    comments: i64,
    /// Tokens that are worth something.
    live: i64,
    /// Whether the trail says that it was put back.
    is_told: bool,
}

async fn look(file: &Path) -> Found {
    let url = format!("sqlite://{}", file.display());
    let store = Store::open(&url).await.unwrap();
    let report = store.verify_audit(None).await.unwrap();
    assert_eq!(report.flaw, None, "{}", file.display());
    let cycles = store.cycles(10).await.unwrap().len();
    store.close().await;
    store::verify(file).await.unwrap();
    let pool = SqlitePool::connect(&url).await.unwrap();
    let count = async |query: &'static str| -> i64 {
        sqlx::query_scalar(query).fetch_one(&pool).await.unwrap()
    };
    let found = Found {
        cycles,
        comments: count("select count(*) from audit where action = 'alert_commented'").await,
        live: count("select count(*) from tokens where revoked_at is null").await,
        is_told: count("select count(*) from audit where action = 'database_restored'").await > 0,
    };
    pool.close().await;
    found
}

/// What stands beside the database, of those that are one.
fn kept_beside(app: &TestApp) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(app.path(".")).unwrap();
    let names = entries.map(|entry| entry.unwrap().path());
    let is_whole = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_str().unwrap();
        let is_log = ["-wal", "-shm", "-journal"].iter().any(|log| name.ends_with(log));
        name.starts_with("vigie.db.replaced-") && !is_log
    };
    names.filter(is_whole).collect()
}

fn clear_away(app: &TestApp) {
    for entry in std::fs::read_dir(app.path(".")).unwrap().map(Result::unwrap) {
        let name = entry.file_name();
        let name = name.to_str().unwrap();
        if name.starts_with("vigie.db.") || name.starts_with("vigie.db-") {
            std::fs::remove_file(entry.path()).unwrap();
        }
    }
}

#[test]
fn a_restoration_killed_at_any_moment_leaves_the_old_database_or_the_restored_one_whole() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut app = TestApp::with_fixtures_in_a_file();
    // Fewer rules, so that a cycle takes less time.
    std::fs::remove_dir_all(app.own_rules().join("causes")).unwrap();
    app.ok(&["cycle", "--as-of", "2020-11-30"]);
    runtime.block_on(app.token("Ada", &[Role::Reader], &[]));
    app.ok(&["jobs", "run", "backup"]);
    let folder = std::fs::read_dir(app.path("data/backups")).unwrap();
    let backup = folder.map(|entry| entry.unwrap().path()).next().unwrap();
    // What came since, and goes: a cycle, a comment, a revocation.
    app.ok(&["cycle", "--as-of", "2020-12-01"]);
    let alerts = app.json(&["alerts"]);
    let alert = alerts[0]["id"].as_str().unwrap();
    app.ok(&["alerts", "comment", alert, "--text", "depuis la copie"]);
    app.ok(&["tokens", "revoke", "1", "--reason", "publié par erreur"]);
    let old = runtime.block_on(look(&app.path("vigie.db")));
    assert_eq!(old, Found { cycles: 2, comments: 1, live: 0, is_told: false });

    let command = ["restore", backup.to_str().unwrap(), "--force"];
    let (absent, present) = Killing { app: &app, command: &command, kills: KILLS }.run(|kill| {
        let database = app.path("vigie.db");
        assert!(database.exists(), "kill {kill} left no database");
        let found = runtime.block_on(look(&database));
        let beside = kept_beside(&app);
        let is_restored = found.cycles == 1;
        if is_restored {
            // A token that was revoked since is none again, and whoever looks is told why.
            let restored = Found { cycles: 1, comments: 0, live: 0, is_told: true };
            assert_eq!(found, restored, "kill {kill} left a part of a restoration");
            assert!(!beside.is_empty(), "kill {kill}: what was replaced is not kept");
            for kept in &beside {
                assert_eq!(runtime.block_on(look(kept)), old, "kill {kill}: {kept:?}");
            }
        } else {
            assert_eq!(found, old, "kill {kill} changed what it did not replace");
        }
        if kill % 10 == 0 {
            // The next one does its work, whatever this one left.
            app.ok(&command);
            assert_eq!(runtime.block_on(look(&database)).cycles, 1, "after kill {kill}");
        }
        clear_away(&app);
        is_restored
    });
    assert!(absent > 0 && present > 0, "no kill fell within the restoration, or all did");
}
