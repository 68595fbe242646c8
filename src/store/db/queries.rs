//! Running statements: rows are read straight into their types, and an error names the table and the column.

use std::future::Future;

use sqlx::query::{Query, QueryAs};
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{Column as _, Decode, Executor, FromRow, Row as _, SqlSafeStr, Sqlite, Type};

use super::error::{StoreError, reading, writing};

/// A whole row, read as `T`.
pub(in crate::store) struct Whole<T>(T);

/// The only column of a row, read as `T`.
pub(in crate::store) struct Single<T>(T);

pub(in crate::store) type Select<'q, R> = QueryAs<'q, Sqlite, R, SqliteArguments>;

/// A statement each row of which is read as `T`.
pub(in crate::store) fn query_as<'q, T>(sql: impl SqlSafeStr) -> Select<'q, Whole<T>>
where
    Whole<T>: for<'r> FromRow<'r, SqliteRow>,
{
    sqlx::query_as(sql)
}

/// A statement with one column, which is read as `T`.
pub(in crate::store) fn query_scalar<'q, T>(sql: impl SqlSafeStr) -> Select<'q, Single<T>>
where
    Single<T>: for<'r> FromRow<'r, SqliteRow>,
{
    sqlx::query_as(sql)
}

/// Reads rows. `what` says in an error what was being read: `alerts`.
pub(in crate::store) trait Fetch: Sized {
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
pub(in crate::store) trait RunQuery {
    /// Gives the number of rows that were written.
    fn run<'c, E: Executor<'c, Database = Sqlite>>(
        self,
        executor: E,
        what: &'static str,
    ) -> impl Future<Output = Result<u64, StoreError>> + Send;
}

pub(in crate::store) trait Unwrap {
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

impl RunQuery for Query<'_, Sqlite, SqliteArguments> {
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

#[cfg(test)]
mod tests {
    use std::error::Error;

    use sqlx::{Connection as _, SqliteConnection};

    use super::*;
    use crate::domain::level::Level;
    use crate::store::db::sql_types::{Count, Date, Json, Timestamp};

    fn chain(fault: &dyn Error) -> String {
        let cause = fault.source().map(|cause| format!(": {}", chain(cause)));
        format!("{fault}{}", cause.unwrap_or_default())
    }

    #[tokio::test]
    async fn a_column_that_cannot_be_read_is_named_with_what_was_found_and_what_was_expected() {
        let mut connection = SqliteConnection::connect("sqlite::memory:").await.unwrap();
        let mut faults = Vec::new();
        macro_rules! read {
            ($type:ty, $sql:literal) => {
                let found = query_as::<(i64, $type)>($sql).one(&mut connection, "alerts").await;
                faults.push(found.map_or_else(|fault| chain(&fault), |_| "read".to_owned()));
            };
        }
        read!(Level, "select 1 as number, 'high' as level");
        read!(Level, "select 1 as number, 'enormous' as level");
        read!(Date, "select 1 as number, '2020-02-30' as since");
        read!(Timestamp, "select 1 as number, 'noon' as updated_at");
        read!(Count, "select 1 as number, -1 as streak");
        read!(Json<Vec<i64>>, "select 1 as number, '[1,' as reasons");
        let expected = [
            "read",
            "read `level` of alerts: found `enormous`, expected a level",
            "read `since` of alerts: found `2020-02-30`, expected a date",
            "read `updated_at` of alerts: found `noon`, expected an instant",
            "read `streak` of alerts: found `-1`, expected a positive number",
            "read `reasons` of alerts: stored as JSON: EOF while parsing a value at line 1 column 3",
        ];
        assert_eq!(faults, expected);
    }
}
