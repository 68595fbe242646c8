//! Running statements, on either engine: rows are read straight into their types, and an error names the table and the column.

use std::fmt::Write as _;

use sqlx::error::BoxDynError;
use sqlx::postgres::PgArguments;
use sqlx::sqlite::SqliteArguments;
use sqlx::{AssertSqlSafe, SqlSafeStr, SqlStr};

use super::engine::connection::{Connection, Via};
use super::engine::rows::{FromColumn, FromRow, Row};
use super::engine::values::{SqlKind, SqlValue, ToValue};
use super::error::{StoreError, reading, writing};

/// A statement and what is bound to it. Both engines take `$1`, `$2` for what is bound.
pub(in crate::store) struct Query {
    sql: SqlStr,
    values: Values,
    /// Whether `?` stands for each value in turn: `SQLite` looks each `$1` up among all others, and only `PostgreSQL`
    /// needs them.
    is_in_order: bool,
}

/// A statement each row of which is read as `T`.
pub(in crate::store) struct Select<T> {
    query: Query,
    read: ReadRow<T>,
}

type ReadRow<T> = Box<dyn Fn(&Row) -> Result<T, sqlx::Error> + Send + Sync>;

/// A statement put together from pieces, which have no `?` of their own.
pub(in crate::store) struct Builder {
    sql: String,
    values: Values,
}

/// Values with commas in between.
pub(in crate::store) struct Separated<'b> {
    builder: &'b mut Builder,
    is_first: bool,
}

#[derive(Default)]
struct Values {
    bound: Vec<SqlValue>,
    /// Why one could not be bound.
    fault: Option<BoxDynError>,
}

/// A statement that gives no row.
pub(in crate::store) fn query(sql: impl SqlSafeStr) -> Query {
    Query { sql: sql.into_sql_str(), values: Values::default(), is_in_order: false }
}

/// A statement each row of which is read as `T`.
pub(in crate::store) fn query_as<T: FromRow + 'static>(sql: impl SqlSafeStr) -> Select<T> {
    Select { query: query(sql), read: Box::new(T::from_row) }
}

/// A statement with one column, which is read as `T`.
pub(in crate::store) fn query_scalar<T: FromColumn + 'static>(sql: impl SqlSafeStr) -> Select<T> {
    Select { query: query(sql), read: Box::new(|row| row.try_get(0)) }
}

impl Query {
    #[must_use]
    pub(in crate::store) fn bind(mut self, value: impl ToValue) -> Self {
        self.values.add(&value);
        self
    }

    /// Runs the statement and gives the number of rows that were written. `what` says in an error what was being
    /// written: `an alert`.
    pub(in crate::store) async fn run(
        self,
        via: impl Into<Via<'_>>,
        what: &'static str,
    ) -> Result<u64, StoreError> {
        // Out of the way of the futures that wait for it: each engine's is large.
        Box::pin(self.execute(via.into())).await.map_err(writing(what))
    }

    async fn execute(self, via: Via<'_>) -> Result<u64, sqlx::Error> {
        let mut lent = None;
        match connection(via, &mut lent).await? {
            Connection::Sqlite(sqlite) => {
                let (sql, arguments) = self.for_sqlite()?;
                let done = sqlx::query_with(sql, arguments).execute(&mut **sqlite).await?;
                Ok(done.rows_affected())
            }
            Connection::Postgres(postgres) => {
                let (sql, arguments) = self.for_postgres()?;
                let done = sqlx::query_with(sql, arguments).execute(&mut **postgres).await?;
                Ok(done.rows_affected())
            }
        }
    }

    fn for_sqlite(self) -> Result<(SqlStr, SqliteArguments), sqlx::Error> {
        let mut arguments = SqliteArguments::default();
        for value in self.values.checked()? {
            value.add_to_sqlite(&mut arguments).map_err(sqlx::Error::Encode)?;
        }
        Ok((self.sql, arguments))
    }

    fn for_postgres(self) -> Result<(SqlStr, PgArguments), sqlx::Error> {
        let mut arguments = PgArguments::default();
        for value in self.values.checked()? {
            value.add_to_postgres(&mut arguments).map_err(sqlx::Error::Encode)?;
        }
        let sql = if self.is_in_order { numbered(self.sql.as_str()) } else { self.sql };
        Ok((sql, arguments))
    }
}

/// Reads rows. `what` says in an error what was being read: `alerts`.
impl<T: Send + Unpin> Select<T> {
    #[must_use]
    pub(in crate::store) fn bind(mut self, value: impl ToValue) -> Self {
        self.query.values.add(&value);
        self
    }

    pub(in crate::store) async fn all(
        self,
        via: impl Into<Via<'_>>,
        what: &'static str,
    ) -> Result<Vec<T>, StoreError> {
        Box::pin(self.fetch_all(via.into())).await.map_err(reading(what))
    }

    pub(in crate::store) async fn one(
        self,
        via: impl Into<Via<'_>>,
        what: &'static str,
    ) -> Result<T, StoreError> {
        let found = self.optional(via, what).await?;
        found.ok_or_else(|| reading(what)(sqlx::Error::RowNotFound))
    }

    pub(in crate::store) async fn optional(
        self,
        via: impl Into<Via<'_>>,
        what: &'static str,
    ) -> Result<Option<T>, StoreError> {
        Box::pin(self.fetch_optional(via.into())).await.map_err(reading(what))
    }

