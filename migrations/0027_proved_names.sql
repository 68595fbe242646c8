-- How the name of whoever decided was proved, and who issued a token.

-- `session`, `token`, `local_token`, `local`; null when Vigie decided alone, and of entries made before this was
-- kept, whose hashes stay what they are.
alter table audit add column proved_by text;

alter table tokens add column issued_by text; -- null when it was issued before this was kept

-- Whether it was issued on the command line beside the database, where nobody proves who they are.
alter table tokens add column issued_locally boolean not null default false;

-- The token that its issuer came with, which ends it too when it is revoked; null for a session, the command line
-- and tokens issued before this was kept.
alter table tokens add column issued_with bigint references tokens (number);
