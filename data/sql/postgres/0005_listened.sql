-- When a recorder listened to a server: every call of it that began in [from_us, until_us) is in `call`. What no row covers is
-- a gap. seen_us: when the recorder last wrote the row; is_open: it was still listening then.
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
