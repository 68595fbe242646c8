-- What people do about alerts, and what explains a change beside the verdicts.

alter table alerts add column hidden_by text; -- the rule whose alert says it already

-- What each import said otherwise than the one it replaced. Added and never changed.
create table import_corrections (
    import   bigint not null references imports (number),
    position bigint not null, -- in the order of the report
    subject  text not null,
    field    text not null,
    former   text not null,   -- in French words
    now_says text not null,
    primary key (import, position)
);

-- What people did about an alert, and what became of it. Added and never changed.
create table alert_acts (
    number      bigint primary key,
    alert       text not null references alerts (id),
    kind        text not null,
    actor       text not null,
    at          text not null,
    after_cycle bigint not null, -- the last cycle by then; 0 when none
    words       text not null,   -- the comment, or the reason
    whom        text             -- to whom it was assigned
);

create index alert_acts_by_alert on alert_acts (alert, number);

-- The state in which those acts leave an alert.
create table alert_handling (
    alert           text primary key references alerts (id),
    acknowledged_by text,
    acknowledged_at text,
    assigned_to     text,
    check ((acknowledged_by is null) = (acknowledged_at is null))
);

-- The right of reply of a project's team: which figures it contests, and what came of it.
create table disputes (
    number      bigint primary key,
    alert       text not null references alerts (id),
    project     text not null,
    import      bigint references imports (number), -- the one that said it, when one did
    fields      text not null, -- JSON
    statement   text not null,
    author      text not null, -- of the team
    at          text not null,
    state       text not null check (state in ('open', 'upheld', 'rejected', 'settled')),
    answered_by text,
    answered_at text,
    answer      text,
    settled_by  bigint references imports (number), -- the import that corrected a contested field
    check ((state = 'open') = (answered_at is null))
);

create index disputes_by_project on disputes (project, number);

-- Why nobody is told of some alerts for a while. All the scopes that are given must fit.
create table silences (
    number       bigint primary key,
    rule         text,
    project      text,
    ministry     text,
    author       text not null,
    reason       text not null,
    made_at      text not null,
    last_day     text not null, -- in Paris
    announce_on  text not null, -- the day from which its end is announced
    levels       text not null, -- JSON: levels by then of the alerts it covered
    revisions    text not null, -- JSON: revisions by then of the rules it covers
    to_review    text not null, -- JSON: rules that are no longer what they were
    announced_at text,          -- that its end is near
    ended_at     text,
    ended_by     text,
    ended_reason text,
    check (rule is not null or project is not null or ministry is not null),
    check ((ended_at is null) = (ended_by is null))
);

-- What cycles found of silences. Added and never changed.
create table silence_changes (
    cycle    bigint not null references cycles (number),
    position bigint not null,
    silence  bigint not null references silences (number),
    kind     text not null,
    reason   text not null,
    primary key (cycle, position)
);
