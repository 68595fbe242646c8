//! The account behind a token. What the database says is cached for as long as nothing was written to it: a busy program
//! need not have it looked up at each request, and a token that is revoked is worth nothing from then on.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::account_records::is_over;
use super::credential::Credential;
use super::token_memory::{KnownCaller, UsedCredential};
use crate::domain::accounts::access::{AccountNumber, Caller, ProvedBy, Role, Scope};
use crate::domain::accounts::audit::{Actor, NameProof};
use crate::store::db::engine::rows::fields_are_columns;
use crate::store::db::error::StoreError;
use crate::store::db::handle::Store;
use crate::store::db::queries::query_as;
use crate::store::db::sql_types::{Json, Timestamp};
use crate::store::db::version::DatabaseVersion;
use crate::support::fingerprint::Fingerprint;

impl Store {
    /// The caller whose token this is, as long as neither the token nor the account is over; `version` is
    /// what [`Store::version`] gave since the request came.
    pub async fn caller_by_token(
        &self,
        presented: &Credential,
        version: DatabaseVersion,
        now: DateTime<Utc>,
    ) -> Result<Option<Caller>, StoreError> {
        let hash = presented.hash();
        let cached = self.callers.get(&hash).filter(|known| known.version == version);
        let Some(known) = (match cached {
            Some(known) => Some(known),
            None => self.look_up(hash, version).await?,
        }) else {
            return Ok(None);
        };
        if is_over(known.expires_at, now) {
            return Ok(None);
        }
        self.note_use(UsedCredential::Token(known.number), (known.last_used_at, now));
        Ok(Some(known.caller))
    }

    async fn look_up(
        &self,
        hash: Fingerprint,
        version: DatabaseVersion,
    ) -> Result<Option<KnownCaller>, StoreError> {
        let found: Option<CallerRow> = query_as(
            "select tokens.number, tokens.account, accounts.name, tokens.roles,
                    accounts.roles as granted, tokens.scope, accounts.scope as seen,
                    tokens.issued_locally, tokens.expires_at, tokens.last_used_at
             from tokens join accounts on accounts.number = tokens.account
             where tokens.hash = $1 and tokens.revoked_at is null and accounts.closed_at is null",
        )
        .bind(&hash)
        .optional(self.readers()?, "tokens")
        .await?;
        let known = found.map(|row| row.into_known(version));
        if let Some(known) = &known {
            self.callers.insert(hash, known.clone());
        }
        Ok(known)
    }
}

struct CallerRow {
    number: i64,
    account: AccountNumber,
    name: Actor,
    roles: Json<BTreeSet<Role>>,
    granted: Json<BTreeSet<Role>>,
    scope: Json<Scope>,
    seen: Json<Scope>,
    issued_locally: bool,
    expires_at: Timestamp,
    last_used_at: Option<Timestamp>,
}

fields_are_columns!(CallerRow {
    number,
    account,
    name,
    roles,
    granted,
    scope,
    seen,
    issued_locally,
    expires_at,
    last_used_at
});

impl CallerRow {
    fn into_known(self, version: DatabaseVersion) -> KnownCaller {
        let proof = if self.issued_locally { NameProof::LocalToken } else { NameProof::Token };
        KnownCaller {
            version,
            caller: Caller {
                account: self.account,
                name: self.name.proved_by(proof),
                roles: self.roles.0.intersection(&self.granted.0).copied().collect(),
                scope: self.seen.0.and(&self.scope.0),
                proof: ProvedBy::Token { number: self.number },
            },
            number: self.number,
            expires_at: self.expires_at.0,
            last_used_at: self.last_used_at.map(|Timestamp(at)| at),
        }
    }
}
