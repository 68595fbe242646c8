-- Campaigns: for an edition, project teams are asked what only they know. Rows are added and never changed; what holds
-- after entry M is what the last entry of each edition among 1 to M says.
create table campaign_log (
    number    bigint primary key,
    edition   text not null,
    opens_on  text,          -- both dates are none when the campaign is called off
    closes_on text,
    reason    text not null, -- in words
    actor     text not null,
    at        text not null,
    check ((opens_on is null) = (closes_on is null))
);

-- Campaigns up to this entry were known.
alter table cycles add column last_campaign bigint not null default 0;
