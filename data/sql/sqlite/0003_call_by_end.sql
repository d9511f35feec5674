-- For the history on the screen, which shows the calls that ended last first.
CREATE INDEX call_by_end ON call (ended_us);
