-- Alerts of projects that left the panorama without a known reason are dormant.

-- One more state. A check cannot be altered in SQLite: the column is made anew.
alter table alerts add column state_now text not null default 'open'
    check (state_now in ('pending', 'open', 'dormant', 'resolved'));
update alerts set state_now = state;
alter table alerts drop column state;
alter table alerts rename column state_now to state;

-- Why projects left, as people explain it. Rows are added and never changed; what holds after entry M is
-- what the last entry of each project among 1 to M says.
create table exit_log (
    number      bigint primary key,
    project     text not null,
    exit_reason text,          -- none when the explanation is taken back
    known_on    text not null, -- the evaluation date from which it counts
    reason      text not null, -- in words
    actor       text not null,
    at          text not null
);

-- Explanations up to this number were known.
alter table cycles add column last_exit bigint not null default 0;
