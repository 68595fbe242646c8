//! SIGKILL at any moment of an import or of a backup, and SIGTERM in the middle of a job.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use crate::support::machine::kill::Killing;
use crate::support::{TestApp, fixtures};
use vigie::store::{AuditFilter, Store};

const KILLS: u32 = 12;

/// Of a command that writes one file.
const EXPORT_KILLS: u32 = 8;

/// What stands of imports, as text: the list, and every row that they gave.
async fn imported(app: &TestApp) -> Vec<String> {
    let store = Store::open(&app.database_url()).await.unwrap();
    let mut told = Vec::new();
    for import in store.imports().await.unwrap() {
        let report = store.import_report(import.number).await.unwrap().unwrap();
        let file = vigie::intake::base_name(&import.file);
        told.push(format!("{file} {} {report:?}", import.rows_kept));
    }
    let upto = store.latest_known().await.unwrap();
    let as_of = "2020-11-30".parse().unwrap();
    told.push(format!("{:?}", store.portfolio(&upto, as_of).await.unwrap()));
    let report = store.verify_audit(None).await.unwrap();
    assert!(report.flaw.is_none(), "{report:?}");
    let of_imports = AuditFilter { subject: Some("import".to_owned()), ..AuditFilter::default() };
    let deeds = store.audit(&of_imports).await.unwrap();
    assert_eq!(deeds.len(), told.len() - 1, "a deed without its import, or the reverse");
    store.close().await;
    told
}

/// An empty database that is there: what is killed is the import, not the making of the schema.
fn empty() -> TestApp {
    let app = TestApp::new();
    app.ok(&["imports"]);
    app
}

#[test]
fn an_import_killed_at_any_moment_is_whole_or_absent_and_can_be_repeated() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let reference = runtime.block_on(imported(&TestApp::with_fixtures()));
    let app = empty();
    let folder = fixtures();
    let command = ["import", folder.to_str().unwrap()];
    let (absent, present) = Killing { app: &app, command: &command, kills: KILLS }.run(|kill| {
        let left = runtime.block_on(imported(&app));
        let is_whole = left == reference;
        // Of fifteen files, all or none; the portfolio is told in a line of its own.
        assert!(is_whole || left.len() == 1, "kill {kill} left {} imports", left.len() - 1);
        app.ok(&command);
        assert_eq!(runtime.block_on(imported(&app)), reference, "after kill {kill}");
        is_whole
    });
    assert!(absent > 0 && present > 0, "no kill fell within the import, or all did");
}

#[test]
fn the_import_job_killed_at_any_moment_leaves_whole_files_and_the_next_reads_the_others() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let app = empty();
    let inbox = app.path("inbox");
    std::fs::create_dir(&inbox).unwrap();
    for entry in std::fs::read_dir(fixtures()).unwrap().map(Result::unwrap) {
        if entry.path().extension().is_some_and(|extension| extension == "csv") {
            std::fs::copy(entry.path(), inbox.join(entry.file_name())).unwrap();
        }
    }
    let folder = format!("folder = {:?}\nsettle_seconds = 0\n", inbox.display().to_string());
    std::fs::write(app.path("vigie.toml"), format!("[import]\n{folder}")).unwrap();
    let pristine = app.save();
    app.ok(&["jobs", "run", "import"]);
    let reference = runtime.block_on(imported(&app));
    assert_eq!(reference.len(), 16);
    app.put_back(&pristine);

    let command = ["jobs", "run", "import"];
    let (absent, present) = Killing { app: &app, command: &command, kills: KILLS }.run(|kill| {
        let left = runtime.block_on(imported(&app));
        let (last, files) = left.split_last().unwrap();
        assert_eq!(files, &reference[..files.len()], "kill {kill}");
        let is_whole = Some(last) == reference.last();
        let_go(&app);
        app.ok(&command);
        assert_eq!(runtime.block_on(imported(&app)), reference, "after kill {kill}");
        is_whole
    });
    assert!(absent > 0 && present > 0, "no kill fell within the import, or all did");
}

