-- Live calls for screens that read them here instead of from Asterisk. Each recorder writes rows of its own; a screen follows one
-- recorder per server. seq counts a recorder's writings: what is new is found by it. An ended call stays for a while, so that its
-- end is read. beat: changes as long as the recorder lives; servers: which it listens to now, by blanks.
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
