-- The identity log: two ids found to be one project, or found not to be. Rows are added and never
-- changed; the links in force after entry M are those that entries 1 to M add up to.

create table identity_log (
    number       bigint primary key,
    action       text not null check (action in ('link', 'unlink')),
    from_project text not null,
    into_project text not null,
    reason       text not null,
    at           text not null,
    check (from_project <> into_project)
);
