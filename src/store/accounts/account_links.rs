//! Links that open a session of one account, once: invitations, and those by which somebody signs in from a mail. Their
//! secrets are never stored, only the hashes of these.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

use super::account_records::is_over;
use super::credential::Credential;
use super::sessions::SessionTerms;
use super::{account_records, sessions};
use crate::domain::accounts::access::{Account, AccountNumber};
use crate::domain::accounts::audit::{ActionContext, Actor, AuditRecord};
use crate::domain::accounts::mail_address::MailAddress;
use crate::domain::accounts::sessions::{AccountLinkKind, SessionOpening};
use crate::domain::ids::NoticeId;
use crate::domain::messages::notice::Notice;
use crate::store::audit::audit_trail;
use crate::store::db::connections::end;
use crate::store::db::engine::connection::Connection;
use crate::store::db::engine::rows::fields_are_columns;
use crate::store::db::error::StoreError;
use crate::store::db::handle::Store;
use crate::store::db::queries::{query, query_as, query_scalar};
use crate::store::db::sql_types::Timestamp;
use crate::store::outbox::{outgoing, waits};
use crate::support::fingerprint::Fingerprint;

const WHAT: &str = "links of accounts";

/// Sign-in links that one account is sent in an hour, at most. Anybody may ask for them.
const MOST_IN_AN_HOUR: i64 = 5;

/// How long links are remembered once they are over.
const REMEMBERED: TimeDelta = TimeDelta::days(1);

/// How an invitation reaches its person.
#[derive(Clone, Copy, Debug)]
pub enum InvitationDelivery<'a> {
    /// Whoever invites is shown it, and passes it on.
    Shown,
    /// This mail carries it.
    Mailed(&'a Notice),
}

/// What somebody who asks for a sign-in link comes with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignInRequest {
    /// Of the cookie of their browser.
    pub browser: Fingerprint,
    /// Where they were going; an address of Vigie's own.
    pub go_to: Option<String>,
}

/// A link that serves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldAccountLink {
    number: i64,
    pub account: Account,
    /// Where the person was going.
    pub go_to: Option<String>,
}

/// What a link that somebody follows is worth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccountLinkState {
    Serves(Box<HeldAccountLink>),
    /// It serves in the browser that asked for it alone.
    OfAnotherBrowser,
    /// Unknown, used, expired or revoked, or of an account that is closed.
    Over,
}

/// The link that a mail about to leave carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CarriedLink {
    /// By a secret made for this attempt.
    Fresh(Credential),
    /// It is over, and the mail was withdrawn.
    Over,
}

impl Store {
    /// Invites the person of an account: a link until `until`, and earlier ones serve nobody any more. Gives its secret when
    /// it is to be shown, and never again.
    ///
    /// # Errors
    ///
    /// There is no such account, or it is closed.
    pub async fn invite_account(
        &self,
        (account, until): (AccountNumber, DateTime<Utc>),
        delivery: InvitationDelivery<'_>,
        act: &ActionContext,
    ) -> Result<Option<Credential>, StoreError> {
        self.check_whole("the list of accounts")?;
        let mut transaction = self.begin_write().await?;
        account_records::unclosed(&mut transaction, account).await?;
        let kind = AccountLinkKind::Invitation;
        account_records::revoke_links(&mut transaction, account, Some(kind), act.at).await?;
        let (notices, is_mailed) = match delivery {
            InvitationDelivery::Shown => (&[][..], false),
            InvitationDelivery::Mailed(notice) => (std::slice::from_ref(notice), true),
        };
        let link = NewLink {
            account,
            kind,
            request: None,
            notice: notices.first().map(|notice| &notice.id),
            period: (act.at, until),
        };
        let number = insert(&mut transaction, &link).await?;
        let secret =
            if is_mailed { None } else { Some(add_secret(&mut transaction, number).await?) };
        outgoing::insert(&mut transaction, notices).await?;
        let became = json!({ "expires_at": until, "mailed": is_mailed });
        let deed = act.deed("account_invited", account_records::subject(account)).became(&became);
        audit_trail::append(&mut transaction, act.at, &[deed]).await?;
        end(transaction).await?;
        self.outbox_filled();
        Ok(secret)
    }

    /// The account that has this address and is not closed.
    pub async fn account_at(&self, address: &MailAddress) -> Result<Option<Account>, StoreError> {
        self.check_whole("the list of accounts")?;
        let mut transaction = self.begin_read().await?;
        let all = account_records::select(&mut transaction, None).await?;
        let is_at =
            |one: &Account| one.closed_at.is_none() && one.mail_address.as_ref() == Some(address);
        Ok(all.into_iter().find(is_at))
    }

