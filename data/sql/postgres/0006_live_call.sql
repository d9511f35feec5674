-- Live calls, for screens that read them here instead of from Asterisk. Each recorder writes its own rows, and a screen follows
-- one recorder for each server. seq counts the batches that a recorder has written, so that a screen can read what is new. A call
-- that ended is kept for a while, so that screens read its end. beat changes as long as the recorder runs. servers holds the names
-- of the servers that the recorder listens to now, separated by blanks.
CREATE TABLE live_recorder (
	recorder TEXT COLLATE "C" NOT NULL PRIMARY KEY,
	seq BIGINT NOT NULL,
	beat BIGINT NOT NULL,
	seen_us BIGINT NOT NULL,
	servers TEXT NOT NULL
);

CREATE TABLE live_call (
	recorder TEXT COLLATE "C" NOT NULL,
	seq BIGINT NOT NULL,
	LIKE call,
	PRIMARY KEY (recorder, server, linkedid)
);

ALTER TABLE live_call DROP COLUMN knows;
ALTER TABLE live_call DROP COLUMN recorded_us;

CREATE INDEX live_call_by_seq ON live_call (recorder, seq);
