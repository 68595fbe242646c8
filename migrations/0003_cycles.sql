-- Cycles: what was judged, with which rules, and each verdict. One transaction writes all of one cycle.

create table catalogues (
    fingerprint text primary key
);

-- The texts of the rules, thresholds and playbook, kept once however many cycles used them.
create table catalogue_texts (
    fingerprint text not null references catalogues (fingerprint),
    path        text not null,
    text        text not null,
    primary key (fingerprint, path)
);

create table cycles (
    number      bigint primary key,
    as_of       text not null,
    edition     text not null,
    last_import bigint not null, -- imports up to this number were known; 0 when none was
    last_link   bigint not null, -- and the identity log up to this entry
    data        text not null,   -- fingerprint of what was judged
    catalogue   text not null references catalogues (fingerprint),
    started_at  text not null,
    figures     text not null,   -- JSON: the portfolio's figures by field
    judged      bigint not null,
    fired       bigint not null,
    unknown     bigint not null,
    failed      bigint not null
);

create table verdicts (
    cycle    bigint not null references cycles (number),
    position bigint not null, -- order in the cycle
    rule     text not null,
    subject  text not null,   -- `project/…`, `ministry/…` or `portfolio`
    project  text,
    outcome  text not null check (outcome in ('level', 'unknown', 'failed')),
    level    text,
    body     text not null,   -- JSON of the whole judgement, evidence included
    primary key (cycle, position),
    unique (cycle, subject, rule),
    check ((outcome = 'level') = (level is not null))
);
