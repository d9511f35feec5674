-- What a caller gets beside the agent: parameters, fallback, hours, caps, split. '' and 0 are "none".
ALTER TABLE workspace ADD COLUMN max_calls_per_caller INTEGER NOT NULL DEFAULT 0;
ALTER TABLE workspace ADD COLUMN max_duration INTEGER NOT NULL DEFAULT 0;

ALTER TABLE provider ADD COLUMN default_agent TEXT NOT NULL DEFAULT '';
ALTER TABLE provider ADD COLUMN default_max_calls INTEGER NOT NULL DEFAULT 0;
ALTER TABLE provider ADD COLUMN routing TEXT NOT NULL DEFAULT '';
ALTER TABLE provider ADD COLUMN max_calls INTEGER NOT NULL DEFAULT 0;

ALTER TABLE agent ADD COLUMN url TEXT NOT NULL DEFAULT '';
ALTER TABLE agent ADD COLUMN speaks_first_within INTEGER NOT NULL DEFAULT 0;
ALTER TABLE agent ADD COLUMN max_calls INTEGER NOT NULL DEFAULT 0;

ALTER TABLE number ADD COLUMN split TEXT NOT NULL DEFAULT '';
ALTER TABLE number ADD COLUMN fallback TEXT NOT NULL DEFAULT '';
ALTER TABLE number ADD COLUMN schedule TEXT NOT NULL DEFAULT '';
ALTER TABLE number ADD COLUMN closed_agent TEXT NOT NULL DEFAULT '';
ALTER TABLE number ADD COLUMN max_calls INTEGER NOT NULL DEFAULT 0;
ALTER TABLE number ADD COLUMN max_duration INTEGER NOT NULL DEFAULT 0;
ALTER TABLE number ADD COLUMN notes TEXT NOT NULL DEFAULT '';

CREATE TABLE schedule (
	id TEXT NOT NULL PRIMARY KEY,
	title TEXT NOT NULL,
	time_zone TEXT NOT NULL,
	open TEXT NOT NULL,
	exceptions TEXT NOT NULL,
	version INTEGER NOT NULL
);

CREATE TABLE block (
	caller TEXT NOT NULL PRIMARY KEY,
	reason TEXT NOT NULL,
	until INTEGER NOT NULL,
	version INTEGER NOT NULL
);

-- The URLs that changes of agents replaced. The audit trail has only their masked form; undo needs the whole.
CREATE TABLE replaced_url (
	change INTEGER NOT NULL PRIMARY KEY,
	url TEXT NOT NULL
);

-- What agents were told of numbers: a call names its generation.
CREATE TABLE params_seen (
	gen TEXT NOT NULL PRIMARY KEY,
	label TEXT NOT NULL,
	params TEXT NOT NULL
) WITHOUT ROWID;
