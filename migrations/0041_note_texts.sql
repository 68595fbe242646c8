-- What people write in the note to the COSINUM, by edition and by its place in the note. Rows are added and never changed: the
-- last revision of a text is the one in use.
create table note_texts (
    edition  text not null,
    section  text not null check (section in ('introduction', 'causes', 'evolutions', 'actions', 'decisions')),
    revision bigint not null, -- from 1
    text     text not null,   -- empty when it was taken out
    actor    text not null,
    at       text not null,
    primary key (edition, section, revision)
);
