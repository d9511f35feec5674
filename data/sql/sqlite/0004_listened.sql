-- When a recorder listened to a server: every call of it that began in [from_us, until_us) is in `call`. What no row covers is
-- a gap. seen_us: when the recorder last wrote the row; is_open: it was still listening then.
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
