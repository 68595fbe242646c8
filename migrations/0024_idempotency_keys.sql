-- Keys under which a caller may send the same request again, and what was answered the first time.

create table idempotency_keys (
    account     bigint not null references accounts (number),
    route       text not null,    -- method and pattern: `POST /api/v1/silences`
    key         text not null,
    fingerprint text not null,    -- of all that makes the request what it is
    attempt     bigint not null,  -- from 1; a later one begins where an earlier one was cut
    begun_at    text not null,
    held_until  text not null,    -- until then the attempt is under way
    expires_at  text not null,
    acted       boolean not null, -- written in the transaction of the act itself
    status      bigint,           -- once answered
    headers     text,             -- JSON
    body        blob,
    primary key (account, route, key),
    check ((status is null) = (headers is null) and (status is null) = (body is null))
);

create index idempotency_keys_by_expiry on idempotency_keys (expires_at);

create index idempotency_keys_by_account on idempotency_keys (account, begun_at);
