-- The steps of calls that did not succeed, as JSON. They have a table of their own, so that reading many calls does not read them.
CREATE TABLE call_story (
	server TEXT NOT NULL,
	linkedid TEXT NOT NULL,
	started_us INTEGER NOT NULL,
	story TEXT NOT NULL,
	PRIMARY KEY (server, linkedid)
) WITHOUT ROWID;

CREATE INDEX call_story_by_start ON call_story (started_us);
