//! Accounts: made, changed and closed by people, each change in the audit trail.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::former_names;
use crate::domain::accounts::access::{Account, AccountNumber, Caller, Identity, Role, Scope};
use crate::domain::accounts::audit::{ActionContext, Actor};
use crate::domain::accounts::mail_address::MailAddress;
use crate::domain::accounts::sessions::AccountLinkKind;
use crate::store::audit::audit_trail;
use crate::store::db::connections::end;
use crate::store::db::engine::connection::Connection;
use crate::store::db::engine::rows::{FromRow, Row};
use crate::store::db::error::StoreError;
use crate::store::db::handle::Store;
use crate::store::db::queries::{query, query_as, query_scalar};
use crate::store::db::sql_types::{Columns, Json, Timestamp};
use crate::support::visible_text::skeleton;

const WHAT: &str = "account";

/// What an account may become.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountTerms {
    pub name: Actor,
    pub roles: BTreeSet<Role>,
    pub scope: Scope,
    pub mail_address: Option<MailAddress>,
    pub identity: Option<Identity>,
}

impl Store {
    /// In the order in which they were made, closed ones included.
    pub async fn accounts(&self) -> Result<Vec<Account>, StoreError> {
        self.check_whole("the list of accounts")?;
        let mut transaction = self.begin_read().await?;
        select(&mut transaction, None).await
    }

    pub async fn account(&self, number: AccountNumber) -> Result<Option<Account>, StoreError> {
        self.check_whole("the list of accounts")?;
        let mut transaction = self.begin_read().await?;
        Ok(select(&mut transaction, Some(number)).await?.pop())
    }

    /// The account behind a caller; `None` for a command next to the database.
    pub async fn own_account(&self, caller: &Caller) -> Result<Option<Account>, StoreError> {
        let mut transaction = self.begin_read().await?;
        Ok(select(&mut transaction, Some(caller.account)).await?.pop())
    }

    /// # Errors
    ///
    /// Another account has or had the name or one that looks the same, or has the identity or the mail address.
    pub async fn make_account(
        &self,
        terms: &AccountTerms,
        act: &ActionContext,
    ) -> Result<Account, StoreError> {
        self.check_whole("the list of accounts")?;
        let mut transaction = self.begin_write().await?;
        let account = make(&mut transaction, terms, act).await?;
        end(transaction).await?;
        Ok(account)
    }

    /// `seen` is the revision that the change was decided on: another since then is refused. Sessions
    /// and tokens follow at once, since each request looks the account up.
    ///
    /// # Errors
    ///
    /// There is no such account, it is closed, it was changed since `seen`, its new name, identity or mail address is taken, or
    /// nobody could administer accounts any more.
    pub async fn change_account(
        &self,
        (number, seen): (AccountNumber, i64),
        terms: &AccountTerms,
        act: &ActionContext,
    ) -> Result<Account, StoreError> {
        self.check_whole("the list of accounts")?;
        let mut transaction = self.begin_write().await?;
        let before = standing(&mut transaction, number, seen).await?;
        refuse_double(&mut transaction, Some(number), terms).await?;
        let AccountTerms { name, roles, scope, mail_address, identity } = terms.clone();
        let revision = before.revision + 1;
        let after =
            Account { name, roles, scope, mail_address, identity, revision, ..before.clone() };
        refuse_last(&mut transaction, &before, &after).await?;
        change(&mut transaction, &before, &after, act).await?;
        if before.mail_address != after.mail_address {
            // Those that were sent to the former address.
            revoke_links(&mut transaction, number, None, act.at).await?;
        }
        end(transaction).await?;
        Ok(after)
    }

    /// For good: its tokens and sessions are worth nothing from now on. Its identity stays with it, so
    /// that a person who signs in anew finds it closed, rather than another made. Refused for the last one
    /// that keeps accounts.
    ///
    /// # Errors
    ///
    /// There is no such account, it is closed already, it was changed since `revision`, or it is the last that administers
    /// accounts.
    pub async fn close_account(
        &self,
        (number, revision): (AccountNumber, i64),
        act: &ActionContext,
    ) -> Result<Account, StoreError> {
        self.check_whole("the list of accounts")?;
        let mut transaction = self.begin_write().await?;
        let before = standing(&mut transaction, number, revision).await?;
        let after =
            Account { closed_at: Some(act.at), revision: before.revision + 1, ..before.clone() };
        refuse_last(&mut transaction, &before, &after).await?;
        write(&mut transaction, &after).await?;
        revoke_links(&mut transaction, number, None, act.at).await?;
        let deed = act.deed("account_closed", subject(number)).was(&audited(&before));
        audit_trail::append(&mut transaction, act.at, &[deed]).await?;
        end(transaction).await?;
        Ok(after)
    }
}

