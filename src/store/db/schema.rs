//! The tables: one list of migrations for both engines, and what each engine needs besides.
//!
//! The files of `migrations/` are written in what the two have in common. Where they differ, [`for_postgres`] says how.

use std::borrow::Cow;
use std::sync::LazyLock;

use sqlx::migrate::{Migration, Migrator};
use sqlx::{AssertSqlSafe, SqlSafeStr as _};

use super::engine::connection::Connection;
use super::error::StoreError;
use super::queries::query;

static MIGRATIONS: Migrator = sqlx::migrate!();

static FOR_POSTGRES: LazyLock<Migrator> = LazyLock::new(|| Migrator {
    migrations: MIGRATIONS.iter().map(for_postgres).collect::<Vec<_>>().into(),
    ..Migrator::DEFAULT
});

/// What a migration says in the words of `SQLite`, and how `PostgreSQL` says it.
const IN_POSTGRES: [(&str, &str); 3] = [
    (" blob", " bytea"),
    ("json_extract(was, '$.name')", "(cast(was as json) ->> 'name')"),
    ("json_extract(became, '$.name')", "(cast(became as json) ->> 'name')"),
];

/// The database itself refuses to change or remove an entry of the audit trail.
const SQLITE: [&str; 2] = [
    "create trigger if not exists audit_is_never_changed before update on audit
     begin select raise(abort, 'entries of the audit trail are never changed'); end",
    "create trigger if not exists audit_is_never_removed before delete on audit
     begin select raise(abort, 'entries of the audit trail are never removed'); end",
];

/// The same, and the number of commits, which `SQLite` counts by itself.
const POSTGRES: [&str; 5] = [
    "create or replace function audit_is_only_added_to() returns trigger language plpgsql as $$
     begin raise exception 'entries of the audit trail are never changed nor removed'; end $$",
    "create or replace trigger audit_is_only_added_to before update or delete or truncate on audit
     for each statement execute function audit_is_only_added_to()",
    "create table if not exists database_version (
         position bigint primary key check (position = 1),
         number   bigint not null
     )",
    "insert into database_version (position, number) values (1, 0) on conflict do nothing",
    "revoke truncate on audit from public",
];

/// The versions of the schema, the first to the last.
pub(in crate::store) fn schemas() -> Vec<i64> {
    MIGRATIONS.iter().map(|migration| migration.version).collect()
}

/// Brings the tables up to date, in a transaction of the caller's: of two programs that start at once, the second finds
/// it done.
pub(in crate::store) async fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    // `run` does the same, but a future that calls it cannot be spawned.
    let migrated = match connection {
        Connection::Sqlite(sqlite) => MIGRATIONS.run_direct(None, &mut **sqlite, false).await,
        Connection::Postgres(postgres) => {
            FOR_POSTGRES.run_direct(None, &mut **postgres, false).await
        }
    };
    migrated.map_err(|source| StoreError::Migrate { source })?;
    let besides = if connection.is_postgres() { &POSTGRES[..] } else { &SQLITE[..] };
    for statement in besides {
        query(*statement).run(&mut *connection, "the guards of the audit trail").await?;
    }
    Ok(())
}

fn for_postgres(migration: &Migration) -> Migration {
    let mut sql: String = migration.sql.as_str().lines().map(column_for_postgres).collect();
    for (here, there) in IN_POSTGRES {
        sql = sql.replace(here, there);
    }
    let Migration { version, ref description, migration_type, no_tx, .. } = *migration;
    let sql = AssertSqlSafe(sql).into_sql_str();
    Migration::new(version, Cow::clone(description), migration_type, sql, no_tx)
}

/// Texts sort by their bytes, as in `SQLite`, whatever the language of the server.
fn column_for_postgres(line: &str) -> String {
    let code = line.split("--").next().unwrap_or_default();
    let declared = code
        .trim_start()
        .strip_prefix("alter table")
        .map_or(code, |rest| rest.split_once("add column").map_or("", |(_, column)| column));
    let mut words = declared.split_whitespace();
    let (name, kind) = (words.next(), words.next().map(|kind| kind.trim_end_matches([',', ';'])));
    match (name, kind) {
        (Some(name), Some("text")) => {
            let at = line.find(name).map_or(0, |start| start + name.len());
            let (before, after) = line.split_at(at);
            format!("{before}{}\n", after.replacen("text", "text collate \"C\"", 1))
        }
        _ => format!("{line}\n"),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn every_migration_file_is_embedded() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
        assert_eq!(std::fs::read_dir(folder).unwrap().count(), MIGRATIONS.iter().count());
    }
}
