-- What people changed in the shipped rules: texts, drafts on their way to publication, and what was published. Texts,
-- revisions, versions and publications are added and never changed.

-- Every text that a draft held, and every shipped text that one was written over, once.
create table rule_texts (
    sha256 text primary key,
    text   text not null
);

create table rule_drafts (
    number   bigint primary key,
    revision bigint not null, -- the last one
    state    text not null check (state in ('draft', 'in_review', 'published', 'withdrawn'))
);

-- Each step of a draft, with the files that it held then.
create table rule_draft_revisions (
    draft    bigint not null references rule_drafts (number),
    revision bigint not null,
    step     text not null check (step in ('saved', 'submitted', 'returned', 'published', 'withdrawn')),
    actor    text not null,
    at       text not null,
    words    text not null, -- the comment of what is saved, the reason of the others
    files    text not null, -- JSON: path, fingerprint, version in force and shipped text that it was written over
    primary key (draft, revision)
);

-- Each text that was ever published for a file, numbered from 1 within the file.
create table rule_versions (
    path    text not null,
    number  bigint not null,
    sha256  text not null references rule_texts (sha256),
    shipped text references rule_texts (sha256), -- the shipped text that it was written over, when there was one
    draft   bigint not null references rule_drafts (number),
    authors text not null, -- JSON
    comment text not null,
    primary key (path, number)
);

-- What was put in force: a draft, or what had been in force before (a roll back).
create table rule_publications (
    number bigint primary key,
    at     text not null,
    actor  text not null,
    reason text not null,
    draft  bigint references rule_drafts (number) -- none for a roll back
);

-- For each file that a publication put in force, the version, and the one before; none stands for the shipped text.
create table rule_publication_files (
    publication bigint not null references rule_publications (number),
    path        text not null,
    version     bigint,
    former      bigint,
    primary key (publication, path)
);

create index rule_publication_files_by_path on rule_publication_files (path, publication);
