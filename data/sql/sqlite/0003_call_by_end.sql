-- The history on the screen: what ended last comes first.
CREATE INDEX call_by_end ON call (ended_us);
