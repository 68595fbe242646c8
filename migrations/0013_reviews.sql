-- Reviews of listed projects: the state in which the calendar and people left each, and every change.

create table reviews (
    id             text primary key,
    project        text not null, -- as known when it was planned, before any later link
    ministry       text not null,
    due_on         text not null,
    planned_on     text not null,
    state          text not null check (state in ('planned', 'held', 'cancelled')),
    revision       bigint not null,
    changed_at     text not null,
    body           text not null -- JSON of the whole review
);

-- Added and never changed: what was known after change M is what changes 1 to M add up to.
create table review_changes (
    number bigint primary key,
    review text not null references reviews (id),
    day    text not null, -- the date that it counts from, which may be earlier than `at`
    at     text not null,
    actor  text,          -- none when the calendar did it
    kind   text not null,
    reason text not null,
    body   text not null  -- JSON of the whole change, with the review as it was afterwards
);

create index review_changes_by_review on review_changes (review, number);

-- Changes to reviews up to this number were known to the cycle.
alter table cycles add column last_review bigint not null default 0;
