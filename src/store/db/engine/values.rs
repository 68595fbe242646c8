//! What statements bind, whichever engine runs them: `SQLite` and `PostgreSQL` are given the same values.

use sqlx::Arguments as _;
use sqlx::error::BoxDynError;
use sqlx::postgres::PgArguments;
use sqlx::sqlite::SqliteArguments;

/// A value of a column. What is absent still says of which kind it would be: `PostgreSQL` wants to know.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::store) enum SqlValue {
    Null(SqlKind),
    /// An integer column of `SQLite`, 0 or 1, and a boolean one of `PostgreSQL`.
    Boolean(bool),
    Integer(i64),
    Real(f64),
    Text(String),
    Bytes(Vec<u8>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::store) enum SqlKind {
    Boolean,
    Integer,
    Real,
    Text,
    Bytes,
}

/// What a column can be given.
pub(in crate::store) trait ToValue {
    const KIND: SqlKind;

    fn to_value(&self) -> Result<SqlValue, BoxDynError>;
}

impl SqlValue {
    pub(in crate::store) fn add_to_sqlite(
        self,
        arguments: &mut SqliteArguments,
    ) -> Result<(), BoxDynError> {
        match self {
            Self::Null(_) => arguments.add(None::<i64>),
            Self::Boolean(is_true) => arguments.add(is_true),
            Self::Integer(number) => arguments.add(number),
            Self::Real(number) => arguments.add(number),
            Self::Text(text) => arguments.add(text),
            Self::Bytes(bytes) => arguments.add(bytes),
        }
    }

    pub(in crate::store) fn add_to_postgres(
        self,
        arguments: &mut PgArguments,
    ) -> Result<(), BoxDynError> {
        match self {
            Self::Null(SqlKind::Boolean) => arguments.add(None::<bool>),
            Self::Null(SqlKind::Integer) => arguments.add(None::<i64>),
            Self::Null(SqlKind::Real) => arguments.add(None::<f64>),
            Self::Null(SqlKind::Text) => arguments.add(None::<String>),
            Self::Null(SqlKind::Bytes) => arguments.add(None::<Vec<u8>>),
            Self::Boolean(is_true) => arguments.add(is_true),
            Self::Integer(number) => arguments.add(number),
            Self::Real(number) => arguments.add(number),
            Self::Text(text) => arguments.add(text.as_str()),
            Self::Bytes(bytes) => arguments.add(bytes.as_slice()),
        }
    }
}

impl<T: ToValue + ?Sized> ToValue for &T {
    const KIND: SqlKind = T::KIND;

    fn to_value(&self) -> Result<SqlValue, BoxDynError> {
        T::to_value(self)
    }
}

impl<T: ToValue> ToValue for Option<T> {
    const KIND: SqlKind = T::KIND;

    fn to_value(&self) -> Result<SqlValue, BoxDynError> {
        self.as_ref().map_or(Ok(SqlValue::Null(T::KIND)), T::to_value)
    }
}

impl From<String> for SqlValue {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for SqlValue {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

macro_rules! bound_as {
    ($($type:ty: $kind:ident, $value:expr;)+) => {
        $(impl ToValue for $type {
            const KIND: SqlKind = SqlKind::$kind;

            fn to_value(&self) -> Result<SqlValue, BoxDynError> {
                let value: fn(&$type) -> SqlValue = $value;
                Ok(value(self))
            }
        })+
    };
}

bound_as! {
    bool: Boolean, |is_true| SqlValue::Boolean(*is_true);
    u16: Integer, |number| SqlValue::Integer(i64::from(*number));
    u32: Integer, |number| SqlValue::Integer(i64::from(*number));
    i64: Integer, |number| SqlValue::Integer(*number);
    f64: Real, |number| SqlValue::Real(*number);
    str: Text, |text| SqlValue::Text(text.to_owned());
    String: Text, |text| SqlValue::Text(text.clone());
    Vec<u8>: Bytes, |bytes| SqlValue::Bytes(bytes.clone());
    [u8]: Bytes, |bytes| SqlValue::Bytes(bytes.to_vec());
}
