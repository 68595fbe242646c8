//! What a restoration must not bring back to life, and what it takes with the file.

use std::path::{Path, PathBuf};

use sqlx::SqlitePool;

use crate::support::TestApp;
use crate::support::machine::kill::Killing;
use vigie::domain::accounts::access::{Role, Scope};
use vigie::domain::accounts::audit::{ActionContext, Actor};
use vigie::domain::accounts::sessions::SessionOpening;
use vigie::store;
use vigie::store::{AccountTerms, Credential, SessionTerms, Store};

const NOW: &str = "2026-11-25T09:00:00Z";

const KILLS: u32 = 12;

async fn status(app: &TestApp, token: &str) -> u16 {
    let service = app.serve(NOW).await;
    let url = format!("http://{}/api/v1/session", service.address());
    let answer = reqwest::Client::new().get(url).bearer_auth(token).send().await.unwrap();
    service.stop().await.unwrap();
    answer.status().as_u16()
}

/// The one backup that there is.
fn backup(app: &TestApp) -> PathBuf {
    let run = app.json(&["jobs", "run", "backup"]);
    assert_eq!(run["outcome"], "success", "{run}");
    let mut found = std::fs::read_dir(app.path("data/backups")).unwrap();
    let backup = found.next().unwrap().unwrap().path();
    assert!(found.next().is_none());
    backup
}

fn act() -> ActionContext {
    let actor = Actor::person("Claire Martin").unwrap();
    ActionContext { actor, at: NOW.parse().unwrap(), reason: String::new() }
}

