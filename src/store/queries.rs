//! Running statements: rows are read straight into their types, and an error names the table and the column.

use std::future::Future;

use sqlx::Column as _;
use sqlx::Decode;
use sqlx::Executor;
use sqlx::FromRow;
use sqlx::Row as _;
use sqlx::SqlSafeStr;
use sqlx::Sqlite;
use sqlx::Type;
use sqlx::query::Query;
use sqlx::query::QueryAs;
use sqlx::sqlite::SqliteArguments;
use sqlx::sqlite::SqliteRow;

use super::error::StoreError;
use super::error::reading;
use super::error::writing;

/// A whole row, read as `T`.
pub(super) struct Whole<T>(T);

/// The only column of a row, read as `T`.
pub(super) struct Single<T>(T);

pub(super) type Select<'q, R> = QueryAs<'q, Sqlite, R, SqliteArguments>;

/// A statement each row of which is read as `T`.
pub(super) fn query_as<'q, T>(sql: impl SqlSafeStr) -> Select<'q, Whole<T>>
where
    Whole<T>: for<'r> FromRow<'r, SqliteRow>,
{
    sqlx::query_as(sql)
}

/// A statement with one column, which is read as `T`.
pub(super) fn query_scalar<'q, T>(sql: impl SqlSafeStr) -> Select<'q, Single<T>>
where
    Single<T>: for<'r> FromRow<'r, SqliteRow>,
{
    sqlx::query_as(sql)
}

/// Reads rows. `what` says in an error what was being read: `alerts`.
pub(super) trait Fetch: Sized {
    type Value;

    fn all<'c, E: Executor<'c, Database = Sqlite>>(
        self,
        executor: E,
        what: &'static str,
    ) -> impl Future<Output = Result<Vec<Self::Value>, StoreError>> + Send;

    fn one<'c, E: Executor<'c, Database = Sqlite>>(
        self,
        executor: E,
        what: &'static str,
    ) -> impl Future<Output = Result<Self::Value, StoreError>> + Send;

    fn optional<'c, E: Executor<'c, Database = Sqlite>>(
        self,
        executor: E,
        what: &'static str,
    ) -> impl Future<Output = Result<Option<Self::Value>, StoreError>> + Send;
}

/// Runs a statement that gives no row. `what` says in an error what was being written: `an alert`.
pub(super) trait Run {
    /// Gives the number of rows that were written.
    fn run<'c, E: Executor<'c, Database = Sqlite>>(
        self,
        executor: E,
        what: &'static str,
    ) -> impl Future<Output = Result<u64, StoreError>> + Send;
}

pub(super) trait Unwrap {
    type Value: Send;

    fn unwrap(self) -> Self::Value;
}

impl<R> Fetch for Select<'_, R>
where
    R: Unwrap + for<'r> FromRow<'r, SqliteRow> + Send + Unpin,
{
    type Value = R::Value;

    async fn all<'c, E: Executor<'c, Database = Sqlite>>(
        self,
        executor: E,
        what: &'static str,
    ) -> Result<Vec<R::Value>, StoreError> {
        let rows = self.fetch_all(executor).await.map_err(reading(what))?;
        Ok(rows.into_iter().map(R::unwrap).collect())
    }

    async fn one<'c, E: Executor<'c, Database = Sqlite>>(
        self,
        executor: E,
        what: &'static str,
    ) -> Result<R::Value, StoreError> {
        self.fetch_one(executor).await.map(R::unwrap).map_err(reading(what))
    }

    async fn optional<'c, E: Executor<'c, Database = Sqlite>>(
        self,
        executor: E,
        what: &'static str,
    ) -> Result<Option<R::Value>, StoreError> {
        let row = self.fetch_optional(executor).await.map_err(reading(what))?;
        Ok(row.map(R::unwrap))
    }
}

impl Run for Query<'_, Sqlite, SqliteArguments> {
    async fn run<'c, E: Executor<'c, Database = Sqlite>>(
        self,
        executor: E,
        what: &'static str,
    ) -> Result<u64, StoreError> {
        let done = self.execute(executor).await.map_err(writing(what))?;
        Ok(done.rows_affected())
    }
}

impl<T: Send> Unwrap for Whole<T> {
    type Value = T;

    fn unwrap(self) -> T {
        self.0
    }
}

impl<T: Send> Unwrap for Single<T> {
    type Value = T;

    fn unwrap(self) -> T {
        self.0
    }
}

impl<'r, T: FromRow<'r, SqliteRow>> FromRow<'r, SqliteRow> for Whole<T> {
    fn from_row(row: &'r SqliteRow) -> Result<Self, sqlx::Error> {
        T::from_row(row).map(Self).map_err(|fault| by_name(row, fault))
    }
}

impl<'r, T: Type<Sqlite> + Decode<'r, Sqlite>> FromRow<'r, SqliteRow> for Single<T> {
    fn from_row(row: &'r SqliteRow) -> Result<Self, sqlx::Error> {
        row.try_get(0).map(Self).map_err(|fault| by_name(row, fault))
    }
}

/// Names the column of a fault, which sqlx gives as a position, or as a name in quotes.
fn by_name(row: &SqliteRow, fault: sqlx::Error) -> sqlx::Error {
    let sqlx::Error::ColumnDecode { index, source } = fault else { return fault };
    let position = index.parse().ok();
    let named = position.and_then(|position: usize| row.columns().get(position));
    let index =
        named.map_or_else(|| index.trim_matches('"').to_owned(), |column| column.name().to_owned());
    sqlx::Error::ColumnDecode { index, source }
}
