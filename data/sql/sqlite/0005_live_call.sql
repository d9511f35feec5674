-- Live calls, for screens that read them here instead of from Asterisk. Each recorder writes its own rows, and a screen follows
-- one recorder for each server. seq counts the batches that a recorder has written, so that a screen can read what is new. A call
-- that ended is kept for a while, so that screens read its end. beat changes as long as the recorder runs. servers holds the names
-- of the servers that the recorder listens to now, separated by blanks.
CREATE TABLE live_recorder (
	recorder TEXT NOT NULL PRIMARY KEY,
	seq INTEGER NOT NULL,
	beat INTEGER NOT NULL,
	seen_us INTEGER NOT NULL,
	servers TEXT NOT NULL
);

-- The columns are those of the table call; knows and recorded_us are not used.
CREATE TABLE live_call AS SELECT CAST('' AS TEXT) AS recorder, CAST(0 AS INTEGER) AS seq, call.* FROM call WHERE false;

CREATE UNIQUE INDEX live_call_key ON live_call (recorder, server, linkedid);
CREATE INDEX live_call_by_seq ON live_call (recorder, seq);
