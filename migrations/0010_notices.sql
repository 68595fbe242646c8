-- Notices: the outbox, written in the transaction of the cycle that decides them, and the memory of
-- what was told to whom.

create table notices (
    id               text primary key, -- stable: Message-ID, webhook-id and transaction id are made of it
    position         bigint not null unique, -- in the order in which they were written
    receiver         text not null,    -- `sg/…`, `dinum`, `director`, `webhook/…`, `tchap`
    lane             text not null,    -- what carries it: `mail`, `webhook/…`, `tchap`
    kind             text not null,
    cycle            bigint references cycles (number),
    thread           text not null,
    follows          text not null,    -- JSON: ids of earlier notices, oldest first
    title            text not null,
    content          text not null,    -- JSON: what is sent, to the byte
    created_at       text not null,
    not_before       text not null,
    state            text not null check (state in ('waiting', 'delivered', 'dead')),
    attempts         bigint not null,
    first_attempt_at text,
    next_attempt_at  text not null,
    delivered_at     text,
    last_error       text,
    leased_until     text,             -- a program is delivering it until then; later, it is anyone's
    check ((state = 'delivered') = (delivered_at is not null))
);

create index notices_due on notices (lane, state, next_attempt_at);
create index notices_in_order on notices (lane, thread, state, position);

-- One document for each receiver and ministry: read whole, and written only when it changes.
create table told (
    receiver text not null,
    about    text not null, -- `ministry/…` or `portfolio`
    body     text not null, -- JSON: alerts and missions as they were told
    primary key (receiver, about)
);

-- The first cycle in which a lane is set up takes what stands as already known.
create table lanes (
    name      text primary key,
    opened_at text not null,
    closed_at text, -- its receiver asked for nothing more
    reason    text,
    check ((closed_at is null) = (reason is null))
);
