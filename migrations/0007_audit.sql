-- The audit trail: every decision, by people or by Vigie itself. Rows are added and never changed.
-- Each carries the hash of the one before it, so that none can be altered, taken out or moved unseen.

create table audit (
    number   bigint primary key, -- from 1, without a gap
    at       text not null,
    actor    text not null,      -- a person, or `vigie`
    action   text not null,      -- `alert_raised`
    subject  text not null,      -- `alert/…`, `mission/…`, `import/12`
    was      text,               -- JSON: what it was before, as far as it matters
    became   text,               -- JSON: what it was afterwards
    reason   text,
    previous text not null,
    hash     text not null
);

create index audit_by_subject on audit (subject, number);

-- The last entry, told apart from the entries: without it, an end cut off would leave no trace.
create table audit_head (
    position bigint primary key check (position = 1),
    number   bigint not null,
    hash     text not null
);
