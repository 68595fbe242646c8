-- How long each phase of a cycle took, for the metrics: no decision rests on it.

create table cycle_times (
    cycle        bigint not null references cycles (number),
    phase        text not null check (phase in ('load', 'judge', 'decide', 'write')),
    microseconds bigint not null,
    primary key (cycle, phase)
);
