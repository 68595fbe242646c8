//! A whole database copied into an empty one, of either engine, and verified row by row.
//!
//! The copy is made in parts, each committed, in the order of the keys: one that was cut goes on where it stopped. Until it is whole and
//! verified, the database that it fills is opened by nothing else.

use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::copy_fault::CopyFault;
use super::tables::{StoredTable, tables};
use crate::store::audit::audit_trail;
use crate::store::db::columns;
use crate::store::db::connections::end;
use crate::store::db::engine::connection::Connection;
use crate::store::db::engine::values::SqlValue;
use crate::store::db::error::StoreError;
use crate::store::db::handle::Store;
use crate::store::db::queries::{Builder, query, query_scalar};
use crate::support::fingerprint::Fingerprint;

/// Rows that are read, written and committed at once.
const PART: i64 = 1000;

/// How far a copy has come.
#[derive(Clone, Copy, Debug)]
pub struct CopyProgress<'a> {
    pub table: &'a str,
    pub copied: u64,
    pub rows: u64,
}

/// What was copied, all of it read again from both and found equal.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CopyReport {
    pub tables: u64,
    pub rows: u64,
    /// Rows that an earlier copy, which was cut, had already written.
    pub resumed: u64,
}

/// Copies `from` into `into`, which is empty or holds the beginning of the same copy, and verifies it.
///
/// # Errors
/// When the two have not the same tables, `into` holds something else, `from` has changed since the copy began, or what was written
/// does not read as it was; besides, when one of them cannot be read or written.
pub async fn copy(
    from: &Store,
    into: &Store,
    on_progress: &(dyn Fn(CopyProgress<'_>) + Sync),
) -> Result<CopyReport, StoreError> {
    from.check_whole("a copy of the database")?;
    let mut source = from.begin_read().await?;
    let described = tables(&mut source).await?;
    let begun = mark(&mut source, &described).await?;
    begin(into, &described, &begun).await?;
    let mut report = CopyReport::default();
    for table in &described {
        let rows = count(&mut source, table).await?;
        let (resumed, mut last) = {
            let mut target = into.begin_read().await?;
            (count(&mut target, table).await?, last_key(&mut target, table).await?)
        };
        let mut copied = resumed;
        while copied < rows {
            let part = part(&mut source, table, last.as_deref()).await?;
            let Some(key) = part.last().map(|row| table.key_of(row)) else { break };
            let mut transaction = into.begin_write().await?;
            insert(&mut transaction, table, &part).await?;
            end(transaction).await?;
            last = Some(key);
            copied += columns::count(part.len());
            on_progress(CopyProgress {
                table: &table.name,
                copied: whole(copied),
                rows: whole(rows),
            });
        }
        report.tables += 1;
        report.rows += whole(rows);
        report.resumed += whole(resumed);
    }
    for table in &described {
        let mut target = into.begin_read().await?;
        let expected = fingerprint(&mut source, table).await?;
        let found = fingerprint(&mut target, table).await?;
        if found != expected {
            return Err(CopyFault::Differs { table: table.name.clone() }.into());
        }
    }
    let mut transaction = into.begin_write().await?;
    query("drop table copy_under_way").run(&mut *transaction, "the mark of a copy").await?;
    end(transaction).await?;
    Ok(report)
}

/// What differs between two databases, and in one once something is written: the head of the trail and the number of
/// rows.
async fn mark(
    connection: &mut Connection,
    described: &[StoredTable],
) -> Result<Fingerprint, StoreError> {
    let head = audit_trail::head(connection).await?;
    let mut text = format!("{}\n{}\n", head.number, head.hash.as_str());
    for table in described {
        let rows = count(connection, table).await?;
        text.extend([table.name.as_str(), " ", &rows.to_string(), "\n"]);
    }
    Ok(Fingerprint::of(text.as_bytes()))
}

async fn begin(
    into: &Store,
    described: &[StoredTable],
    begun: &Fingerprint,
) -> Result<(), StoreError> {
    let mut transaction = into.begin_write().await?;
    let own = tables(&mut transaction).await?;
    if let Some(other) = differing(described, &own) {
        return Err(CopyFault::Tables { table: other }.into());
    }
    query("create table if not exists copy_under_way (source text primary key)")
        .run(&mut *transaction, "the mark of a copy")
        .await?;
    let former: Option<Fingerprint> = query_scalar("select source from copy_under_way")
        .optional(&mut *transaction, "the mark of a copy")
        .await?;
    match former {
        Some(former) if former == *begun => {}
        Some(_) => return Err(CopyFault::SourceChanged.into()),
        None => {
            for table in &own {
                if count(&mut transaction, table).await? > 0 {
                    return Err(CopyFault::NotEmpty { table: table.name.clone() }.into());
                }
            }
            query("insert into copy_under_way (source) values ($1)")
                .bind(begun)
                .run(&mut *transaction, "the mark of a copy")
                .await?;
        }
    }
    end(transaction).await
}

/// A table that one has and the other has not, or not alike.
fn differing(one: &[StoredTable], other: &[StoredTable]) -> Option<String> {
    let missing = |these: &[StoredTable], those: &[StoredTable]| {
        these.iter().find(|table| !those.contains(table)).map(|table| table.name.clone())
    };
    missing(one, other).or_else(|| missing(other, one))
}

pub(in crate::store) async fn count(
    connection: &mut Connection,
    table: &StoredTable,
) -> Result<i64, StoreError> {
    let mut statement = Builder::new("select count(*) from ");
    statement.push(&table.name);
    statement.query_scalar().one(connection, "the rows of a table").await
}

/// Rows after a key, in the order of the keys.
async fn part(
    connection: &mut Connection,
    table: &StoredTable,
    after: Option<&[SqlValue]>,
) -> Result<Vec<Vec<SqlValue>>, StoreError> {
    let mut statement = Builder::new("select ");
    statement.push(&table.column_names()).push(" from ").push(&table.name);
    if let Some(after) = after {
        statement.push(" where (").push(&table.key.join(", ")).push(") > (");
        let mut key = statement.separated();
        for value in after {
            key.push_value(value.clone());
        }
        statement.push(")");
    }
    statement.push(" order by ").push(&table.key.join(", ")).push(" limit ").push_bind(PART);
    statement.query_values(table.kinds()).all(connection, "the rows of a table").await
}

async fn last_key(
    connection: &mut Connection,
    table: &StoredTable,
) -> Result<Option<Vec<SqlValue>>, StoreError> {
    let mut statement = Builder::new("select ");
    statement.push(&table.column_names()).push(" from ").push(&table.name);
    statement.push(" order by ").push(&table.key.join(" desc, ")).push(" desc limit 1");
    let row = statement.query_values(table.kinds()).optional(connection, "the rows of a table");
    Ok(row.await?.map(|row| table.key_of(&row)))
}

async fn insert(
    connection: &mut Connection,
    table: &StoredTable,
    rows: &[Vec<SqlValue>],
) -> Result<(), StoreError> {
    let mut statement = Builder::new("insert into ");
    statement.push(&table.name).push(" (").push(&table.column_names()).push(") ");
    statement.push_rows(rows, |mut values, row| {
        for value in row {
            values.push_value(value.clone());
        }
    });
    statement.query().run(connection, "the rows of a table").await?;
    Ok(())
}

/// Of all that a table says, in the order of its key.
async fn fingerprint(
    connection: &mut Connection,
    table: &StoredTable,
) -> Result<[u8; 32], StoreError> {
    let mut digest = Sha256::new();
    let mut after = None;
    loop {
        let rows = part(connection, table, after.as_deref()).await?;
        let Some(last) = rows.last() else { return Ok(digest.finalize().into()) };
        after = Some(table.key_of(last));
        for value in rows.iter().flatten() {
            let (kind, bytes): (u8, Vec<u8>) = match value {
                SqlValue::Null(_) => (0, vec![]),
                SqlValue::Boolean(is_true) => (1, vec![u8::from(*is_true)]),
                SqlValue::Integer(number) => (2, number.to_le_bytes().to_vec()),
                SqlValue::Real(number) => (3, number.to_le_bytes().to_vec()),
                SqlValue::Text(text) => (4, text.as_bytes().to_vec()),
                SqlValue::Bytes(bytes) => (5, bytes.clone()),
            };
            digest.update([kind]);
            digest.update(bytes.len().to_le_bytes());
            digest.update(bytes);
        }
    }
}

fn whole(count: i64) -> u64 {
    u64::try_from(count).unwrap_or_default()
}
