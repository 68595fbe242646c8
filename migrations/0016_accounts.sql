-- Accounts, and how a caller proves which one it is. Secrets are never kept, only their fingerprints.

create table accounts (
    number     bigint primary key,
    name       text not null unique, -- the actor of what it does
    roles      text not null,        -- JSON
    scope      text not null,        -- JSON: the whole State, or codes of ministries
    issuer     text,
    identity   text,                 -- what the issuer calls it
    created_at text not null,
    closed_at  text,
    revision   bigint not null,      -- changes so far, its making included
    unique (issuer, identity),
    check ((issuer is null) = (identity is null))
);

-- For programs, and for people who do not sign in by a provider of identities.
create table tokens (
    number       bigint primary key,
    account      bigint not null references accounts (number),
    label        text not null,
    hash         text not null unique,
    roles        text not null, -- JSON: of those that the account has, these only
    scope        text not null, -- JSON: of what the account sees, this only
    created_at   text not null,
    expires_at   text not null,
    last_used_at text,
    revoked_at   text
);

create index tokens_by_account on tokens (account, number);

-- For browsers.
create table sessions (
    hash         text primary key,
    account      bigint not null references accounts (number),
    multi_factor boolean not null,
    id_token     text, -- what the provider of identities wants back when the person signs out
    created_at   text not null,
    expires_at   text not null
);

create index sessions_by_expiry on sessions (expires_at);

-- Links that make one account, once.
create table invitations (
    hash       text primary key,
    roles      text not null, -- JSON
    scope      text not null, -- JSON
    created_at text not null,
    expires_at text not null,
    used_at    text,
    account    bigint references accounts (number),
    check ((used_at is null) = (account is null))
);
