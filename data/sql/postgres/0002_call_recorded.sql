-- When a call was written, by the recorder's clock. New rows are found by this time, however long ago the call was.
ALTER TABLE call ADD COLUMN recorded_us BIGINT NOT NULL DEFAULT 0;

CREATE INDEX call_by_recorded ON call (recorded_us);
