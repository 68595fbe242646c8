-- New facts of alerts, and the engine that judged each cycle.

-- Every cycle before was judged by the first engine.
alter table cycles add column engine bigint not null default 1;

-- JSON: what new facts are measured from, by field; set when an alert opens.
alter table alerts add column fact_references text;
-- JSON: the new facts since it opened.
alter table alerts add column facts text;
