-- Alerts: the state in which the last cycle left each, and every change that led there.

create table alerts (
    id          text primary key,
    rule        text not null,
    subject     text not null,
    project     text,
    ministry    text,
    state       text not null check (state in ('pending', 'open', 'resolved')),
    level       text not null,
    since       text not null,
    updated_at  text not null,
    streak      bigint not null,
    stale       boolean not null,
    evidence    text, -- JSON
    explanation text,
    unique (rule, subject)
);

-- Added and never changed.
create table alert_changes (
    cycle    bigint not null references cycles (number),
    position bigint not null, -- order in the cycle
    alert    text not null references alerts (id),
    kind     text not null,
    reason   text not null,
    body     text not null,   -- JSON of the whole change, with the alert as it was afterwards
    primary key (cycle, position)
);

create index alert_changes_by_alert on alert_changes (alert, cycle);
