-- What a caller gets beside the agent: parameters, fallback, hours, caps, split. '' and 0 are "none".
ALTER TABLE workspace ADD COLUMN max_calls_per_caller BIGINT NOT NULL DEFAULT 0;
ALTER TABLE workspace ADD COLUMN max_duration BIGINT NOT NULL DEFAULT 0;

ALTER TABLE provider ADD COLUMN default_agent TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE provider ADD COLUMN default_max_calls BIGINT NOT NULL DEFAULT 0;
ALTER TABLE provider ADD COLUMN routing TEXT NOT NULL DEFAULT '';
ALTER TABLE provider ADD COLUMN max_calls BIGINT NOT NULL DEFAULT 0;

ALTER TABLE agent ADD COLUMN url TEXT NOT NULL DEFAULT '';
ALTER TABLE agent ADD COLUMN speaks_first_within BIGINT NOT NULL DEFAULT 0;
ALTER TABLE agent ADD COLUMN max_calls BIGINT NOT NULL DEFAULT 0;

ALTER TABLE number ADD COLUMN split TEXT NOT NULL DEFAULT '';
ALTER TABLE number ADD COLUMN fallback TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE number ADD COLUMN schedule TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE number ADD COLUMN closed_agent TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE number ADD COLUMN max_calls BIGINT NOT NULL DEFAULT 0;
ALTER TABLE number ADD COLUMN max_duration BIGINT NOT NULL DEFAULT 0;
ALTER TABLE number ADD COLUMN notes TEXT NOT NULL DEFAULT '';

CREATE TABLE schedule (
	id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
	title TEXT NOT NULL,
	time_zone TEXT NOT NULL,
	open TEXT NOT NULL,
	exceptions TEXT NOT NULL,
	version BIGINT NOT NULL
);

CREATE TABLE block (
	caller TEXT COLLATE "C" NOT NULL PRIMARY KEY,
	reason TEXT NOT NULL,
	until BIGINT NOT NULL,
	version BIGINT NOT NULL
);

-- The URLs that changes of agents replaced. The audit trail has only their masked form; undo needs the whole.
CREATE TABLE replaced_url (
	change BIGINT NOT NULL PRIMARY KEY,
	url TEXT NOT NULL
);

-- What agents were told of numbers: a call names its generation.
CREATE TABLE params_seen (
	gen TEXT COLLATE "C" NOT NULL PRIMARY KEY,
	label TEXT NOT NULL,
	params TEXT NOT NULL
);
