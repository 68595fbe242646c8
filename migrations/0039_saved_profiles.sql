-- Profiles of file layouts that people saved: they are laid over those that are shipped and those of the folder. Versions are
-- added and never changed; what holds of a profile is its last version.
create table profile_versions (
    profile text not null,   -- its id: `panorama-mj`
    number  bigint not null, -- from 1 within the profile
    text    text,            -- in TOML; none when the profile was withdrawn
    reason  text not null,
    actor   text not null,
    at      text not null,
    primary key (profile, number)
);
