-- Names that accounts had before they were renamed: nobody else may take one, and whoever wrote under one is still its author.

create table account_former_names (
    account bigint not null references accounts (number),
    name    text not null,
    until   text not null,
    primary key (account, name)
);

create index account_former_names_by_name on account_former_names (name);

-- Of the renamings that the audit trail tells.
insert into account_former_names (account, name, until)
select cast(substr(subject, 9) as bigint), json_extract(was, '$.name'), max(at)
from audit
where action = 'account_changed' and subject like 'account/%'
  and json_extract(was, '$.name') <> json_extract(became, '$.name')
group by subject, json_extract(was, '$.name');
