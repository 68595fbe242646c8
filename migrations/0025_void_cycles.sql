-- A committed cycle that was wrong is made void: it is marked, with who did it and why, and never deleted.

alter table cycles add column voided_at text; -- null while it stands

alter table cycles add column voided_by text;

alter table cycles add column voided_reason text;

-- What each receiver had been told before a cycle, so that what a void cycle never got to say is forgotten.
-- Only of the last cycles: those are the ones that can be made void.
create table told_before (
    cycle    bigint not null references cycles (number),
    receiver text not null,
    about    text not null,
    body     text, -- as in `told`; null when nothing had been told
    primary key (cycle, receiver, about)
);

-- A notice of a void cycle that had not left: its state is `dead`, and it is never sent again.
alter table notices add column withdrawn_at text;
