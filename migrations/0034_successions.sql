-- Ministries that merge and split. Rows are added and never changed: each has the whole table of successions in effect
-- from then on, so that what held after entry N is entry N.
create table successions (
    number      bigint primary key,
    successions text not null, -- JSON: from which day on projects of a ministry are another's
    at          text not null
);

-- A questionnaire answers by field: of one edition, what a later one does not answer still stands. Those imported before
-- replaced all that was said of a project.
alter table imports add column by_field boolean not null default false;

-- Successions up to this entry were known.
alter table cycles add column last_succession bigint not null default 0;
