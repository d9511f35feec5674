-- When a recorder listened to a server. All calls of the server that began in [from_us, until_us) are in the table call. Times that
-- no row covers are gaps. seen_us is when the recorder last wrote the row, and is_open says whether it was still listening then.
CREATE TABLE listened (
	server TEXT COLLATE "C" NOT NULL,
	from_us BIGINT NOT NULL,
	recorder TEXT COLLATE "C" NOT NULL,
	until_us BIGINT NOT NULL,
	seen_us BIGINT NOT NULL,
	is_open BOOLEAN NOT NULL,
	PRIMARY KEY (server, from_us, recorder)
);

CREATE INDEX listened_by_end ON listened (server, until_us);
