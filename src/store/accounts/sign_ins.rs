//! Sign-ins under way, and the account of somebody for whom a provider of identities vouches.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::account_records;
use super::account_records::AccountTerms;
use crate::domain::accounts::access::{Account, Identity, Role, Scope};
use crate::domain::accounts::audit::{ActionContext, Actor};
use crate::store::db::connections::end;
use crate::store::db::error::StoreError;
use crate::store::db::handle::Store;
use crate::store::db::queries::{query, query_as};
use crate::store::db::sql_types::Timestamp;
use crate::store::outbox::waits;
use crate::support::fingerprint::Fingerprint;

/// Under way at once. Anybody may begin one: past that, the oldest give way.
const MOST: i64 = 10_000;

/// Somebody who has just proved who they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedInPerson {
    pub identity: Identity,
    /// Of the account, if it must be made.
    pub name: Actor,
    /// Of the account, if it must be made.
    pub roles: BTreeSet<Role>,
    /// What the provider says that they see; none when it does not say, and administrators do.
    pub scope: Option<Scope>,
}

impl Store {
    pub async fn begin_sign_in(
        &self,
        ticket: &Fingerprint,
        go_to: Option<&str>,
        (now, expires_at): (DateTime<Utc>, DateTime<Utc>),
    ) -> Result<(), StoreError> {
        let mut transaction = self.begin_write().await?;
        query(
            "delete from sign_ins where expires_at <= $1 or expires_at > $3 or ticket in
                 (select ticket from sign_ins order by expires_at desc limit 9223372036854775807 offset $2)",
        )
        .bind(Timestamp(now))
        .bind(MOST - 1)
        .bind(Timestamp(expires_at))
        .run(&mut *transaction, "sign-ins")
        .await?;
        query("insert into sign_ins (ticket, go_to, expires_at) values ($1, $2, $3)")
            .bind(ticket)
            .bind(go_to)
            .bind(Timestamp(expires_at))
            .run(&mut *transaction, "sign-ins")
            .await?;
        end(transaction).await
    }

    /// Where the person was going, once: it is forgotten here. `None` when there is no such sign-in,
    /// or it is over: one begun now would be by `longest`.
    pub async fn take_sign_in(
        &self,
        ticket: &Fingerprint,
        (now, longest): (DateTime<Utc>, DateTime<Utc>),
    ) -> Result<Option<Option<String>>, StoreError> {
        let mut transaction = self.begin_write().await?;
        let taken: Option<(Option<String>, Timestamp)> =
            query_as("delete from sign_ins where ticket = $1 returning go_to, expires_at")
                .bind(ticket)
                .optional(&mut *transaction, "sign-ins")
                .await?;
        end(transaction).await?;
        let lasts = |(_, Timestamp(until)): &(_, Timestamp)| waits::lasts(*until, now, longest);
        Ok(taken.filter(lasts).map(|(go_to, _)| go_to))
    }

    /// The account of an identity: found by that alone, made at the first arrival, and shown what the
    /// provider says, each time. One that is closed stays so.
    pub async fn welcome(
        &self,
        arrival: &SignedInPerson,
        act: &ActionContext,
    ) -> Result<Account, StoreError> {
        let mut transaction = self.begin_write().await?;
        let all = account_records::select(&mut transaction, None).await?;
        let known =
            all.into_iter().find(|account| account.identity.as_ref() == Some(&arrival.identity));
        let account = match known {
            None => {
                let terms = AccountTerms {
                    name: arrival.name.clone(),
                    roles: arrival.roles.clone(),
                    // Whom nobody gave anything to see sees nothing.
                    scope: arrival.scope.clone().unwrap_or_else(|| Scope::of([])),
                    // It comes in by the provider, and by mail once somebody gave it an address.
                    mail_address: None,
                    identity: Some(arrival.identity.clone()),
                };
                account_records::make(&mut transaction, &terms, act).await?
            }
            Some(known) => match &arrival.scope {
                Some(scope) if known.closed_at.is_none() && known.scope != *scope => {
                    let revision = known.revision + 1;
                    let after = Account { scope: scope.clone(), revision, ..known.clone() };
                    account_records::change(&mut transaction, &known, &after, act).await?;
                    after
                }
                Some(_) | None => known,
            },
        };
        end(transaction).await?;
        Ok(account)
    }
}