pub(in crate::store) fn subject(number: AccountNumber) -> String {
    format!("account/{}", number.0)
}

pub(in crate::store) async fn make(
    connection: &mut Connection,
    terms: &AccountTerms,
    act: &ActionContext,
) -> Result<Account, StoreError> {
    refuse_double(connection, None, terms).await?;
    let number = query_scalar("select coalesce(max(number), 0) + 1 from accounts")
        .one(&mut *connection, "accounts")
        .await?;
    let account = Account {
        number,
        name: terms.name.clone(),
        roles: terms.roles.clone(),
        scope: terms.scope.clone(),
        mail_address: terms.mail_address.clone(),
        identity: terms.identity.clone(),
        created_at: act.at,
        closed_at: None,
        revision: 1,
    };
    write(connection, &account).await?;
    let deed = act.deed("account_made", subject(account.number)).became(&audited(&account));
    audit_trail::append(connection, act.at, &[deed]).await?;
    Ok(account)
}

pub(in crate::store) async fn change(
    connection: &mut Connection,
    before: &Account,
    after: &Account,
    act: &ActionContext,
) -> Result<(), StoreError> {
    write(connection, after).await?;
    if before.name != after.name {
        former_names::remember(connection, (before.number, &before.name), act.at).await?;
    }
    let deed = act.deed("account_changed", subject(after.number));
    let deed = deed.was(&audited(before)).became(&audited(after));
    audit_trail::append(connection, act.at, &[deed]).await
}

/// Links of the account that were not used, of one kind or of any, serve nobody any more, and mails that were to carry
/// them do not leave.
pub(in crate::store) async fn revoke_links(
    connection: &mut Connection,
    account: AccountNumber,
    kind: Option<AccountLinkKind>,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    query(
        "update account_links set revoked_at = $3
         where account = $1 and (cast($2 as text) is null or kind = $2)
           and used_at is null and revoked_at is null",
    )
    .bind(account)
    .bind(kind)
    .bind(Timestamp(at))
    .run(&mut *connection, "links of accounts")
    .await?;
    query(
        "update notices set state = 'dead', withdrawn_at = $2, leased_until = null,
                            last_error = 'withdrawn: the link that it carries was revoked'
         where state = 'waiting' and id in (
             select notice from account_links where account = $1 and revoked_at is not null)",
    )
    .bind(account)
    .bind(Timestamp(at))
    .run(connection, "notices")
    .await?;
    Ok(())
}

/// One that is not closed.
pub(in crate::store) async fn unclosed(
    connection: &mut Connection,
    number: AccountNumber,
) -> Result<Account, StoreError> {
    let found = select(connection, Some(number)).await?.pop();
    let found = found.ok_or(StoreError::NoSuch { what: WHAT, number: number.0 })?;
    if let Some(at) = found.closed_at {
        let how = format!("closed on {}", at.date_naive());
        return Err(StoreError::Over { what: WHAT, number: number.0, how });
    }
    Ok(found)
}

/// One that is not closed, and is as the caller saw it.
async fn standing(
    connection: &mut Connection,
    number: AccountNumber,
    revision: i64,
) -> Result<Account, StoreError> {
    let found = unclosed(connection, number).await?;
    if found.revision != revision {
        let (found, expected) = (found.revision, revision);
        return Err(StoreError::Moved { what: WHAT, number: number.0, found, expected });
    }
    Ok(found)
}

