-- Keys that this database's service works with, made by chance at its first start.

create table keys (
    name       text primary key,
    value      text not null,
    created_at text not null
);