    async fn fetch_all(self, via: Via<'_>) -> Result<Vec<T>, sqlx::Error> {
        let Self { query, read } = self;
        let mut lent = None;
        match connection(via, &mut lent).await? {
            Connection::Sqlite(sqlite) => {
                let (sql, arguments) = query.for_sqlite()?;
                let rows = sqlx::query_with(sql, arguments).try_map(|row| read(&Row::Sqlite(row)));
                rows.fetch_all(&mut **sqlite).await
            }
            Connection::Postgres(postgres) => {
                let (sql, arguments) = query.for_postgres()?;
                let rows =
                    sqlx::query_with(sql, arguments).try_map(|row| read(&Row::Postgres(row)));
                rows.fetch_all(&mut **postgres).await
            }
        }
    }

    async fn fetch_optional(self, via: Via<'_>) -> Result<Option<T>, sqlx::Error> {
        let Self { query, read } = self;
        let mut lent = None;
        match connection(via, &mut lent).await? {
            Connection::Sqlite(sqlite) => {
                let (sql, arguments) = query.for_sqlite()?;
                let row = sqlx::query_with(sql, arguments).fetch_optional(&mut **sqlite).await?;
                row.map(|row| read(&Row::Sqlite(row))).transpose()
            }
            Connection::Postgres(postgres) => {
                let (sql, arguments) = query.for_postgres()?;
                let row = sqlx::query_with(sql, arguments).fetch_optional(&mut **postgres).await?;
                row.map(|row| read(&Row::Postgres(row))).transpose()
            }
        }
    }
}

impl Builder {
    pub(in crate::store) fn new(sql: &str) -> Self {
        Self { sql: sql.to_owned(), values: Values::default() }
    }

    pub(in crate::store) fn push(&mut self, sql: &str) -> &mut Self {
        self.sql.push_str(sql);
        self
    }

    pub(in crate::store) fn push_bind(&mut self, value: impl ToValue) -> &mut Self {
        self.sql.push('?');
        self.values.add(&value);
        self
    }

    /// A value as it was read.
    pub(in crate::store) fn push_value(&mut self, value: SqlValue) {
        self.sql.push('?');
        self.values.bound.push(value);
    }

    pub(in crate::store) fn separated(&mut self) -> Separated<'_> {
        Separated { builder: self, is_first: true }
    }

    /// `values (…), (…)`: each row's values are bound by `bind`.
    pub(in crate::store) fn push_rows<R>(&mut self, rows: &[R], bind: impl Fn(Separated<'_>, &R)) {
        for (position, row) in rows.iter().enumerate() {
            self.sql.push_str(if position == 0 { "values (" } else { "), (" });
            bind(self.separated(), row);
        }
        self.sql.push(')');
    }

    pub(in crate::store) fn query(self) -> Query {
        // A list of nothing, which holds no value: only `SQLite` can do without one.
        let sql = self.sql.replace(" in ()", " in (null)");
        // Its pieces are texts of ours; whatever is not, is bound.
        let sql = AssertSqlSafe(sql).into_sql_str();
        Query { sql, values: self.values, is_in_order: true }
    }

    pub(in crate::store) fn query_as<T: FromRow + 'static>(self) -> Select<T> {
        Select { query: self.query(), read: Box::new(T::from_row) }
    }

    /// With one column, which is read as `T`.
    pub(in crate::store) fn query_scalar<T: FromColumn + 'static>(self) -> Select<T> {
        Select { query: self.query(), read: Box::new(|row| row.try_get(0)) }
    }

    /// With columns of these kinds, read as they are.
    pub(in crate::store) fn query_values(self, kinds: Vec<SqlKind>) -> Select<Vec<SqlValue>> {
        let read = move |row: &Row| {
            kinds.iter().enumerate().map(|(at, kind)| row.value(at, *kind)).collect()
        };
        Select { query: self.query(), read: Box::new(read) }
    }
}

impl Separated<'_> {
    pub(in crate::store) fn push_bind(&mut self, value: impl ToValue) {
        if !std::mem::take(&mut self.is_first) {
            self.builder.sql.push_str(", ");
        }
        self.builder.push_bind(value);
    }

    pub(in crate::store) fn push_value(&mut self, value: SqlValue) {
        if !std::mem::take(&mut self.is_first) {
            self.builder.sql.push_str(", ");
        }
        self.builder.push_value(value);
    }
}

impl Values {
    fn add(&mut self, value: &impl ToValue) {
        match value.to_value() {
            Ok(value) => self.bound.push(value),
            Err(fault) => self.fault = Some(fault),
        }
    }

    fn checked(self) -> Result<Vec<SqlValue>, sqlx::Error> {
        self.fault.map_or(Ok(self.bound), |fault| Err(sqlx::Error::Encode(fault)))
    }
}

/// `$1`, `$2` for each `?` in turn.
fn numbered(sql: &str) -> SqlStr {
    let mut whole = String::with_capacity(sql.len() * 2);
    for (number, piece) in sql.split('?').enumerate() {
        if number > 0 {
            write!(whole, "${number}").unwrap_or_default();
        }
        whole.push_str(piece);
    }
    AssertSqlSafe(whole).into_sql_str()
}

async fn connection<'c>(
    via: Via<'c>,
    lent: &'c mut Option<Connection>,
) -> Result<&'c mut Connection, sqlx::Error> {
    match via {
        Via::Connection(connection) => Ok(connection),
        Via::Pool(pool) => Ok(lent.insert(pool.acquire().await?)),
    }
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
        let memory = SqliteConnection::connect("sqlite::memory:").await.unwrap();
        let mut connection = Connection::alone_on_sqlite(memory);
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
