-- Sign-ins under way: people who left for their provider of identities and are not back yet. Each serves
-- once. The ticket itself is in the person's browser only.

create table sign_ins (
    ticket     text primary key, -- its fingerprint
    go_to      text,             -- where the person was going; an address of Vigie's own
    expires_at text not null
);

create index sign_ins_by_expiry on sign_ins (expires_at);
