//! Opening the database: made when absent, brought up to date once, refused in words.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use super::stores::{Scratch, panorama, told};
use crate::support::{TestApp, root};
use vigie::store::Store;

#[tokio::test]
async fn the_file_and_its_folder_are_made_and_opening_again_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a/b/vigie.db");
    let url = format!("sqlite://{}", path.display());
    for _ in 0..2 {
        let store = Store::open(&url).await.unwrap();
        store.check().await.unwrap();
        store.close().await;
    }
    assert!(path.exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_that_start_at_once_all_find_the_schema() {
    for _ in 0..20 {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("vigie.db").display());
        let openings: Vec<_> = (0..12)
            .map(|_| {
                let url = url.clone();
                tokio::spawn(async move { Store::open(&url).await })
            })
            .collect();
        for opening in openings {
            opening.await.unwrap().unwrap().check().await.unwrap();
        }
    }
}

#[tokio::test]
async fn an_address_that_is_not_a_file_of_sqlite_is_refused_and_its_password_kept_quiet() {
    for (url, found) in [
        ("mysql://vigie:secret@base/vigie", "mysql"),
        ("data/vigie.db", "no scheme"),
        ("sqlite::memory:", "sqlite::memory:"),
        ("sqlite://", "sqlite://"),
    ] {
        let error = Store::open(url).await.unwrap_err();
        let expected = "expected `sqlite://` and the path of a file, such as `sqlite://data/vigie.db`, or the address of a \
             database of a server, such as `postgres://user:password@host/name`";
        assert_eq!(told(&error), format!("database address: found `{found}`, {expected}"));
    }
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused_and_left_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vigie.db");
    std::fs::write(&path, "Projet;Coût\n".repeat(100)).unwrap();
    let error = Store::open(&format!("sqlite://{}", path.display())).await.unwrap_err();
    assert_eq!(
        told(&error),
        format!(
            "open the database `{}`: error returned from database: (code: 26) file is not a database: (code: 26) file is not a database",
            path.display()
        )
    );
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "Projet;Coût\n".repeat(100));
}

#[tokio::test]
async fn opened_read_only_it_reads_and_writes_nothing() {
    let scratch = Scratch::new().await;
    scratch.record(&[panorama("2020-11", "si-samu 100")]).await;
    let reader = Store::open_read_only(&scratch.url()).await.unwrap();
    assert_eq!(reader.imports().await.unwrap().len(), 1);
    let error = reader.preview_imports(&[panorama("2020-12", "si-samu 1")]).await.unwrap_err();
    let refusals = ["readonly database", "read-only transaction"];
    assert!(refusals.iter().any(|refusal| told(&error).contains(refusal)), "{}", told(&error));
}

#[tokio::test]
async fn opened_read_only_an_absent_file_is_refused_and_not_made() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vigie.db");
    let error = Store::open_read_only(&format!("sqlite://{}", path.display())).await.unwrap_err();
    assert!(error.to_string().starts_with("open the database `"), "{error}");
    assert!(!path.exists());
}

#[tokio::test]
async fn a_schema_of_a_later_version_is_not_taken_for_ours() {
    let scratch = Scratch::new().await;
    let checksum = if scratch.is_on_server() { "'\\x00'" } else { "x'00'" };
    scratch.sql(&format!(
        "insert into _sqlx_migrations (version, description, success, checksum, execution_time)
         values (99, 'later', true, {checksum}, 0)"
    ));
    let error = scratch.store.check().await.unwrap_err();
    let files = std::fs::read_dir(root().join("migrations")).unwrap();
    let numbers = files.map(|file| {
        let name = file.unwrap().file_name().into_string().unwrap();
        name.split('_').next().unwrap().parse::<u32>().unwrap()
    });
    let latest = numbers.max().unwrap();
    let expected = format!("database schema: found version 99, expected version {latest}");
    assert_eq!(told(&error), expected);
    let reopened = Store::open(&scratch.url()).await.unwrap_err();
    assert_eq!(
        told(&reopened),
        "bring the database up to date: migration 99 was previously applied but is missing in the resolved migrations"
    );
}

fn mode(path: &Path) -> String {
    format!("{:04o}", std::fs::metadata(path).unwrap().permissions().mode() & 0o7777)
}

#[tokio::test]
async fn what_is_made_is_for_its_owner_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a/b/vigie.db");
    let store = Store::open(&format!("sqlite://{}", path.display())).await.unwrap();
    for name in ["a", "a/b"] {
        assert_eq!(mode(&folder.path().join(name)), "0700", "{name}");
    }
    for name in ["vigie.db", "vigie.db-wal", "vigie.db-shm"] {
        assert_eq!(mode(&folder.path().join("a/b").join(name)), "0600", "{name}");
    }
    store.close().await;
}

/// As an earlier version left it, and as one that is killed does.
#[test]
fn what_others_could_read_is_tightened_and_told() {
    let app = TestApp::with_file();
    app.ok(&["imports"]);
    let files = ["vigie.db", "vigie.db-wal"].map(|name| app.path(name));
    std::fs::write(&files[1], "").unwrap();
    for file in &files {
        std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o644)).unwrap();
    }
    let first = app.run(&["imports"]);
    assert_eq!(first.code, Some(0), "{}", first.stderr);
    for file in &files {
        let line = format!("`{}` was open to others (mode 0644): it no longer is", file.display());
        assert_eq!(first.stderr.matches(&line).count(), 1, "{}", first.stderr);
    }
    assert_eq!(mode(&files[0]), "0600");
    assert_eq!(app.run(&["imports"]).stderr, "");
}
