-- undoes is the id of the change that this change reverts; 0 = none. db_user is empty, because SQLite has no accounts.
ALTER TABLE change ADD COLUMN undoes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE change ADD COLUMN db_user TEXT NOT NULL DEFAULT '';
