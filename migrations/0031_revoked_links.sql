-- Messages whose links for people without an account were revoked by hand, before they expire.

create table revoked_links (
    notice     text primary key,
    revoked_at text not null
);
