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
	server TEXT COLLATE "C" NOT NULL,
	linkedid TEXT COLLATE "C" NOT NULL,
	channel TEXT NOT NULL,
	endpoint TEXT NOT NULL,
	number TEXT COLLATE "C" NOT NULL,
	caller TEXT NOT NULL,
	agent_leg TEXT NOT NULL,
	provider TEXT COLLATE "C" NOT NULL,
	agent TEXT COLLATE "C" NOT NULL,
	region TEXT NOT NULL,
	started_us BIGINT NOT NULL,
	agent_dialled_us BIGINT NOT NULL,
	answered_us BIGINT NOT NULL,
	first_audio_us BIGINT NOT NULL,
	ended_us BIGINT NOT NULL,
	talk_us BIGINT NOT NULL,
	state TEXT NOT NULL,
	outcome TEXT NOT NULL,
	hung_up_by TEXT NOT NULL,
	cause BIGINT NOT NULL,
	sip_code BIGINT NOT NULL,
	joined_late BOOLEAN NOT NULL,
	uncertain BOOLEAN NOT NULL,
	is_test BOOLEAN NOT NULL,
	PRIMARY KEY (recorder, server, linkedid)
);

CREATE INDEX live_call_by_seq ON live_call (recorder, seq);
