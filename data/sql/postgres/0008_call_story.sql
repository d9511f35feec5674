-- The steps of calls that did not succeed, as JSON. They have a table of their own, so that reading many calls does not read them.
CREATE TABLE call_story (
	server TEXT COLLATE "C" NOT NULL,
	linkedid TEXT COLLATE "C" NOT NULL,
	started_us BIGINT NOT NULL,
	story TEXT NOT NULL,
	PRIMARY KEY (server, linkedid)
);

CREATE INDEX call_story_by_start ON call_story (started_us);
