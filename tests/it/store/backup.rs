//! Backups: verified, so many kept, and put back with one command.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use crate::operation::jobs::support::{going, never, work};
use crate::support::TestApp;
use crate::support::manual_clock::ManualClock;
use vigie::domain::accounts::audit::Actor;
use vigie::domain::operation::job::{JobName, RunOutcome};
use vigie::schedule::Runner;

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// With a cycle committed, then backed up.
fn backed_up() -> (TestApp, PathBuf) {
    let app = TestApp::with_fixtures_in_a_file();
    app.ok(&["cycle", "--as-of", "2020-11-30"]);
    let run = app.json(&["jobs", "run", "backup"]);
    assert_eq!(run["outcome"], "success", "{run}");
    let folder = app.path("data/backups");
    let backup = folder.join(&names(&folder)[0]);
    (app, backup)
}

#[tokio::test]
async fn the_newest_backups_are_kept_and_what_a_kill_left_goes() {
    let app = TestApp::with_fixtures();
    let clock = ManualClock::at("2026-11-24T03:45:00Z");
    let runner = Runner::new(work(&app, &clock).await, &never(), 7).unwrap();
    let folder = app.path("backups");
    std::fs::create_dir(&folder).unwrap();
    for ending in ["", "-journal", "-wal", "-shm"] {
        let left = folder.join(format!("vigie-20261101T034500Z.db.part{ending}"));
        std::fs::write(left, "half").unwrap();
    }
    // What people put there under names of their own is neither counted nor removed.
    for theirs in ["notes.txt", "vigie-before-the-move.db", "vigie-half.db.part"] {
        std::fs::write(folder.join(theirs), "not ours").unwrap();
    }
    for day in 24..29 {
        clock.set(&format!("2026-11-{day}T03:45:00Z"));
        let run = runner.run_now(JobName::Backup, Actor::vigie(), &going()).await.unwrap();
        assert_eq!(run.outcome, RunOutcome::Success, "{}", run.detail);
    }
    assert_eq!(
        names(&folder),
        [
            "notes.txt",
            "vigie-20261126T034500Z.db",
            "vigie-20261127T034500Z.db",
            "vigie-20261128T034500Z.db",
            "vigie-before-the-move.db",
            "vigie-half.db.part"
        ]
    );
    let about = std::fs::metadata(folder.join("vigie-20261128T034500Z.db")).unwrap();
    assert_eq!(about.permissions().mode() & 0o777, 0o600);
}

#[tokio::test]
async fn a_backup_that_cannot_be_written_is_a_failure_and_leaves_nothing() {
    let app = TestApp::new();
    let clock = ManualClock::at("2026-11-24T03:45:00Z");
    let mut work = work(&app, &clock).await;
    std::fs::write(app.path("taken"), "a file, not a folder").unwrap();
    work.backup.folder = app.path("taken");
    let runner = Runner::new(work, &never(), 7).unwrap();
    let run = runner.run_now(JobName::Backup, Actor::vigie(), &going()).await.unwrap();
    assert_eq!(run.outcome, RunOutcome::Failure);
    assert!(run.detail.contains("taken"), "{}", run.detail);
}

#[test]
fn a_database_lost_is_restored_by_one_command_to_what_it_was() {
    let (app, backup) = backed_up();
    let before = [app.json(&["alerts"]), app.json(&["missions"])];
    std::fs::remove_file(app.path("vigie.db")).unwrap();
    let table = app.ok(&["restore", backup.to_str().unwrap()]);
    assert!(table.contains("Base restaurée"), "{table}");
    assert_eq!([app.json(&["alerts"]), app.json(&["missions"])], before);
    let replay = app.json(&["replay", "1"]);
    assert_eq!(replay["identical"], true, "{replay}");
    app.ok(&["audit", "verify"]);
    let deeds = app.json(&["audit", "list", "--subject", "database"]);
    assert_eq!(deeds[0]["action"], "database_restored");
}

#[test]
fn a_database_that_is_there_is_replaced_only_when_told_and_kept_beside() {
    let (app, backup) = backed_up();
    let backup = backup.to_str().unwrap();
    app.ok(&["cycle", "--as-of", "2020-12-31"]);
    let refused = app.run(&["restore", backup]);
    assert_eq!(refused.code, Some(1));
    assert!(refused.stderr.contains("--force"), "{}", refused.stderr);
    assert_eq!(app.json(&["cycles"]).as_array().unwrap().len(), 2);

    let report = app.json(&["restore", backup, "--force"]);
    assert_eq!(app.json(&["cycles"]).as_array().unwrap().len(), 1);
    // Nothing is lost: what was replaced can be put back in its turn.
    let replaced = report["replaced"].as_str().unwrap();
    app.ok(&["restore", replaced, "--force"]);
    assert_eq!(app.json(&["cycles"]).as_array().unwrap().len(), 2);
}

#[test]
fn a_database_in_use_is_never_replaced() {
    let (app, backup) = backed_up();
    let mut child = app
        .command(&["serve"])
        .env("VIGIE_LISTEN", "127.0.0.1:0")
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(child.stderr.take().unwrap()));
    assert!(lines.next().unwrap().unwrap().starts_with("écoute sur"));
    let refused = app.run(&["restore", backup.to_str().unwrap(), "--force"]);
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(refused.code, Some(1), "{}", refused.stdout);
    assert!(refused.stderr.contains("arrêter d’abord le service"), "{}", refused.stderr);
    // The service that was killed holds it no longer; its log is folded, and goes with it.
    app.ok(&["restore", backup.to_str().unwrap(), "--force"]);
    assert_eq!(app.json(&["cycles"]).as_array().unwrap().len(), 1);
}

#[test]
fn a_damaged_database_can_be_replaced_and_a_damaged_backup_replaces_nothing() {
    let (app, backup) = backed_up();
    let mut bytes = std::fs::read(&backup).unwrap();
    let half = bytes.len() / 2;
    bytes.truncate(half);
    std::fs::write(app.path("half.db"), &bytes).unwrap();
    std::fs::write(app.path("text.db"), "not a database").unwrap();
    for wrong in ["half.db", "text.db", "none.db"] {
        let refused = app.run(&["restore", wrong, "--force"]);
        assert_eq!(refused.code, Some(1), "{wrong}");
        assert!(refused.stderr.contains(wrong), "{}", refused.stderr);
    }
    assert_eq!(app.json(&["cycles"]).as_array().unwrap().len(), 1);

    std::fs::write(app.path("vigie.db"), "garbage where a database was").unwrap();
    app.ok(&["restore", backup.to_str().unwrap(), "--force"]);
    assert_eq!(app.json(&["cycles"]).as_array().unwrap().len(), 1);
    let left: Vec<String> =
        names(&app.path(".")).into_iter().filter(|name| name.contains("restoring")).collect();
    assert!(left.is_empty(), "{left:?}");
}
