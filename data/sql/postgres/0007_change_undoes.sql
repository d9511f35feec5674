-- undoes is the id of the change that this change reverts; 0 = none. db_user is the account that connected to the database. The
-- database sets it, so that a program can't write another name.
ALTER TABLE change ADD COLUMN undoes BIGINT NOT NULL DEFAULT 0;
ALTER TABLE change ADD COLUMN db_user TEXT NOT NULL DEFAULT '';
ALTER TABLE change ALTER COLUMN db_user SET DEFAULT session_user;
