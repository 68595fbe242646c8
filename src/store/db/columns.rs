//! How values are written in columns, and read back: words, editions, dates, instants, JSON.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::engine::connection::Connection;
use super::error::StoreError;
use super::queries::{Builder, Separated};

/// Rows in one insert. With the widest table, 20 columns, well under the 32,766 values of SQLite.
const ROWS_PER_INSERT: usize = 1000;

/// Adds rows, many in one statement. `head` ends before `values`, `tail` follows the rows.
pub(in crate::store) async fn insert<R>(
    connection: &mut Connection,
    what: &'static str,
    (head, tail): (&str, &str),
    rows: &[R],
    bind: impl Fn(Separated<'_>, &R),
) -> Result<(), StoreError> {
    for some in chunks(rows) {
        let mut statement = Builder::new(head);
        statement.push_rows(some, &bind);
        statement.push(tail);
        statement.query().run(&mut *connection, what).await?;
    }
    Ok(())
}

/// Parts of a size that one insert can take.
pub(in crate::store) fn chunks<R>(rows: &[R]) -> impl Iterator<Item = &[R]> {
    rows.chunks(ROWS_PER_INSERT)
}

/// Sizes and positions, as databases count.
pub(in crate::store) fn count(size: usize) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX)
}

/// Numbers from 0 in the order given.
pub(in crate::store) fn positioned<T>(items: &[T]) -> impl Iterator<Item = (i64, &T)> {
    (0_i64..).zip(items)
}

/// Reads a text of a column as JSON, where it is not a column of its own type.
pub(in crate::store) fn from_json<T: DeserializeOwned>(
    column: &'static str,
    text: &str,
) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|source| StoreError::Decode { column, source })
}

/// Writes a value as JSON; `what` says in an error what it is.
pub(in crate::store) fn to_json(
    what: &'static str,
    value: &impl Serialize,
) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|source| StoreError::Encode { what, source })
}
