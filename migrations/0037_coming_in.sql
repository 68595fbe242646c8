-- How people come in without a provider of identities: mail addresses of accounts, links that open a session, and what
-- the owner of a session is told of it.

alter table accounts add column mail_address text;

-- In any case; the address of an account that is closed is free again.
create unique index accounts_by_mail_address on accounts (lower(mail_address))
    where mail_address is not null and closed_at is null;

alter table sessions add column last_seen_at text; -- to some minutes
alter table sessions add column opened_by text not null default 'provider';

-- Before this, sessions were opened by a provider, which gives a token for signing out, or by the first start.
update sessions set opened_by = 'setup' where id_token is null;

create index sessions_by_account on sessions (account);

-- Links to one account: invitations, and those by which somebody signs in. Each serves once.
create table account_links (
    number     bigint primary key,
    account    bigint not null references accounts (number),
    kind       text not null check (kind in ('invitation', 'sign_in')),
    browser    text, -- the fingerprint of the cookie of the browser that asked: it serves there alone
    go_to      text, -- where the person was going; an address of Vigie's own
    notice     text, -- the mail that carries it
    created_at text not null,
    expires_at text not null,
    used_at    text,
    revoked_at text,
    check ((kind = 'sign_in') = (browser is not null))
);

create index account_links_by_account on account_links (account, kind);
create index account_links_by_notice on account_links (notice);

-- The secrets of links are never stored, only their fingerprints. A mail that is tried again carries another secret of
-- the same link, and the earlier one still serves, since that mail may have arrived.
create table account_link_secrets (
    hash text primary key,
    link bigint not null references account_links (number)
);

create index account_link_secrets_by_link on account_link_secrets (link);
