-- When a recorder listened to a server. All calls of the server that began in [from_us, until_us) are in the table call. Times that
-- no row covers are gaps. seen_us is when the recorder last wrote the row, and is_open says whether it was still listening then.
CREATE TABLE listened (
	server TEXT NOT NULL,
	from_us INTEGER NOT NULL,
	recorder TEXT NOT NULL,
	until_us INTEGER NOT NULL,
	seen_us INTEGER NOT NULL,
	is_open INTEGER NOT NULL,
	PRIMARY KEY (server, from_us, recorder)
) WITHOUT ROWID;

CREATE INDEX listened_by_end ON listened (server, until_us);
