-- With routes = odbc Asterisk reads these views besides trunkdeck_routes. One has the prefix to put before numbers that arrive
-- through an endpoint. The other has the id of the store: a server that can read it is connected, even if there are no routes.
CREATE VIEW trunkdeck_prefixes AS
SELECT CASE WHEN endpoint = '' THEN id ELSE endpoint END AS endpoint, inbound_prefix AS prefix
FROM provider
WHERE inbound_prefix <> '';

CREATE VIEW trunkdeck_store AS
SELECT id
FROM workspace;