async fn refuse_double(
    connection: &mut Connection,
    own: Option<AccountNumber>,
    terms: &AccountTerms,
) -> Result<(), StoreError> {
    let all = select(connection, None).await?;
    let is_kept = all.iter().any(|one| Some(one.number) == own && one.name == terms.name);
    for other in all {
        if Some(other.number) == own {
            continue;
        }
        let same_identity = terms.identity.is_some() && other.identity == terms.identity;
        if other.name == terms.name || same_identity {
            return Err(StoreError::AccountExists { name: other.name });
        }
        let same_address = terms.mail_address.is_some() && other.mail_address == terms.mail_address;
        if same_address && other.closed_at.is_none() {
            return Err(StoreError::MailAddressTaken { name: other.name });
        }
        // Of two accounts made before names were compared so, each may still be changed.
        if !is_kept && skeleton(other.name.as_str()) == skeleton(terms.name.as_str()) {
            return Err(StoreError::AccountAlike { name: terms.name.clone(), other: other.name });
        }
    }
    // A reader of the trail must not take one person for another.
    for taken in former_names::former_names(connection).await? {
        if Some(taken.account) != own
            && skeleton(taken.former.as_str()) == skeleton(terms.name.as_str())
            && !is_kept
        {
            return Err(StoreError::FormerName { name: taken.former, current: taken.current });
        }
    }
    Ok(())
}

/// Somebody must still be able to keep accounts.
async fn refuse_last(
    connection: &mut Connection,
    before: &Account,
    after: &Account,
) -> Result<(), StoreError> {
    if !before.keeps_accounts() || after.keeps_accounts() {
        return Ok(());
    }
    let all = select(connection, None).await?;
    let other = all.iter().any(|other| other.number != before.number && other.keeps_accounts());
    if other { Ok(()) } else { Err(StoreError::LastAdministrator { name: before.name.clone() }) }
}

/// The provider's name for a person says nothing to a reader of the trail.
pub(in crate::store) fn audited(account: &Account) -> Value {
    let mut shown = json!({
        "name": account.name,
        "roles": account.roles,
        "scope": account.scope,
        "signs_in": account.identity.is_some(),
    });
    // Whoever holds it can come in.
    if let (Value::Object(fields), Some(address)) = (&mut shown, &account.mail_address) {
        fields.insert("mail_address".to_owned(), json!(address));
    }
    shown
}

pub(in crate::store) async fn select(
    connection: &mut Connection,
    number: Option<AccountNumber>,
) -> Result<Vec<Account>, StoreError> {
    query_as(
        "select number, name, roles, scope, mail_address, issuer, identity, created_at, closed_at,
                revision
         from accounts where (cast($1 as bigint) is null or number = $1) order by number",
    )
    .bind(number)
    .all(connection, "accounts")
    .await
}

pub(in crate::store) async fn write(
    connection: &mut Connection,
    account: &Account,
) -> Result<(), StoreError> {
    query(
        "insert into accounts (number, name, roles, scope, issuer, identity, created_at, closed_at,
                               revision, mail_address)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         on conflict (number) do update set
             name = excluded.name, roles = excluded.roles, scope = excluded.scope,
             issuer = excluded.issuer, identity = excluded.identity,
             closed_at = excluded.closed_at, revision = excluded.revision,
             mail_address = excluded.mail_address",
    )
    .bind(account.number)
    .bind(&account.name)
    .bind(Json(&account.roles))
    .bind(Json(&account.scope))
    .bind(account.identity.as_ref().map(|identity| identity.issuer.as_str()))
    .bind(account.identity.as_ref().map(|identity| identity.subject.as_str()))
    .bind(Timestamp(account.created_at))
    .bind(account.closed_at.map(Timestamp))
    .bind(account.revision)
    .bind(account.mail_address.as_ref())
    .run(connection, "accounts")
    .await?;
    Ok(())
}

impl FromRow for Account {
    fn from_row(row: &Row) -> Result<Self, sqlx::Error> {
        let issuer: Option<String> = row.try_get("issuer")?;
        let subject: Option<String> = row.try_get("identity")?;
        Ok(Self {
            number: row.try_get("number")?,
            name: row.try_get("name")?,
            roles: row.json("roles")?,
            scope: row.json("scope")?,
            mail_address: row.try_get("mail_address")?,
            identity: issuer.zip(subject).map(|(issuer, subject)| Identity { issuer, subject }),
            created_at: row.instant("created_at")?,
            closed_at: row.optional_instant("closed_at")?,
            revision: row.try_get("revision")?,
        })
    }
}

/// Instants of proofs that are over are no longer worth looking up.
pub(in crate::store) fn is_over(expires_at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    expires_at <= now
}
