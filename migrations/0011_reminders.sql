-- Reminders: how often a receiver was reminded of an alert since the notice that told it.

create table reminders (
    receiver     text not null,
    alert        text not null references alerts (id),
    told         text not null, -- id of the notice, which may have been forgotten since
    reminders    bigint not null,
    last_on      text,
    escalated_on text,
    primary key (receiver, alert, told)
);