/// What stands beside the database, by name.
fn beside_the_database(app: &TestApp) -> Vec<String> {
    let entries = std::fs::read_dir(app.path(".")).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.filter(|name| name.starts_with("vigie.db")).collect();
    names.sort();
    names
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_and_sessions_of_a_backup_are_worth_nothing_once_it_is_restored() {
    let app = TestApp::with_file();
    let token = app.token("Claire", &[Role::Reader], &[]).await;
    let store = Store::open(&app.database_url()).await.unwrap();
    let account = store.accounts().await.unwrap()[0].number;
    let terms = SessionTerms {
        account,
        opened_by: SessionOpening::Provider,
        multi_factor: true,
        id_token: None,
        expires_at: "2100-01-01T00:00:00Z".parse().unwrap(),
    };
    let session = store.begin_session(&terms, &act()).await.unwrap();
    let key = store.session_key(NOW.parse().unwrap()).await.unwrap();
    store.close().await;
    let backup = backup(&app);
    assert_eq!(status(&app, &token).await, 200);
    app.ok(&["tokens", "revoke", "1", "--reason", "lost"]);
    assert_eq!(status(&app, &token).await, 401);

    let restored = app.run(&["restore", backup.to_str().unwrap(), "--force"]);
    assert_eq!(restored.code, Some(0), "{}", restored.stderr);
    assert!(restored.stderr.contains("sessions 1, jetons 1"), "{}", restored.stderr);
    assert!(restored.stderr.contains("vigie tokens issue"), "{}", restored.stderr);
    assert_eq!(status(&app, &token).await, 401);
    let after = Store::open(&app.database_url()).await.unwrap();
    assert_eq!(after.caller_by_session(&session, NOW.parse().unwrap()).await.unwrap(), None);
    let drawn = after.session_key(NOW.parse().unwrap()).await.unwrap();
    assert_ne!(drawn.reveal(), key.reveal(), "cookies are signed with the key of the backup");
    assert_eq!(after.verify_audit(None).await.unwrap().flaw, None);
    after.close().await;

    let told = app.json(&["audit", "list", "--subject", "database"]);
    assert_eq!(told[0]["action"], "database_restored");
    let became: serde_json::Value =
        serde_json::from_str(told[0]["became"].as_str().unwrap()).unwrap();
    assert_eq!([&became["sessions"], &became["tokens"]], [1, 1], "{became}");
    let back = app.json(&["tokens", "issue", "Claire", "--label", "back"]);
    assert_eq!(status(&app, back["secret"].as_str().unwrap()).await, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn invitations_keys_and_holds_of_a_backup_end_too() {
    let app = TestApp::with_file();
    let store = Store::open(&app.database_url()).await.unwrap();
    let invited = (NOW.parse().unwrap(), "2100-01-01T00:00:00Z".parse().unwrap());
    let invitation: Credential = store.invite_first(invited).await.unwrap().unwrap();
    store.close().await;
    let pool = SqlitePool::connect(&app.database_url()).await.unwrap();
    for statement in [
        "insert into accounts (number, name, roles, scope, issuer, identity, created_at, closed_at, revision)
         values (1, 'x', '[]', '\"whole\"', null, null, '2026-01-01T00:00:00Z', null, 1)",
        "insert into idempotency_keys values (1, 'POST /x', 'k', 'f', 1, '2026', '2100', '2100', true,
                                              null, null, null)",
    ] {
        sqlx::query(statement).execute(&pool).await.unwrap();
    }
    pool.close().await;
    // The backup holds the job that makes it, as every backup does.
    let backup = backup(&app);
    let report = app.json(&["restore", backup.to_str().unwrap(), "--force"]);
    let ended = &report["ended"];
    let found = [&ended["invitations"], &ended["idempotency_keys"], &ended["job_runs"]];
    assert_eq!(found, [1, 1, 1], "{ended}");
    let after = Store::open(&app.database_url()).await.unwrap();
    assert!(!after.is_invited(&invitation, NOW.parse().unwrap()).await.unwrap());
    after.close().await;
    let run = app.json(&["jobs", "run", "backup"]);
    assert_eq!(run["outcome"], "success", "the hold of the backup lives again: {run}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_closed_since_the_backup_stays_closed_and_one_changed_is_named() {
    let app = TestApp::with_file();
    for name in ["Ada", "Bob", "Zoé"] {
        app.ok(&["accounts", "add", name, "--role", "analyst"]);
    }
    let backup = backup(&app);
    app.ok(&["accounts", "close", "Ada", "--reason", "has left"]);
    app.ok(&["accounts", "change", "Bob", "--role", "reader", "--reason", "another post"]);
    let report = app.json(&["restore", backup.to_str().unwrap(), "--force"]);
    assert_eq!(report["ended"]["accounts_closed"], serde_json::json!(["Ada"]));
    assert_eq!(report["ended"]["accounts_changed"], serde_json::json!(["Bob"]));
    let accounts = app.json(&["accounts", "list"]);
    assert!(accounts[0]["closed_at"].is_string(), "{accounts}");
    assert_eq!(accounts[1]["roles"], serde_json::json!(["analyst"]));
    app.ok(&["audit", "verify"]);

    // Without the database that it replaces, nothing says who has left: the operator is told to look.
    std::fs::remove_file(app.path("vigie.db")).unwrap();
    let blind = app.run(&["restore", backup.to_str().unwrap()]);
    assert!(blind.stderr.contains("consulter `vigie accounts list`"), "{}", blind.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_sent_since_the_backup_is_not_sent_again_and_what_waits_is_said() {
    let app = TestApp::with_fixtures_in_a_file();
    let announced = |arguments: &[&str]| {
        let mut command = app.command(arguments);
        assert!(command.env("VIGIE_MAIL__HOST", "localhost").output().unwrap().status.success());
    };
    announced(&["cycle", "--as-of", "2020-11-30", "--announce"]);
    let backup = backup(&app);
    let pool = SqlitePool::connect(&app.database_url()).await.unwrap();
    let waiting: i64 = sqlx::query_scalar("select count(*) from notices where state = 'waiting'")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert!(waiting > 1, "{waiting}");
    let first = "update notices set state = 'delivered', delivered_at = '2026-11-25T09:00:00Z'
                 where position = (select min(position) from notices)";
    sqlx::query(first).execute(&pool).await.unwrap();
    pool.close().await;
    let restored = app.run(&["restore", backup.to_str().unwrap(), "--force"]);
    assert_eq!(restored.code, Some(0), "{}", restored.stderr);
    assert!(
        restored.stderr.contains("1 message en attente dans la sauvegarde a été envoyé depuis")
    );
    assert!(restored.stderr.contains(&format!("{} messages attendent", waiting - 1)));
    let delivered = app.json(&["notices", "list", "--state", "delivered"]);
    assert_eq!(delivered.as_array().unwrap().len(), 1, "{delivered}");

    std::fs::write(app.path("vigie.db"), "garbage where a database was").unwrap();
    let blind = app.run(&["restore", backup.to_str().unwrap(), "--force"]);
    assert!(blind.stderr.contains("arrivent deux fois"), "{}", blind.stderr);
}

/// A copy of the files of a database in use, with an account that only its write-ahead log has.
async fn copied_with_its_log(app: &TestApp) -> PathBuf {
    let store = Store::open(&app.database_url()).await.unwrap();
    let terms = AccountTerms {
        name: Actor::person("Ada").unwrap(),
        roles: [Role::Reader].into(),
        scope: Scope::Whole,
        mail_address: None,
        identity: None,
    };
    store.make_account(&terms, &act()).await.unwrap();
    let copy = app.path("copy.db");
    for ending in ["", "-wal"] {
        let from = format!("vigie.db{ending}");
        std::fs::copy(app.path(&from), app.path(&format!("copy.db{ending}"))).unwrap();
    }
    store.close().await;
    copy
}

fn names_of_accounts(app: &TestApp) -> Vec<String> {
    let accounts = app.json(&["accounts", "list"]);
    let accounts = accounts.as_array().unwrap().iter();
    accounts.map(|account| account["name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_with_its_log_is_restored_with_what_the_log_holds() {
    let app = TestApp::with_file();
    let copy = copied_with_its_log(&app).await;
    let before = [&copy, &app.path("copy.db-wal")].map(|file| std::fs::read(file).unwrap());
    std::fs::remove_file(app.path("vigie.db")).unwrap();
    app.ok(&["restore", copy.to_str().unwrap()]);
    assert_eq!(names_of_accounts(&app), ["Ada"]);
    let after = [&copy, &app.path("copy.db-wal")].map(|file| std::fs::read(file).unwrap());
    assert!(before == after, "the copy was written to");
    assert_eq!(beside_the_database(&app), ["vigie.db"]);
    assert!(!app.path("copy.db-shm").exists(), "something is left beside the copy");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_cannot_be_whole_is_refused_by_name() {
    let app = TestApp::with_file();
    let copy = copied_with_its_log(&app).await;
    std::fs::write(app.path("copy.db-wal"), [b'x'; 4096]).unwrap();
    let refused = app.run(&["restore", copy.to_str().unwrap(), "--force"]);
    assert_eq!(refused.code, Some(1), "{}", refused.stdout);
    assert!(refused.stderr.contains("copy.db-wal"), "{}", refused.stderr);
    std::fs::rename(app.path("copy.db-wal"), app.path("copy.db-journal")).unwrap();
    let cut = app.run(&["restore", copy.to_str().unwrap(), "--force"]);
    assert_eq!(cut.code, Some(1), "{}", cut.stdout);
    assert!(cut.stderr.contains("copy.db-journal"), "{}", cut.stderr);
    assert_eq!(names_of_accounts(&app), ["Ada"]);
    assert_eq!(beside_the_database(&app), ["vigie.db"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn symbolic_links_lead_to_the_files_that_are_read_and_replaced() {
    let app = TestApp::with_file();
    app.ok(&["accounts", "add", "Ada", "--role", "reader"]);
    let backup = backup(&app);
    app.ok(&["accounts", "add", "Bob", "--role", "reader"]);
    let elsewhere = app.path("disk");
    std::fs::create_dir(&elsewhere).unwrap();
    std::fs::rename(app.path("vigie.db"), elsewhere.join("real.db")).unwrap();
    std::os::unix::fs::symlink("disk/real.db", app.path("vigie.db")).unwrap();
    let link = app.path("latest.db");
    std::os::unix::fs::symlink(&backup, &link).unwrap();

    let itself = app.run(&["restore", "disk/real.db", "--force"]);
    assert!(itself.stderr.contains("est la base elle-même"), "{}", itself.stderr);
    app.ok(&["restore", link.to_str().unwrap(), "--force"]);
    assert_eq!(names_of_accounts(&app), ["Ada"]);
    let is_link = |path: &Path| path.symlink_metadata().unwrap().file_type().is_symlink();
    assert!(is_link(&app.path("vigie.db")) && is_link(&link));
    let mut names: Vec<String> = std::fs::read_dir(&elsewhere)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names.len(), 2, "{names:?}");
    assert!(names[0] == "real.db" && names[1].starts_with("real.db.replaced-"), "{names:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_killed_restoration_left_goes_when_the_service_starts_and_nothing_else_does() {
    let app = TestApp::with_file();
    app.ok(&["accounts", "add", "Ada", "--role", "reader"]);
    for ending in ["", "-journal", "-wal", "-shm"] {
        std::fs::write(app.path(&format!("vigie.db.restoring{ending}")), "half").unwrap();
    }
    let kept = app.path("vigie.db.replaced-20261101T000000Z");
    std::fs::copy(app.path("vigie.db"), &kept).unwrap();
    let doubled = app.path("vigie.db.replaced-20261102T000000Z");
    std::fs::hard_link(app.path("vigie.db"), &doubled).unwrap();
    app.serve(NOW).await.stop().await.unwrap();
    assert_eq!(beside_the_database(&app), ["vigie.db", "vigie.db.replaced-20261101T000000Z"]);
    assert_eq!(names_of_accounts(&app), ["Ada"]);
}

#[test]
fn a_restoration_killed_at_any_moment_leaves_the_old_database_or_the_new_one_and_no_valid_token() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let app = TestApp::with_fixtures_in_a_file();
    app.ok(&["cycle", "--as-of", "2020-11-30"]);
    let token = runtime.block_on(app.token("Claire", &[Role::Reader], &[]));
    let token = Credential::presented(token);
    let backup = backup(&app);
    app.ok(&["tokens", "revoke", "1", "--reason", "lost"]);
    app.ok(&["cycle", "--as-of", "2020-12-31"]);
    let url = app.database_url();
    let command = ["restore", backup.to_str().unwrap(), "--force"];
    let (old, new) = Killing { app: &app, command: &command, kills: KILLS }.run(|kill| {
        store::remove_killed_restoration(&url).unwrap();
        let is_new = runtime.block_on(async {
            let store = Store::open(&url).await.unwrap();
            let cycles = store.cycles(10).await.unwrap().len();
            let (version, now) = (store.version().await.unwrap(), NOW.parse().unwrap());
            let caller = store.caller_by_token(&token, version, now).await.unwrap();
            assert_eq!(caller, None, "kill {kill}: a revoked token is valid again");
            assert_eq!(store.verify_audit(None).await.unwrap().flaw, None, "kill {kill}");
            store.close().await;
            cycles == 1
        });
        runtime.block_on(store::verify(&app.path("vigie.db"))).unwrap();
        let left = beside_the_database(&app);
        let (kept, others): (Vec<_>, Vec<_>) =
            left.iter().partition(|name| name.contains(".replaced-"));
        assert_eq!(others, ["vigie.db"], "kill {kill}");
        // The whole runs that were timed before the first kill keep what they replaced too.
        assert!(is_new || kept.is_empty() || kill == 0, "kill {kill}: {kept:?}");
        for name in kept {
            std::fs::remove_file(app.path(name)).unwrap();
        }
        is_new
    });
    assert!(old > 0 && new > 0, "no kill fell within the restoration, or all did");
}

#[test]
fn a_backup_that_is_not_there_is_told_without_blaming_the_disk_of_the_database() {
    let app = TestApp::with_file();
    let output = app.command(&["restore", "nothing.db"]).output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains("nothing.db") && !told.contains("le disque est défaillant"), "{told}");
}
