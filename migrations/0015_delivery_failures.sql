-- Attempts to send that came to nothing, by what carries notices and by reason: counted for good, since
-- notices are forgotten in time.

create table delivery_failures (
    lane   text not null,
    reason text not null, -- in the words of the metrics
    failed bigint not null,
    primary key (lane, reason)
);
