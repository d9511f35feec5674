-- What Asterisk reads with routes = odbc besides trunkdeck_routes: how each carrier writes the numbers it sends, by the
-- endpoint they arrive through; and which store this is, which tells a server that reads nothing from one that has nothing
-- to read.
CREATE VIEW trunkdeck_prefixes AS
SELECT CASE WHEN endpoint = '' THEN id ELSE endpoint END AS endpoint, inbound_prefix AS prefix
FROM provider
WHERE inbound_prefix <> '';

CREATE VIEW trunkdeck_store AS
SELECT id
FROM workspace;
