//! A connection to the database, whichever engine it is, and the pool it comes from.

use std::ops::{Deref, DerefMut};

use sqlx::pool::PoolConnection;
use sqlx::sqlite::{SqliteConnection, SqlitePool};
use sqlx::{Connection as _, Database, PgPool, Postgres, Sqlite};

use crate::store::disk::storage::Storage;

/// A connection, alone, lent by a pool, or in a transaction.
#[derive(Debug)]
pub(in crate::store) enum Connection {
    Sqlite(Lent<Sqlite>),
    Postgres(Lent<Postgres>),
}

/// A connection for as long as it is needed.
#[derive(Debug)]
pub(in crate::store) struct Held(pub(in crate::store) Connection);

/// What a connection belongs to.
#[derive(Debug)]
pub(in crate::store) enum Lent<DB: Database> {
    Alone(Box<DB::Connection>),
    ByPool(PoolConnection<DB>),
    /// Rolled back when it is dropped.
    InTransaction(sqlx::Transaction<'static, DB>),
}

#[derive(Clone, Debug)]
pub(in crate::store) enum Pool {
    Sqlite(SqlitePool),
    Postgres(PgPool, Storage),
}

/// What a statement is run on: any connection of a pool, or one in particular.
pub(in crate::store) enum Via<'c> {
    Pool(&'c Pool),
    Connection(&'c mut Connection),
}

impl Connection {
    pub(in crate::store) fn alone_on_sqlite(connection: SqliteConnection) -> Self {
        Self::Sqlite(Lent::Alone(Box::new(connection)))
    }

    pub(in crate::store) fn is_postgres(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }

    pub(in crate::store) async fn commit(self) -> Result<(), sqlx::Error> {
        match self {
            Self::Sqlite(lent) => lent.commit().await,
            Self::Postgres(lent) => lent.commit().await,
        }
    }

    pub(in crate::store) async fn rollback(self) -> Result<(), sqlx::Error> {
        match self {
            Self::Sqlite(lent) => lent.rollback().await,
            Self::Postgres(lent) => lent.rollback().await,
        }
    }

    /// Ends a connection that is alone, or gives it back.
    pub(in crate::store) async fn close(self) -> Result<(), sqlx::Error> {
        match self {
            Self::Sqlite(Lent::Alone(connection)) => connection.close().await,
            Self::Postgres(Lent::Alone(connection)) => connection.close().await,
            Self::Sqlite(_) | Self::Postgres(_) => Ok(()),
        }
    }
}

impl<DB: Database> Lent<DB> {
    async fn commit(self) -> Result<(), sqlx::Error> {
        match self {
            Self::InTransaction(transaction) => transaction.commit().await,
            Self::Alone(_) | Self::ByPool(_) => Ok(()),
        }
    }

    async fn rollback(self) -> Result<(), sqlx::Error> {
        match self {
            Self::InTransaction(transaction) => transaction.rollback().await,
            Self::Alone(_) | Self::ByPool(_) => Ok(()),
        }
    }
}

impl Deref for Held {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.0
    }
}

impl DerefMut for Held {
    fn deref_mut(&mut self) -> &mut Connection {
        &mut self.0
    }
}

impl<DB: Database> Deref for Lent<DB> {
    type Target = DB::Connection;

    fn deref(&self) -> &DB::Connection {
        match self {
            Self::Alone(connection) => connection,
            Self::ByPool(connection) => connection,
            Self::InTransaction(transaction) => transaction,
        }
    }
}

impl<DB: Database> DerefMut for Lent<DB> {
    fn deref_mut(&mut self) -> &mut DB::Connection {
        match self {
            Self::Alone(connection) => connection,
            Self::ByPool(connection) => connection,
            Self::InTransaction(transaction) => transaction,
        }
    }
}

impl Pool {
    pub(in crate::store) async fn acquire(&self) -> Result<Connection, sqlx::Error> {
        Ok(match self {
            Self::Sqlite(pool) => Connection::Sqlite(Lent::ByPool(pool.acquire().await?)),
            Self::Postgres(pool, storage) => match pool.acquire().await {
                Ok(connection) => Connection::Postgres(Lent::ByPool(connection)),
                Err(fault) => {
                    // Most often the server is away: the watch looks at once.
                    storage.suspect();
                    return Err(fault);
                }
            },
        })
    }

    pub(in crate::store) fn is_closed(&self) -> bool {
        match self {
            Self::Sqlite(pool) => pool.is_closed(),
            Self::Postgres(pool, _) => pool.is_closed(),
        }
    }
}

impl<'c> From<&'c Pool> for Via<'c> {
    fn from(pool: &'c Pool) -> Self {
        Self::Pool(pool)
    }
}

impl<'c> From<&'c mut Connection> for Via<'c> {
    fn from(connection: &'c mut Connection) -> Self {
        Self::Connection(connection)
    }
}
