-- The verdicts of a cycle, a thousand subjects of a rule at a time. A page is known by its
-- fingerprint and kept once, however many cycles say the same.

-- Of the cycles committed so far: read, and never added to.
alter table verdicts rename to verdict_rows;

create table subject_pages (
    fingerprint text primary key,
    subjects    text not null -- JSON: `project/…`, `ministry/…` or `portfolio`, in order
);

create table verdict_pages (
    fingerprint text primary key,
    outcomes    text not null, -- for each subject a level from 0 to 4, or a letter: a place in `others`
    others      text not null, -- JSON: the verdicts that are no level
    findings    text not null  -- JSON: evidence and explanation of what fired
);

create table verdicts (
    cycle    bigint not null references cycles (number),
    position bigint not null, -- order in the cycle
    rule     text not null,
    page     bigint not null, -- of the rule, from 0
    subjects text not null references subject_pages (fingerprint),
    verdicts text not null references verdict_pages (fingerprint),
    primary key (cycle, position),
    unique (cycle, rule, page)
);

-- The cycle whose verdict an alert stands on: its evidence and explanation are that verdict's.
alter table alerts add column judged_in bigint references cycles (number);
