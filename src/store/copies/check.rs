//! What is checked of a database without changing it: that it is sound by its engine, has the tables that this version makes,
//! and that its trail is one chain.

use serde::Serialize;
use sqlx::{Connection as _, SqliteConnection};

use super::copy::count;
use super::tables::tables;
use crate::store::audit::audit_reading::AuditReport;
use crate::store::db::engine::connection::Connection;
use crate::store::db::error::{StoreError, reading};
use crate::store::db::handle::Store;
use crate::store::db::queries::query_scalar;
use crate::store::db::schema;

/// What was found; sound when there is no fault.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DatabaseCheck {
    pub engine: DatabaseEngine,
    pub tables: u64,
    pub rows: u64,
    /// The trail, followed from its first entry.
    pub audit: AuditReport,
    pub faults: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DatabaseEngine {
    Sqlite,
    Postgresql,
}

impl DatabaseCheck {
    pub fn is_sound(&self) -> bool {
        self.faults.is_empty() && self.audit.flaw.is_none()
    }
}

/// Reads all of a database, as of one moment.
///
/// # Errors
/// When it cannot be read.
pub async fn check(store: &Store) -> Result<DatabaseCheck, StoreError> {
    store.check_whole("a check of the database")?;
    let mut transaction = store.begin_read().await?;
    let mut faults = Vec::new();
    let found = tables(&mut transaction).await?;
    let expected = expected().await?;
    for table in &expected {
        if !found.contains(table) {
            faults.push(format!("the table `{}` is not as this version makes it", table.name));
        }
    }
    let mut rows = 0;
    for table in &found {
        rows += u64::try_from(count(&mut transaction, table).await?).unwrap_or_default();
    }
    if !transaction.is_postgres() {
        let said: Vec<String> = query_scalar("pragma integrity_check")
            .all(&mut *transaction, "the integrity of the file")
            .await?;
        faults.extend(said.into_iter().filter(|said| said != "ok"));
    }
    let guards: i64 = query_scalar(if transaction.is_postgres() {
        "select count(*) from pg_trigger where tgname = 'audit_is_only_added_to' and tgenabled = 'O'"
    } else {
        "select count(*) / 2 from sqlite_schema where type = 'trigger' and tbl_name = 'audit'"
    })
    .one(&mut *transaction, "the guards of the audit trail")
    .await?;
    if guards == 0 {
        faults.push("nothing keeps the entries of the audit trail from being changed".to_owned());
    }
    let engine =
        if transaction.is_postgres() { DatabaseEngine::Postgresql } else { DatabaseEngine::Sqlite };
    drop(transaction);
    let audit = store.verify_audit(None).await?;
    let tables = found.len().try_into().unwrap_or_default();
    Ok(DatabaseCheck { engine, tables, rows, audit, faults })
}

/// The tables that this version makes.
async fn expected() -> Result<Vec<super::tables::StoredTable>, StoreError> {
    let memory = SqliteConnection::connect("sqlite::memory:").await;
    let mut connection =
        Connection::alone_on_sqlite(memory.map_err(reading("the tables of this version"))?);
    schema::migrate(&mut connection).await?;
    tables(&mut connection).await
}