    /// Sends a sign-in link by `notice`. `false`, and nothing is written, when the account was sent several within an hour.
    ///
    /// # Errors
    ///
    /// There is no such account, or it is closed.
    pub async fn offer_sign_in(
        &self,
        account: AccountNumber,
        (request, notice): (&SignInRequest, &Notice),
        (now, until): (DateTime<Utc>, DateTime<Utc>),
    ) -> Result<bool, StoreError> {
        self.check_whole("the list of accounts")?;
        let mut transaction = self.begin_write().await?;
        account_records::unclosed(&mut transaction, account).await?;
        let sent: i64 = query_scalar(
            "select count(*) from account_links
             where account = $1 and kind = $2 and created_at > $3 and created_at <= $4",
        )
        .bind(account)
        .bind(AccountLinkKind::SignIn)
        .bind(Timestamp(now - TimeDelta::hours(1)))
        .bind(Timestamp(waits::latest(now)))
        .one(&mut *transaction, WHAT)
        .await?;
        if sent >= MOST_IN_AN_HOUR {
            return Ok(false);
        }
        let link = NewLink {
            account,
            kind: AccountLinkKind::SignIn,
            request: Some(request),
            notice: Some(&notice.id),
            period: (now, until),
        };
        insert(&mut transaction, &link).await?;
        outgoing::insert(&mut transaction, std::slice::from_ref(notice)).await?;
        let subject = account_records::subject(account);
        let deed = AuditRecord::by(&Actor::vigie(), "sign_in_link_sent", subject);
        audit_trail::append(&mut transaction, now, &[deed]).await?;
        end(transaction).await?;
        self.outbox_filled();
        Ok(true)
    }

    /// What a link is worth to whoever presents it, from this browser. Looking uses nothing up.
    pub async fn account_link(
        &self,
        kind: AccountLinkKind,
        (presented, browser): (&Credential, Option<&Fingerprint>),
        now: DateTime<Utc>,
    ) -> Result<AccountLinkState, StoreError> {
        let mut transaction = self.begin_read().await?;
        held(&mut transaction, kind, (presented, browser), now).await
    }

    /// Opens the session that a link is for, until `until`, once: what the link was worth, and with it the secret of the
    /// session when it served.
    pub async fn use_account_link(
        &self,
        kind: AccountLinkKind,
        (presented, browser): (&Credential, Option<&Fingerprint>),
        (now, until): (DateTime<Utc>, DateTime<Utc>),
    ) -> Result<(AccountLinkState, Option<Credential>), StoreError> {
        let mut transaction = self.begin_write().await?;
        let state = held(&mut transaction, kind, (presented, browser), now).await?;
        let AccountLinkState::Serves(link) = &state else { return Ok((state, None)) };
        query("update account_links set used_at = $2 where number = $1")
            .bind(link.number)
            .bind(Timestamp(now))
            .run(&mut *transaction, WHAT)
            .await?;
        let terms = SessionTerms {
            account: link.account.number,
            opened_by: match kind {
                AccountLinkKind::Invitation => SessionOpening::Invitation,
                AccountLinkKind::SignIn => SessionOpening::MailLink,
            },
            multi_factor: false,
            id_token: None,
            expires_at: until,
        };
        let actor = link.account.name.clone();
        let act = ActionContext { actor, at: now, reason: String::new() };
        let secret = sessions::open(&mut transaction, &terms, &act).await?;
        end(transaction).await?;
        Ok((state, Some(secret)))
    }

    /// The links that these mails carry, each with a secret made now. Mails without a link are left out.
    pub async fn carried_links(
        &self,
        notices: &[&NoticeId],
        now: DateTime<Utc>,
    ) -> Result<BTreeMap<NoticeId, CarriedLink>, StoreError> {
        self.check_whole("delivery")?;
        let mut carried = BTreeMap::new();
        if notices.is_empty() {
            return Ok(carried);
        }
        let mut transaction = self.begin_write().await?;
        for id in notices {
            let Some(link) = carried_by(&mut transaction, id).await? else { continue };
            let link = if link.serves(now) {
                CarriedLink::Fresh(add_secret(&mut transaction, link.number).await?)
            } else {
                withdraw(&mut transaction, id, now).await?;
                CarriedLink::Over
            };
            carried.insert((*id).clone(), link);
        }
        end(transaction).await?;
        Ok(carried)
    }
}