/// As three minutes later, when the hold of who was killed has lapsed.
fn let_go(app: &TestApp) {
    app.sql("update jobs set holder = null, held_until = null");
}

#[test]
fn a_backup_killed_at_any_moment_leaves_whole_backups_only() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let app = TestApp::with_fixtures();
    app.ok(&["cycle", "--as-of", "2020-11-30"]);
    let folder = app.path("data/backups");
    let command = ["jobs", "run", "backup"];
    let (absent, present) = Killing { app: &app, command: &command, kills: KILLS }.run(|kill| {
        let names = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
        let backups: Vec<_> = names
            .filter(|path| path.extension().is_some_and(|extension| extension == "db"))
            .collect();
        for backup in &backups {
            let whole = runtime.block_on(vigie::store::verify(backup));
            assert!(whole.is_ok(), "kill {kill}: {whole:?}");
        }
        let store = runtime.block_on(Store::open_read_only(&app.database_url()));
        drop(store.unwrap());
        // What an earlier kill left beside was removed before this backup was made.
        if !backups.is_empty() {
            let all = std::fs::read_dir(&folder).unwrap().count();
            assert_eq!(all, backups.len(), "kill {kill} left something beside whole backups");
        }
        for backup in &backups {
            std::fs::remove_file(backup).unwrap();
        }
        !backups.is_empty()
    });
    assert!(absent > 0 && present > 0, "no kill fell within the backup, or all did");
}

#[test]
fn an_export_killed_at_any_moment_never_leaves_a_part_under_the_name_of_the_whole() {
    let app = TestApp::with_fixtures();
    let file = app.path("projects.csv");
    let whole = app.ok(&["export", "projects", "--as-of", "2020-11-30"]);
    let command = ["export", "projects", "--as-of", "2020-11-30", "--out", "projects.csv"];
    let (absent, present) =
        Killing { app: &app, command: &command, kills: EXPORT_KILLS }.run(|kill| {
            let found = std::fs::read_to_string(&file).ok();
            if let Some(found) = &found {
                assert!(*found == whole, "kill {kill} left {} bytes", found.len());
                let unfinished = app.path("projects.csv.partial");
                assert!(!unfinished.exists(), "kill {kill} left a part beside the whole");
                std::fs::remove_file(&file).unwrap();
            }
            found.is_some()
        });
    assert!(absent > 0 && present > 0, "no kill fell within the export, or all did");
}

/// Stopped politely as soon as its log says that a cycle's job began.
#[test]
fn sigterm_in_the_middle_of_a_job_lets_it_commit_or_leaves_no_trace() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let app = TestApp::with_fixtures();
    let mut child = app
        .command(&["serve"])
        .env("VIGIE_LISTEN", "127.0.0.1:0")
        .env("VIGIE_LOG", "vigie=debug")
        .env("VIGIE_SCHEDULE__CYCLE", "* * * * * *")
        .env("VIGIE_SCHEDULE__JITTER_SECONDS", "0")
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    assert!(lines.any(|line| line.contains("Job cycle begins")), "no cycle began");
    let stopped = Command::new("kill").arg(child.id().to_string()).status().unwrap();
    assert!(stopped.success());
    let rest: Vec<String> = lines.collect();
    assert!(child.wait().unwrap().success(), "{rest:#?}");
    assert!(rest.iter().any(|line| line == "arrêt"), "{rest:#?}");

    let cycles = app.json(&["cycles"]);
    let job = &app.json(&["jobs", "list"])[1];
    assert!(job["held_until"].is_null(), "{job}");
    let last = &job["last_run"];
    assert!(last["outcome"] == "success" && last["ended_at"].is_string(), "{last}");
    assert_eq!(cycles.as_array().unwrap().len(), 1, "{cycles}");
    runtime.block_on(async {
        let store = Store::open(&app.database_url()).await.unwrap();
        let report = store.verify_audit(None).await.unwrap();
        assert!(report.flaw.is_none(), "{report:?}");
        store.close().await;
    });
}
