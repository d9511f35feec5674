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

CREATE TABLE live_call (
	recorder TEXT NOT NULL,
	seq INTEGER NOT NULL,
	server TEXT NOT NULL,
	linkedid TEXT NOT NULL,
	channel TEXT NOT NULL,
	endpoint TEXT NOT NULL,
	number TEXT NOT NULL,
	caller TEXT NOT NULL,
	agent_leg TEXT NOT NULL,
	provider TEXT NOT NULL,
	agent TEXT NOT NULL,
	region TEXT NOT NULL,
	started_us INTEGER NOT NULL,
	agent_dialled_us INTEGER NOT NULL,
	answered_us INTEGER NOT NULL,
	first_audio_us INTEGER NOT NULL,
	ended_us INTEGER NOT NULL,
	talk_us INTEGER NOT NULL,
	state TEXT NOT NULL,
	outcome TEXT NOT NULL,
	hung_up_by TEXT NOT NULL,
	cause INTEGER NOT NULL,
	sip_code INTEGER NOT NULL,
	joined_late INTEGER NOT NULL,
	uncertain INTEGER NOT NULL,
	is_test INTEGER NOT NULL,
	PRIMARY KEY (recorder, server, linkedid)
);

CREATE INDEX live_call_by_seq ON live_call (recorder, seq);
