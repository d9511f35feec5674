-- undoes: the change that this change takes back; 0 = none. db_user: the database's account, where the database has accounts.
ALTER TABLE change ADD COLUMN undoes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE change ADD COLUMN db_user TEXT NOT NULL DEFAULT '';
