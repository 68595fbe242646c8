//! Rows as an engine gives them, read into types.

use sqlx::postgres::{PgRow, Postgres};
use sqlx::sqlite::{Sqlite, SqliteRow};
use sqlx::{ColumnIndex, Decode, Row as _, Type};

use super::values::{SqlKind, SqlValue};

/// A row, of either engine.
pub(in crate::store) enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

/// What a column can be read as, from either engine.
pub(in crate::store) trait FromColumn:
    Type<Sqlite> + Type<Postgres> + for<'r> Decode<'r, Sqlite> + for<'r> Decode<'r, Postgres>
{
}

impl<T> FromColumn for T where
    T: Type<Sqlite> + Type<Postgres> + for<'r> Decode<'r, Sqlite> + for<'r> Decode<'r, Postgres>
{
}

/// What a row can be read as.
pub(in crate::store) trait FromRow: Sized {
    fn from_row(row: &Row) -> Result<Self, sqlx::Error>;
}

impl Row {
    /// A column, by name or by position from 0.
    pub(in crate::store) fn try_get<T: FromColumn>(
        &self,
        column: impl ColumnIndex<SqliteRow> + ColumnIndex<PgRow>,
    ) -> Result<T, sqlx::Error> {
        match self {
            Self::Sqlite(row) => row.try_get(column).map_err(|fault| by_name(row, fault)),
            Self::Postgres(row) => row.try_get(column).map_err(|fault| by_name(row, fault)),
        }
    }
}

impl Row {
    /// A column as it is, by its position from 0.
    pub(in crate::store) fn value(
        &self,
        position: usize,
        kind: SqlKind,
    ) -> Result<SqlValue, sqlx::Error> {
        let value = match kind {
            SqlKind::Boolean => self.try_get::<Option<bool>>(position)?.map(SqlValue::Boolean),
            SqlKind::Integer => self.try_get::<Option<i64>>(position)?.map(SqlValue::Integer),
            SqlKind::Real => self.try_get::<Option<f64>>(position)?.map(SqlValue::Real),
            SqlKind::Text => self.try_get::<Option<String>>(position)?.map(SqlValue::from),
            SqlKind::Bytes => self.try_get::<Option<Vec<u8>>>(position)?.map(SqlValue::Bytes),
        };
        Ok(value.unwrap_or(SqlValue::Null(kind)))
    }
}

/// Names the column of a fault, which sqlx gives as a position, or as a name in quotes.
fn by_name<R: sqlx::Row>(row: &R, fault: sqlx::Error) -> sqlx::Error {
    let sqlx::Error::ColumnDecode { index, source } = fault else { return fault };
    let position = index.parse().ok();
    let named = position.and_then(|position: usize| row.columns().get(position));
    let index = named.map_or_else(
        || index.trim_matches('"').to_owned(),
        |column| sqlx::Column::name(column).to_owned(),
    );
    sqlx::Error::ColumnDecode { index, source }
}

/// Rows of several columns, read in the order of the statement.
macro_rules! tuples {
    ($($type:ident $position:tt),+) => {
        impl<$($type: FromColumn),+> FromRow for ($($type,)+) {
            fn from_row(row: &Row) -> Result<Self, sqlx::Error> {
                Ok(($(row.try_get::<$type>($position)?,)+))
            }
        }
    };
}

tuples!(A 0, B 1);
tuples!(A 0, B 1, C 2);
tuples!(A 0, B 1, C 2, D 3);
tuples!(A 0, B 1, C 2, D 3, E 4);
tuples!(A 0, B 1, C 2, D 3, E 4, F 5);
tuples!(A 0, B 1, C 2, D 3, E 4, F 5, G 6);
tuples!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7);
tuples!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8);

/// A type whose fields are columns of the same names.
macro_rules! fields_are_columns {
    ($name:ty { $($field:ident),+ $(,)? }) => {
        impl $crate::store::db::engine::rows::FromRow for $name {
            fn from_row(row: &$crate::store::db::engine::rows::Row) -> Result<Self, sqlx::Error> {
                Ok(Self { $($field: row.try_get(stringify!($field))?),+ })
            }
        }
    };
}

pub(in crate::store) use fields_are_columns;
