-- Imports: one row for each file read, numbered from 1 in the order of commit.
-- Rows are added and never changed, so that a past cycle can be judged again on what was known then.
-- Dates are text (`2020-11-01`), editions are text (`2020-11`), instants are text in UTC with nine
-- decimals, and structures are JSON text: the same in SQLite and in PostgreSQL, and sorted by time.

create table imports (
    number         bigint primary key,
    file           text not null,
    sha256         text not null,
    dataset        text not null,
    edition        text not null,
    profile        text not null,
    profile_reason text not null,
    imported_at    text not null,
    rows_kept      bigint not null,
    rows_set_aside bigint not null,
    set_aside      text not null, -- JSON: row numbers and the reason
    withheld       text not null, -- JSON: row, project and field of each withheld figure
    sightings      text not null, -- JSON: how each project of the file related to the known ones
    -- The same bytes may be filed again under another edition: a list that did not change.
    unique (sha256, dataset, edition)
);

create index imports_by_story on imports (dataset, edition, number);

-- What one edition says of one project. Missing is not withheld is not zero: each figure has its state.
create table snapshots (
    import            bigint not null references imports (number),
    project           text not null, -- as known when it was imported, before any later link
    name              text not null,
    ministry          text not null,
    ministry_label    text not null,
    phase_state       text not null check (phase_state in ('given', 'missing', 'withheld')),
    phase             text,
    start_state       text not null check (start_state in ('given', 'missing', 'withheld')),
    start_on          text,
    duration_state    text not null check (duration_state in ('given', 'missing', 'withheld')),
    duration_months   double precision,
    cost_state        text not null check (cost_state in ('given', 'missing', 'withheld')),
    cost_meur         double precision,
    inter_ministerial boolean,
    functional_zone   text,
    programme         text,
    description       text,
    withheld_reason   text,
    file_row          bigint not null, -- counted from 1 with the header
    primary key (import, project),
    check ((phase_state = 'given') = (phase is not null)),
    check ((start_state = 'given') = (start_on is not null)),
    check ((duration_state = 'given') = (duration_months is not null)),
    check ((cost_state = 'given') = (cost_meur is not null))
);

-- Follow-up data: facts, lists and contacts. The dataset is the import's.
create table follow_up (
    import   bigint not null references imports (number),
    position bigint not null, -- order in the file
    project  text,            -- as known when it was imported, before any later link
    ministry text,            -- for contacts
    payload  text not null,   -- JSON of the row
    primary key (import, position),
    check ((project is null) <> (ministry is null))
);
