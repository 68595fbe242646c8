-- Jobs: what runs by itself, who runs it now, and what became of each run.

create table jobs (
    name            text primary key,
    settled_to      text not null, -- firings up to this instant are answered
    next_at         text,          -- the next firing; null for never
    missed          bigint not null, -- firings that found nobody, since the beginning
    last_success_at text,
    -- Whoever runs the job holds it until then, and says so again before: a holder that died lets go.
    holder          text,
    held_until      text,
    check ((holder is null) = (held_until is null))
);

-- Numbered from 1; old ones are removed.
create table job_runs (
    number     bigint primary key,
    job        text not null,
    occasion   text not null check (occasion in ('timetable', 'catch_up', 'person')),
    firing     text,            -- the firing that it answers; null when a person asked
    missed     bigint not null, -- firings missed that it answers too
    holder     text not null,
    started_at text not null,
    ended_at   text,
    outcome    text not null check (outcome in
                   ('processing', 'success', 'partial_failure', 'failure', 'stopped', 'interrupted')),
    detail     text not null,
    check ((outcome = 'processing') = (ended_at is null))
);

create index job_runs_by_job on job_runs (job, number);

-- What the import job last found at each path and address, so that it reads only what is new, and
-- refuses a file once.
create table import_sources (
    source        text primary key,
    sha256        text,
    size          bigint,
    modified_at   text,
    etag          text,
    last_modified text, -- as the server said it
    outcome       text not null check (outcome in ('imported', 'known', 'refused', 'failed')),
    import        bigint references imports (number),
    context       text not null, -- fingerprint of what a refusal depends on besides the file
    detail        text not null,
    seen_at       text not null
);
