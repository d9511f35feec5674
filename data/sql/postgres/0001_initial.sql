-- Keys are compared byte by byte. Indexes that follow the rules of a language would cost several times as much.

-- The workspace has one row. Every mutation locks it and takes its change id from last_change. So the ids have no gaps and
-- are in the order of commit.
CREATE TABLE workspace (
	id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
	name TEXT NOT NULL,
	plan TEXT NOT NULL,
	max_phone_numbers BIGINT,
	time_zone TEXT NOT NULL,
	last_change BIGINT NOT NULL DEFAULT 0,
	one BOOLEAN NOT NULL DEFAULT true UNIQUE CHECK (one)
);

CREATE TABLE provider (
	id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
	name TEXT COLLATE "C" NOT NULL UNIQUE,
	sip_domain TEXT NOT NULL,
	endpoint TEXT NOT NULL,
	region TEXT NOT NULL,
	inbound_prefix TEXT NOT NULL,
	notes TEXT NOT NULL,
	version BIGINT NOT NULL
);

CREATE TABLE agent (
	id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
	title TEXT NOT NULL,
	region TEXT NOT NULL,
	dial TEXT NOT NULL,
	voice_enabled BOOLEAN NOT NULL,
	voice_problem TEXT NOT NULL,
	disabled BOOLEAN NOT NULL,
	source TEXT NOT NULL,
	version BIGINT NOT NULL
);

CREATE TABLE number (
	e164 TEXT COLLATE "C" NOT NULL PRIMARY KEY,
	provider TEXT COLLATE "C" NOT NULL REFERENCES provider (id),
	agent TEXT COLLATE "C" NOT NULL REFERENCES agent (id),
	region TEXT NOT NULL,
	label TEXT NOT NULL,
	enabled BOOLEAN NOT NULL,
	params TEXT NOT NULL,
	version BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	created_by TEXT NOT NULL,
	updated_at BIGINT NOT NULL,
	updated_by TEXT NOT NULL
);

CREATE INDEX number_by_provider ON number (provider, e164);

-- The audit trail is the change feed, too. before and after hold the record as JSON; '' = none.
CREATE TABLE change (
	id BIGINT NOT NULL PRIMARY KEY,
	at BIGINT NOT NULL,
	actor TEXT NOT NULL,
	action TEXT NOT NULL,
	entity TEXT COLLATE "C" NOT NULL,
	key TEXT COLLATE "C" NOT NULL,
	before TEXT NOT NULL,
	after TEXT NOT NULL
);

CREATE INDEX change_by_key ON change (key, entity, id);

-- Times of calls are those of the server's clock, in microseconds since 1970; 0 = did not happen. If two recorders write the
-- same call, the row with the higher `knows` is kept, because its recorder saw more of the call.
CREATE TABLE call (
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
	knows BIGINT NOT NULL,
	PRIMARY KEY (server, linkedid)
);

CREATE INDEX call_by_start ON call (started_us);
CREATE INDEX call_by_number ON call (number, started_us);
CREATE INDEX call_by_provider ON call (provider, started_us);
CREATE INDEX call_by_agent ON call (agent, started_us);

-- Asterisk reads this view with routes = odbc. It has the numbers that are enabled and whose agent takes calls. A
-- server asks for those of its region.
CREATE VIEW trunkdeck_routes AS
SELECT n.e164 AS number, n.agent AS agent, a.dial AS dial, n.region AS region
FROM number n JOIN agent a ON a.id = n.agent
WHERE n.enabled AND a.voice_enabled AND NOT a.disabled AND a.dial <> '';
