-- Outages of channels: times in which what carries notices (a mail server, a webhook, Tchap) took none, through no
-- fault of theirs. Meanwhile they wait as they are: no attempt counts against them, and none is given up.

create table channel_outages (
    lane            text not null,   -- `mail`, `webhook/…`, `tchap`
    since           text not null,
    reason          text not null,   -- of the last failure, in the words of the metrics
    error           text not null,
    failures        bigint not null, -- attempts that came to nothing since
    only_notice     text,            -- when all of them were of one notice which may be to blame rather than the channel
    last_attempt_at text not null,
    next_attempt_at text not null,   -- when the service tries again
    ended_at        text,            -- null while it lasts
    told_at         text,            -- when the risk team was told, through another channel
    end_told_at     text,            -- when it was told that the outage had ended
    primary key (lane, since)
);

create unique index channel_outages_under_way on channel_outages (lane) where ended_at is null;

-- When an attempt failed for which the channel was blamed rather than the notice. Should others be delivered since, the
-- notice is to blame the next time.
alter table notices add column channel_failed_at text;

-- Seconds of outage since the first attempt that counts: they do not age the notice.
alter table notices add column outage_seconds bigint not null default 0;

-- Of `failed`, those that count against no notice.
alter table delivery_failures add column spared bigint not null default 0;
