-- undoes: the change that this change takes back; 0 = none. db_user: the account that connected to the database. The database sets
-- it by itself, so that a program can't sign with another name.
ALTER TABLE change ADD COLUMN undoes BIGINT NOT NULL DEFAULT 0;
ALTER TABLE change ADD COLUMN db_user TEXT NOT NULL DEFAULT '';
ALTER TABLE change ALTER COLUMN db_user SET DEFAULT session_user;
