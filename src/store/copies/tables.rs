//! The tables of a database and their columns, as the engine itself describes them.

use std::collections::{BTreeMap, BTreeSet};

use crate::store::db::engine::connection::Connection;
use crate::store::db::engine::values::{SqlKind, SqlValue};
use crate::store::db::error::StoreError;
use crate::store::db::queries::query_as;

/// Tables that belong to one engine or to one database, and are not copied.
const OWN: [&str; 3] = ["_sqlx_migrations", "database_version", "copy_under_way"];

/// A table: its columns by name, and those of its key in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::store) struct StoredTable {
    pub(in crate::store) name: String,
    pub(in crate::store) columns: Vec<StoredColumn>,
    pub(in crate::store) key: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::store) struct StoredColumn {
    pub(in crate::store) name: String,
    pub(in crate::store) kind: SqlKind,
}

impl StoredTable {
    pub(in crate::store) fn column_names(&self) -> String {
        let names: Vec<&str> = self.columns.iter().map(|column| column.name.as_str()).collect();
        names.join(", ")
    }

    pub(in crate::store) fn kinds(&self) -> Vec<SqlKind> {
        self.columns.iter().map(|column| column.kind).collect()
    }

    /// The key of a row that has the columns in their order.
    pub(in crate::store) fn key_of(&self, row: &[SqlValue]) -> Vec<SqlValue> {
        let value = |key: &String| {
            let at = self.columns.iter().position(|column| column.name == *key);
            at.and_then(|at| row.get(at)).cloned()
        };
        self.key.iter().filter_map(value).collect()
    }
}

const SQLITE_COLUMNS: &str = "
    select t.name, c.name, lower(c.type), c.pk
    from sqlite_schema t join pragma_table_info(t.name) c
    where t.type = 'table' and t.name not like 'sqlite!_%' escape '!'";

const SQLITE_REFERENCES: &str = "
    select t.name, f.\"table\" from sqlite_schema t join pragma_foreign_key_list(t.name) f
    where t.type = 'table'";

const POSTGRES_COLUMNS: &str = "
    select cast(t.relname as text), cast(c.attname as text), format_type(c.atttypid, c.atttypmod),
           cast(coalesce(array_position(cast(k.indkey as smallint[]), c.attnum) + 1, 0) as bigint)
    from pg_class t join pg_attribute c on c.attrelid = t.oid
    left join pg_index k on k.indrelid = t.oid and k.indisprimary
    where t.relkind = 'r' and t.relnamespace = to_regnamespace(current_schema())
      and c.attnum > 0 and not c.attisdropped";

const POSTGRES_REFERENCES: &str = "
    select cast(t.relname as text), cast(f.relname as text) from pg_constraint r
    join pg_class t on t.oid = r.conrelid join pg_class f on f.oid = r.confrelid
    where r.contype = 'f' and t.relnamespace = to_regnamespace(current_schema())";

/// Each after those that it refers to.
pub(in crate::store) async fn tables(
    connection: &mut Connection,
) -> Result<Vec<StoredTable>, StoreError> {
    const WHAT: &str = "the tables of the database";
    let (of_columns, of_references) = if connection.is_postgres() {
        (POSTGRES_COLUMNS, POSTGRES_REFERENCES)
    } else {
        (SQLITE_COLUMNS, SQLITE_REFERENCES)
    };
    let described: Vec<(String, String, String, i64)> =
        query_as(of_columns).all(&mut *connection, WHAT).await?;
    let references: Vec<(String, String)> = query_as(of_references).all(connection, WHAT).await?;
    let mut found: BTreeMap<String, (BTreeSet<StoredColumn>, BTreeMap<i64, String>)> =
        BTreeMap::new();
    for (table, column, declared, key) in described {
        if OWN.contains(&table.as_str()) {
            continue;
        }
        let kind = kind_of(&declared).ok_or_else(|| StoreError::Unexpected {
            column: "the type of a column",
            found: format!("{table}.{column}: {declared}"),
            expected: "bigint, boolean, double precision, text or bytes",
        })?;
        let of_table = found.entry(table).or_default();
        if key > 0 {
            of_table.1.insert(key, column.clone());
        }
        of_table.0.insert(StoredColumn { name: column, kind });
    }
    let tables = found.into_iter().map(|(name, (columns, key))| StoredTable {
        name,
        columns: columns.into_iter().collect(),
        key: key.into_values().collect(),
    });
    Ok(in_order(tables.collect(), &references))
}

fn kind_of(declared: &str) -> Option<SqlKind> {
    match declared {
        "bigint" => Some(SqlKind::Integer),
        "boolean" => Some(SqlKind::Boolean),
        "double precision" => Some(SqlKind::Real),
        "text" => Some(SqlKind::Text),
        "blob" | "bytea" => Some(SqlKind::Bytes),
        _ => None,
    }
}

fn in_order(mut left: Vec<StoredTable>, references: &[(String, String)]) -> Vec<StoredTable> {
    let mut ordered: Vec<StoredTable> = Vec::with_capacity(left.len());
    while !left.is_empty() {
        let waits = |table: &StoredTable| {
            references.iter().any(|(from, to)| {
                *from == table.name && to != from && !ordered.iter().any(|done| done.name == *to)
            })
        };
        let (later, now): (Vec<StoredTable>, Vec<StoredTable>) =
            left.iter().cloned().partition(waits);
        if now.is_empty() {
            // References in a circle, of which there are none: the engine will say so.
            ordered.extend(later);
            break;
        }
        ordered.extend(now);
        left = later;
    }
    ordered
}
