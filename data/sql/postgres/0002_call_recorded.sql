-- When a call was written, by the recorder's clock: what is new is found by it, whenever the call itself was.
ALTER TABLE call ADD COLUMN recorded_us BIGINT NOT NULL DEFAULT 0;

CREATE INDEX call_by_recorded ON call (recorded_us);
