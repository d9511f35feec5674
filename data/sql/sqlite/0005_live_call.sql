-- Live calls for screens that read them here instead of from Asterisk. Each recorder writes rows of its own; a screen follows one
-- recorder per server. seq counts a recorder's writings: what is new is found by it. An ended call stays for a while, so that its
-- end is read. beat: changes as long as the recorder lives; servers: which it listens to now, by blanks.
CREATE TABLE live_recorder (
	recorder TEXT NOT NULL PRIMARY KEY,
	seq INTEGER NOT NULL,
	beat INTEGER NOT NULL,
	seen_us INTEGER NOT NULL,
	servers TEXT NOT NULL
);

-- The columns are those of call; knows and recorded_us are not used here.
CREATE TABLE live_call AS SELECT CAST('' AS TEXT) AS recorder, CAST(0 AS INTEGER) AS seq, call.* FROM call WHERE false;

CREATE UNIQUE INDEX live_call_key ON live_call (recorder, server, linkedid);
CREATE INDEX live_call_by_seq ON live_call (recorder, seq);
