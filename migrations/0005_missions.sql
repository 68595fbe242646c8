-- Missions: the state in which the last cycle left each, the alerts that it gathers, and every change.

create table missions (
    id        text primary key,
    subject   text not null,
    project   text,
    ministry  text,
    kind      text not null,
    state     text not null check (state in ('proposed', 'open', 'withdrawn', 'closed')),
    automatic boolean not null,
    reasons   text not null, -- JSON: one line for each alert that called for it
    opened_in bigint not null references cycles (number),
    opened_on text not null,
    due_on    text not null
);

create table mission_alerts (
    mission  text not null references missions (id),
    position bigint not null, -- in the order in which they joined
    alert    text not null references alerts (id),
    primary key (mission, position)
);

-- Added and never changed.
create table mission_changes (
    cycle    bigint not null references cycles (number),
    position bigint not null, -- order in the cycle
    mission  text not null references missions (id),
    kind     text not null,
    reason   text not null,
    body     text not null,   -- JSON of the whole change, with the mission as it was afterwards
    primary key (cycle, position)
);

create index mission_changes_by_mission on mission_changes (mission, cycle);
