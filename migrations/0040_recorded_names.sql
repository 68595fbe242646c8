-- Names of files that people recorded as those of a ministry or a project: they are laid over the table of aliases. Rows are
-- added and never changed; a name holds until a row of the second table withdraws it.
create table recorded_names (
    number       bigint primary key, -- from 1
    kind         text not null check (kind in ('ministry', 'project')),
    name         text not null,      -- as files write it
    designates   text not null,      -- the code of a ministry, or the id of a project
    new_ministry text,               -- the official name of a ministry that the table does not have
    reason       text not null,
    actor        text not null,
    at           text not null
);

create table name_withdrawals (
    number bigint primary key references recorded_names (number),
    reason text not null,
    actor  text not null,
    at     text not null
);
