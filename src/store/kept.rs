//! How values are written in columns, and read back: words, editions, dates, instants, JSON.

use chrono::DateTime;
use chrono::NaiveDate;
use chrono::SecondsFormat;
use chrono::Utc;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::QueryBuilder;
use sqlx::Sqlite;
use sqlx::SqliteConnection;
use sqlx::query_builder::Separated;

use super::error::StoreError;
use super::error::writing;
use crate::domain::edition::EditionId;
use crate::domain::subject::Subject;

/// Rows in one insert. With the widest table, 20 columns, well under the 32,766 values of SQLite.
const ROWS_PER_INSERT: usize = 1000;

/// Adds rows, many in one statement. `head` ends before `values`, `tail` follows the rows.
pub(super) async fn insert<R>(
    connection: &mut SqliteConnection,
    what: &'static str,
    (head, tail): (&str, &str),
    rows: &[R],
    bind: impl Fn(Separated<'_, Sqlite, &'static str>, &R),
) -> Result<(), StoreError> {
    for some in chunks(rows) {
        let mut statement = QueryBuilder::<Sqlite>::new(head);
        statement.push_values(some, &bind);
        statement.push(tail);
        statement.build().execute(&mut *connection).await.map_err(writing(what))?;
    }
    Ok(())
}

/// Parts of a size that one insert can take.
pub(super) fn chunks<R>(rows: &[R]) -> impl Iterator<Item = &[R]> {
    rows.chunks(ROWS_PER_INSERT)
}

/// Sizes and positions, as databases count.
pub(super) fn count(size: usize) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX)
}

/// Numbers from 0 in the order given.
pub(super) fn positioned<T>(items: &[T]) -> impl Iterator<Item = (i64, &T)> {
    (0_i64..).zip(items)
}

/// Always nine decimals, so that text sorts by time and nothing is lost.
pub(super) fn from_instant(instant: DateTime<Utc>) -> String {
    instant.to_rfc3339_opts(SecondsFormat::Nanos, true)
}

pub(super) fn to_instant(column: &'static str, text: String) -> Result<DateTime<Utc>, StoreError> {
    match DateTime::parse_from_rfc3339(&text) {
        Ok(instant) => Ok(instant.to_utc()),
        Err(_) => Err(StoreError::Kept { column, found: text, expected: "an instant" }),
    }
}

pub(super) fn to_date(column: &'static str, text: &str) -> Result<NaiveDate, StoreError> {
    to_word(column, text, "a date", |text| text.parse().ok())
}

pub(super) fn to_edition(column: &'static str, text: &str) -> Result<EditionId, StoreError> {
    to_word(column, text, "an edition", EditionId::from_kept)
}

pub(super) fn to_subject(column: &'static str, text: &str) -> Result<Subject, StoreError> {
    to_word(column, text, "a subject", |text| text.to_owned().try_into().ok())
}

pub(super) fn to_u32(column: &'static str, number: i64) -> Result<u32, StoreError> {
    let expected = "a small positive number";
    u32::try_from(number).map_err(|_| StoreError::Kept {
        column,
        found: number.to_string(),
        expected,
    })
}

pub(super) fn to_u64(column: &'static str, number: i64) -> Result<u64, StoreError> {
    let expected = "a positive number";
    u64::try_from(number).map_err(|_| StoreError::Kept {
        column,
        found: number.to_string(),
        expected,
    })
}

pub(super) fn to_word<T>(
    column: &'static str,
    text: &str,
    expected: &'static str,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Result<T, StoreError> {
    parse(text).ok_or_else(|| StoreError::Kept { column, found: text.to_owned(), expected })
}

pub(super) fn from_json(what: &'static str, value: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|source| StoreError::Encode { what, source })
}

pub(super) fn to_json<T: DeserializeOwned>(
    column: &'static str,
    text: &str,
) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|source| StoreError::Decode { column, source })
}