struct NewLink<'a> {
    account: AccountNumber,
    kind: AccountLinkKind,
    request: Option<&'a SignInRequest>,
    notice: Option<&'a NoticeId>,
    /// When it is made, and until when it serves.
    period: (DateTime<Utc>, DateTime<Utc>),
}

struct LinkRow {
    number: i64,
    account: AccountNumber,
    browser: Option<Fingerprint>,
    go_to: Option<String>,
    created_at: Timestamp,
    expires_at: Timestamp,
    used_at: Option<Timestamp>,
    revoked_at: Option<Timestamp>,
}

fields_are_columns!(LinkRow {
    number,
    account,
    browser,
    go_to,
    created_at,
    expires_at,
    used_at,
    revoked_at
});

impl LinkRow {
    fn serves(&self, now: DateTime<Utc>) -> bool {
        self.used_at.is_none()
            && self.revoked_at.is_none()
            && !is_over(self.expires_at.0, now)
            && !waits::is_ahead(self.created_at.0, now)
    }
}

/// Those that have been over for long are forgotten meanwhile.
async fn insert(connection: &mut Connection, link: &NewLink<'_>) -> Result<i64, StoreError> {
    let (now, until) = link.period;
    for statement in [
        "delete from account_link_secrets where link in
             (select number from account_links where expires_at <= $1)",
        "delete from account_links where expires_at <= $1",
    ] {
        query(statement).bind(Timestamp(now - REMEMBERED)).run(&mut *connection, WHAT).await?;
    }
    let number = query_scalar("select coalesce(max(number), 0) + 1 from account_links")
        .one(&mut *connection, WHAT)
        .await?;
    query(
        "insert into account_links (number, account, kind, browser, go_to, notice, created_at,
                                    expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(number)
    .bind(link.account)
    .bind(link.kind)
    .bind(link.request.map(|request| &request.browser))
    .bind(link.request.and_then(|request| request.go_to.as_deref()))
    .bind(link.notice)
    .bind(Timestamp(now))
    .bind(Timestamp(until))
    .run(connection, WHAT)
    .await?;
    Ok(number)
}

async fn add_secret(connection: &mut Connection, link: i64) -> Result<Credential, StoreError> {
    let secret = Credential::fresh("")?;
    query("insert into account_link_secrets (hash, link) values ($1, $2)")
        .bind(secret.hash())
        .bind(link)
        .run(connection, WHAT)
        .await?;
    Ok(secret)
}

async fn held(
    connection: &mut Connection,
    kind: AccountLinkKind,
    (presented, browser): (&Credential, Option<&Fingerprint>),
    now: DateTime<Utc>,
) -> Result<AccountLinkState, StoreError> {
    let found: Option<LinkRow> = query_as(
        "select links.number, links.account, links.browser, links.go_to, links.created_at,
                links.expires_at, links.used_at, links.revoked_at
         from account_link_secrets secrets join account_links links on links.number = secrets.link
         where secrets.hash = $1 and links.kind = $2",
    )
    .bind(presented.hash())
    .bind(kind)
    .optional(&mut *connection, WHAT)
    .await?;
    let Some(link) = found.filter(|link| link.serves(now)) else {
        return Ok(AccountLinkState::Over);
    };
    let account = account_records::select(connection, Some(link.account)).await?.pop();
    let Some(account) = account.filter(|account| account.closed_at.is_none()) else {
        return Ok(AccountLinkState::Over);
    };
    if link.browser.is_some() && link.browser.as_ref() != browser {
        return Ok(AccountLinkState::OfAnotherBrowser);
    }
    let LinkRow { number, go_to, .. } = link;
    Ok(AccountLinkState::Serves(Box::new(HeldAccountLink { number, account, go_to })))
}

async fn carried_by(
    connection: &mut Connection,
    notice: &NoticeId,
) -> Result<Option<LinkRow>, StoreError> {
    query_as(
        "select number, account, browser, go_to, created_at, expires_at, used_at, revoked_at
         from account_links where notice = $1 order by number desc limit 1",
    )
    .bind(notice)
    .optional(connection, WHAT)
    .await
}

async fn withdraw(
    connection: &mut Connection,
    notice: &NoticeId,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    query(
        "update notices set state = 'dead', withdrawn_at = $2, leased_until = null,
                            last_error = 'withdrawn: the link that it carries is over'
         where id = $1 and state = 'waiting'",
    )
    .bind(notice)
    .bind(Timestamp(now))
    .run(connection, "notices")
    .await?;
    Ok(())
}
