//! Names that accounts had before they were renamed.

use chrono::{DateTime, Utc};

use crate::domain::accounts::access::AccountNumber;
use crate::domain::accounts::audit::Actor;
use crate::store::db::engine::connection::Connection;
use crate::store::db::engine::rows::fields_are_columns;
use crate::store::db::error::StoreError;
use crate::store::db::handle::Store;
use crate::store::db::queries::{query, query_as, query_scalar};
use crate::store::db::sql_types::Timestamp;

const WHAT: &str = "former names of accounts";

/// A name that an account had, and its name today.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::store) struct FormerName {
    pub(in crate::store) account: AccountNumber,
    pub(in crate::store) former: Actor,
    pub(in crate::store) current: Actor,
}

fields_are_columns!(FormerName { account, former, current });

impl Store {
    /// Every name that the account called `actor`, today or formerly, has or had, and `actor` itself. A name of the local
    /// command line belongs to the account that has it, if there is one.
    ///
    /// # Errors
    ///
    /// The caller does not see the whole State, or the database cannot be read.
    pub async fn names_of(&self, actor: &Actor) -> Result<Vec<Actor>, StoreError> {
        self.check_whole("the names of accounts")?;
        let mut transaction = self.begin_read().await?;
        names_of(&mut transaction, actor).await
    }
}

pub(in crate::store) async fn names_of(
    connection: &mut Connection,
    actor: &Actor,
) -> Result<Vec<Actor>, StoreError> {
    let mut names: Vec<Actor> = query_scalar(
        "with own as (
             select number from accounts where name = $1
             union select account from account_former_names where name = $1
         )
         select name from accounts where number in (select number from own)
         union select name from account_former_names where account in (select number from own)",
    )
    .bind(actor.name())
    .all(connection, WHAT)
    .await?;
    if !names.contains(actor) {
        names.push(actor.clone());
    }
    Ok(names)
}

/// The names that accounts no longer have.
pub(in crate::store) async fn former_names(
    connection: &mut Connection,
) -> Result<Vec<FormerName>, StoreError> {
    query_as(
        "select former.account, former.name as former, accounts.name as current
         from account_former_names former join accounts on accounts.number = former.account
         order by former.account, former.name",
    )
    .all(connection, WHAT)
    .await
}

pub(in crate::store) async fn remember(
    connection: &mut Connection,
    (account, name): (AccountNumber, &Actor),
    until: DateTime<Utc>,
) -> Result<(), StoreError> {
    query(
        "insert into account_former_names (account, name, until) values ($1, $2, $3)
         on conflict (account, name) do update set until = excluded.until",
    )
    .bind(account)
    .bind(name)
    .bind(Timestamp(until))
    .run(connection, WHAT)
    .await?;
    Ok(())
}
