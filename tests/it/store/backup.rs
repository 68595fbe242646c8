//! Backups: verified, so many kept, and put back with one command.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use crate::operation::jobs_support::{HandClock, going, never, work};
use crate::support::Workplace;
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
fn backed_up() -> (Workplace, PathBuf) {
    let workplace = Workplace::with_fixtures();
    workplace.ok(&["cycle", "--as-of", "2020-11-30"]);
    let run = workplace.json(&["jobs", "run", "backup"]);
    assert_eq!(run["outcome"], "success", "{run}");
    let folder = workplace.path("data/backups");
    let backup = folder.join(&names(&folder)[0]);
    (workplace, backup)
}

#[tokio::test]
async fn the_newest_backups_are_kept_and_what_a_kill_left_goes() {
    let workplace = Workplace::with_fixtures();
    let clock = HandClock::at("2026-11-24T03:45:00Z");
    let runner = Runner::new(work(&workplace, &clock).await, &never(), 7).unwrap();
    let folder = workplace.path("backups");
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
    let workplace = Workplace::new();
    let clock = HandClock::at("2026-11-24T03:45:00Z");
    let mut work = work(&workplace, &clock).await;
    std::fs::write(workplace.path("taken"), "a file, not a folder").unwrap();
    work.backup.folder = workplace.path("taken");
    let runner = Runner::new(work, &never(), 7).unwrap();
    let run = runner.run_now(JobName::Backup, Actor::vigie(), &going()).await.unwrap();
    assert_eq!(run.outcome, RunOutcome::Failure);
    assert!(run.detail.contains("taken"), "{}", run.detail);
}

#[test]
fn a_database_lost_is_restored_by_one_command_to_what_it_was() {
    let (workplace, backup) = backed_up();
    let before = [workplace.json(&["alerts"]), workplace.json(&["missions"])];
    std::fs::remove_file(workplace.path("vigie.db")).unwrap();
    let table = workplace.ok(&["restore", backup.to_str().unwrap()]);
    assert!(table.contains("Base restaurée"), "{table}");
    assert_eq!([workplace.json(&["alerts"]), workplace.json(&["missions"])], before);
    let replay = workplace.json(&["replay", "1"]);
    assert_eq!(replay["identical"], true, "{replay}");
    workplace.ok(&["audit", "verify"]);
    let deeds = workplace.json(&["audit", "list", "--subject", "database"]);
    assert_eq!(deeds[0]["action"], "database_restored");
}

#[test]
fn a_database_that_is_there_is_replaced_only_when_told_and_kept_beside() {
    let (workplace, backup) = backed_up();
    let backup = backup.to_str().unwrap();
    workplace.ok(&["cycle", "--as-of", "2020-12-31"]);
    let refused = workplace.run(&["restore", backup]);
    assert_eq!(refused.code, Some(1));
    assert!(refused.stderr.contains("--force"), "{}", refused.stderr);
    assert_eq!(workplace.json(&["cycles"]).as_array().unwrap().len(), 2);

    let report = workplace.json(&["restore", backup, "--force"]);
    assert_eq!(workplace.json(&["cycles"]).as_array().unwrap().len(), 1);
    // Nothing is lost: what was replaced can be put back in its turn.
    let replaced = report["replaced"].as_str().unwrap();
    workplace.ok(&["restore", replaced, "--force"]);
    assert_eq!(workplace.json(&["cycles"]).as_array().unwrap().len(), 2);
}

#[test]
fn a_database_in_use_is_never_replaced() {
    let (workplace, backup) = backed_up();
    let mut child = workplace
        .command(&["serve"])
        .env("VIGIE_LISTEN", "127.0.0.1:0")
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(child.stderr.take().unwrap()));
    assert!(lines.next().unwrap().unwrap().starts_with("listening on"));
    let refused = workplace.run(&["restore", backup.to_str().unwrap(), "--force"]);
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(refused.code, Some(1), "{}", refused.stdout);
    assert!(refused.stderr.contains("is in use: stop the service first"), "{}", refused.stderr);
    // The service that was killed holds it no longer; its log is folded, and goes with it.
    workplace.ok(&["restore", backup.to_str().unwrap(), "--force"]);
    assert_eq!(workplace.json(&["cycles"]).as_array().unwrap().len(), 1);
}

#[test]
fn a_damaged_database_can_be_replaced_and_a_damaged_backup_replaces_nothing() {
    let (workplace, backup) = backed_up();
    let mut bytes = std::fs::read(&backup).unwrap();
    let half = bytes.len() / 2;
    bytes.truncate(half);
    std::fs::write(workplace.path("half.db"), &bytes).unwrap();
    std::fs::write(workplace.path("text.db"), "not a database").unwrap();
    for wrong in ["half.db", "text.db", "none.db"] {
        let refused = workplace.run(&["restore", wrong, "--force"]);
        assert_eq!(refused.code, Some(1), "{wrong}");
        assert!(refused.stderr.contains(wrong), "{}", refused.stderr);
    }
    assert_eq!(workplace.json(&["cycles"]).as_array().unwrap().len(), 1);

    std::fs::write(workplace.path("vigie.db"), "garbage where a database was").unwrap();
    workplace.ok(&["restore", backup.to_str().unwrap(), "--force"]);
    assert_eq!(workplace.json(&["cycles"]).as_array().unwrap().len(), 1);
    let left: Vec<String> =
        names(&workplace.path(".")).into_iter().filter(|name| name.contains("restoring")).collect();
    assert!(left.is_empty(), "{left:?}");
}
