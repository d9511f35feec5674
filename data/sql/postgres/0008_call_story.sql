-- How calls that did not succeed went, step by step: JSON. Beside the calls, so that reading many calls does not read it.
CREATE TABLE call_story (
	server TEXT COLLATE "C" NOT NULL,
	linkedid TEXT COLLATE "C" NOT NULL,
	started_us BIGINT NOT NULL,
	story TEXT NOT NULL,
	PRIMARY KEY (server, linkedid)
);

CREATE INDEX call_story_by_start ON call_story (started_us);
