-- Imports that are out of the bounds of plausibility wait for a person; any import can be taken out again.

-- JSON: why the import waits, as found when it was recorded; an empty list when nothing was found.
alter table imports add column holds text not null default '[]';

-- What people decided on imports. Rows are added and never changed; what holds after entry M is what the
-- last entry of each import among 1 to M says.
create table import_decisions (
    number   bigint primary key,
    import   bigint not null references imports (number),
    action   text not null check (action in ('confirm', 'withdraw')),
    reason   text not null,
    actor    text not null,
    at       text not null
);

create index import_decisions_by_import on import_decisions (import, number);

-- What a decision changed in what an edition says, as `import_corrections` for an import.
create table decision_corrections (
    decision bigint not null references import_decisions (number),
    import   bigint not null references imports (number), -- the one that is in force now
    position bigint not null,
    subject  text not null,
    field    text not null,
    former   text not null,
    now_says text not null,
    primary key (decision, position)
);

-- As of the last decision.
create view import_states as
select imports.number as import,
       case (select action from import_decisions where import = imports.number order by number desc limit 1)
           when 'confirm' then 'in_use'
           when 'withdraw' then 'withdrawn'
           else case imports.holds when '[]' then 'in_use' else 'on_hold' end
       end as state
from imports;

-- Decisions on imports up to this number were known.
alter table cycles add column last_confirmation bigint not null default 0;
