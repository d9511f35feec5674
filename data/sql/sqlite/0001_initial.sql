-- The workspace has one row. Every mutation holds the write lock of the database and takes its change id from last_change.
-- So the ids have no gaps and are in the order of commit.
CREATE TABLE workspace (
	id TEXT NOT NULL PRIMARY KEY,
	name TEXT NOT NULL,
	plan TEXT NOT NULL,
	max_phone_numbers INTEGER,
	time_zone TEXT NOT NULL,
	last_change INTEGER NOT NULL DEFAULT 0,
	one INTEGER NOT NULL DEFAULT 1 UNIQUE CHECK (one = 1)
);

CREATE TABLE provider (
	id TEXT NOT NULL PRIMARY KEY,
	name TEXT NOT NULL UNIQUE,
	sip_domain TEXT NOT NULL,
	endpoint TEXT NOT NULL,
	region TEXT NOT NULL,
	inbound_prefix TEXT NOT NULL,
	notes TEXT NOT NULL,
	version INTEGER NOT NULL
);

CREATE TABLE agent (
	id TEXT NOT NULL PRIMARY KEY,
	title TEXT NOT NULL,
	region TEXT NOT NULL,
	dial TEXT NOT NULL,
	voice_enabled INTEGER NOT NULL,
	voice_problem TEXT NOT NULL,
	disabled INTEGER NOT NULL,
	source TEXT NOT NULL,
	version INTEGER NOT NULL
);

CREATE TABLE number (
	e164 TEXT NOT NULL PRIMARY KEY,
	provider TEXT NOT NULL REFERENCES provider (id),
	agent TEXT NOT NULL REFERENCES agent (id),
	region TEXT NOT NULL,
	label TEXT NOT NULL,
	enabled INTEGER NOT NULL,
	params TEXT NOT NULL,
	version INTEGER NOT NULL,
	created_at INTEGER NOT NULL,
	created_by TEXT NOT NULL,
	updated_at INTEGER NOT NULL,
	updated_by TEXT NOT NULL
) WITHOUT ROWID;

-- SQLite appends the primary key, e164, to each index.
CREATE INDEX number_by_provider ON number (provider);

-- The audit trail is the change feed, too. before and after hold the record as JSON; '' = none.
CREATE TABLE change (
	id INTEGER NOT NULL PRIMARY KEY,
	at INTEGER NOT NULL,
	actor TEXT NOT NULL,
	action TEXT NOT NULL,
	entity TEXT NOT NULL,
	key TEXT NOT NULL,
	before TEXT NOT NULL,
	after TEXT NOT NULL
);

CREATE INDEX change_by_key ON change (key, entity, id);

-- Times of calls are those of the server's clock, in microseconds since 1970; 0 = did not happen. If two recorders write the
-- same call, the row with the higher `knows` is kept, because its recorder saw more of the call.
CREATE TABLE call (
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
	knows INTEGER NOT NULL,
	PRIMARY KEY (server, linkedid)
) WITHOUT ROWID;

CREATE INDEX call_by_start ON call (started_us);
CREATE INDEX call_by_number ON call (number, started_us);
CREATE INDEX call_by_provider ON call (provider, started_us);
CREATE INDEX call_by_agent ON call (agent, started_us);
