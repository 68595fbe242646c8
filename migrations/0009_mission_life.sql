-- Missions that people decide on and conduct: one more state, a revision that guards against decisions
-- made on what has changed since, what people added, and one log for what cycles and people did.
-- The tables are made anew, since a check cannot be altered in SQLite.

create table missions_kept (
    id        text primary key,
    subject   text not null, -- as known when it was opened, before any later link
    project   text,
    ministry  text,
    kind      text not null,
    state     text not null check (state in ('proposed', 'open', 'declined', 'withdrawn', 'closed')),
    automatic boolean not null,
    reasons   text not null, -- JSON: one line for each alert that called for it
    opened_in bigint not null references cycles (number),
    opened_on text not null,
    due_on    text not null,
    revision  bigint not null, -- changes so far, its opening included
    conduct   text not null    -- JSON: decision, milestones, notes, replies of vendors, outcome
);

insert into missions_kept (id, subject, project, ministry, kind, state, automatic, reasons, opened_in,
                           opened_on, due_on, revision, conduct)
select id, subject, project, ministry, kind, state, automatic, reasons, opened_in, opened_on, due_on,
       (select count(*) from mission_changes where mission_changes.mission = missions.id), '{}'
from missions;

create table mission_alerts_kept (
    mission  text not null references missions_kept (id),
    position bigint not null, -- in the order in which they joined
    alert    text not null references alerts (id),
    primary key (mission, position)
);

insert into mission_alerts_kept (mission, position, alert)
select mission, position, alert from mission_alerts;

-- Added and never changed.
create table mission_changes_kept (
    number  bigint primary key, -- in the order in which they happened
    cycle   bigint references cycles (number), -- none when a person did it
    mission text not null references missions_kept (id),
    at      text not null,
    actor   text, -- none when a cycle did it
    kind    text not null,
    reason  text not null,
    body    text not null -- JSON of the whole change, with the mission as it was afterwards
);

insert into mission_changes_kept (number, cycle, mission, at, kind, reason, body)
select row_number() over (order by mission_changes.cycle, mission_changes.position),
       mission_changes.cycle, mission_changes.mission, cycles.started_at, mission_changes.kind,
       mission_changes.reason, mission_changes.body
from mission_changes join cycles on cycles.number = mission_changes.cycle;

drop table mission_changes;
drop table mission_alerts;
drop table missions;

alter table missions_kept rename to missions;
alter table mission_alerts_kept rename to mission_alerts;
alter table mission_changes_kept rename to mission_changes;

create index mission_changes_by_mission on mission_changes (mission, number);
create index mission_changes_by_cycle on mission_changes (cycle);
