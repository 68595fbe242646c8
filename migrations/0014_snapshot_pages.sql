-- Snapshots of an import, a thousand at a time: they are only ever read all together.

-- Of the imports recorded so far: read, and never added to.
alter table snapshots rename to snapshot_rows;

create table snapshot_pages (
    import    bigint not null references imports (number),
    page      bigint not null, -- from 0, in the order of the file
    snapshots text not null,   -- JSON
    primary key (import, page)
);

-- Which project each import speaks of, and under which name.
create table snapshots (
    import   bigint not null references imports (number),
    project  text not null, -- as known when it was imported, before any later link
    name     text not null,
    ministry text not null,
    file_row bigint not null, -- counted from 1 with the header
    primary key (import, project)
);

insert into snapshots (import, project, name, ministry, file_row)
select import, project, name, ministry, file_row from snapshot_rows;
