-- What Asterisk reads with routes = odbc: one query gives all that a call needs, in the families, keys and values that astdb holds
-- with routes = astdb (src/routes/desired.c makes those; a test compares the two).
--
-- Columns that the program fills at every write, encoded as Asterisk needs them. '' in the first column of a table: not filled yet.
ALTER TABLE number ADD COLUMN gen TEXT NOT NULL DEFAULT '';
ALTER TABLE number ADD COLUMN tell TEXT NOT NULL DEFAULT '';
ALTER TABLE agent ADD COLUMN kind TEXT NOT NULL DEFAULT '';
ALTER TABLE agent ADD COLUMN dial_made TEXT NOT NULL DEFAULT '';
ALTER TABLE agent ADD COLUMN object TEXT NOT NULL DEFAULT '';
-- week: the open ranges of Monday to Sunday, by commas. days: those of dates, ";20261224=;20261225=0900-1200/1300-1700;".
ALTER TABLE schedule ADD COLUMN week TEXT NOT NULL DEFAULT '';
ALTER TABLE schedule ADD COLUMN days TEXT NOT NULL DEFAULT '';

-- Blocked prefixes are few among many blocked callers, and their lengths are asked for with every call.
CREATE INDEX block_by_prefix ON block (length(caller)) WHERE caller LIKE '+%*';

-- arrived: the number as the carrier sent it, FILTERed to digits and +. context: the digits of its ;phone-context=+, or ''.
-- caller: the same of the caller, or 'anonymous'. at: seconds since 1970, '' = now. id: an agent or a schedule that is asked for
-- besides.
-- An empty value means that there is no such key: Asterisk then deletes what it had kept.
-- The function runs with the rights of its owner, so that the account of Asterisk needs no right on a table.
CREATE FUNCTION trunkdeck_call(endpoint TEXT, arrived TEXT, context TEXT, caller TEXT, region TEXT, at TEXT, id TEXT)
RETURNS TABLE (family TEXT, key TEXT, value TEXT)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
WITH trunk AS (
	SELECT p.inbound_prefix, p.default_agent
	FROM td.provider p
	WHERE $1 <> '' AND CASE WHEN p.endpoint = '' THEN p.id ELSE p.endpoint END = $1
	ORDER BY p.id LIMIT 1
), sent (what, digits) AS (
	VALUES ('number', $2), ('caller', $4)
), prefix (prefix) AS (
	SELECT inbound_prefix FROM trunk UNION ALL SELECT '+' || $3 WHERE $3 <> ''
), form (what, e164) AS (
	-- Each form that the digits may be meant in. The dialplan decides which one counts.
	SELECT what, digits FROM sent
	UNION SELECT what, '+' || digits FROM sent
	UNION SELECT what, '+' || substr(digits, 3) FROM sent WHERE digits LIKE '00%'
	UNION SELECT what, prefix || digits FROM sent, prefix
	UNION SELECT what, prefix || substr(digits, 2) FROM sent, prefix WHERE digits LIKE '0%'
), called AS (
	SELECT n.e164, n.enabled, n.gen, n.tell, n.provider, n.agent, n.split, n.fallback, n.schedule, n.closed_agent, n.max_calls,
		n.max_duration, CASE WHEN p.endpoint = '' THEN p.id ELSE p.endpoint END AS endpoint
	FROM td.number n JOIN td.provider p ON p.id = n.provider
	WHERE n.e164 IN (SELECT e164 FROM form WHERE what = 'number') AND n.region = $5
), line (endpoint) AS (
	-- A test call comes over no endpoint: it gets the provider of its number.
	SELECT $1 WHERE $1 <> '' UNION SELECT endpoint FROM called WHERE $1 = '' AND enabled
), needed (id) AS (
	SELECT $7
	UNION SELECT default_agent FROM trunk
	UNION SELECT agent FROM called WHERE enabled
	UNION SELECT fallback FROM called WHERE enabled
	UNION SELECT closed_agent FROM called WHERE enabled
	UNION SELECT split_part(part, ':', 1) FROM called, unnest(string_to_array(split, ',')) part WHERE enabled
), who AS (
	SELECT a.id, a.max_calls, a.speaks_first_within, a.kind, a.dial_made, a.object,
		a.voice_enabled AND NOT a.disabled AND a.dial_made <> '' AND (a.url = '' OR a.object <> '') AS usable
	FROM td.agent a WHERE a.id IN (SELECT id FROM needed)
), hours AS (
	SELECT s.id, s.time_zone, s.week, s.days
	FROM td.schedule s WHERE s.id = $7 OR s.id IN (SELECT schedule FROM called WHERE enabled)
), today (date) AS (
	-- The date in UTC; each zone has this one, the one before or the one behind it. A kept answer is used for one day more.
	SELECT to_char(timestamp 'epoch' + interval '1 second' * CASE WHEN $6 = '' THEN floor(extract(epoch FROM now()))
		ELSE $6::double precision END + interval '1 day' * n, 'YYYYMMDD') FROM generate_series(-1, 2) n
)
-- The numbers come last: what they refer to is kept before they are.
SELECT 'trunkdeckmeta', 'change', w.last_change::text FROM td.workspace w
UNION ALL SELECT 'trunkdeckmeta', 'has', concat_ws(',', '3',
	CASE WHEN EXISTS (SELECT 1 FROM td.block b WHERE b.caller LIKE '+%' AND b.caller NOT LIKE '%*') THEN 1 ELSE 0 END,
	(SELECT coalesce(string_agg(n::text, '/' ORDER BY n), '') FROM generate_series(2, 16) n
		WHERE EXISTS (SELECT 1 FROM td.block b WHERE b.caller LIKE '+%*' AND length(b.caller) = n + 1)),
	CASE WHEN EXISTS (SELECT 1 FROM td.block b WHERE b.caller = 'anonymous') THEN 1 ELSE 0 END,
	CASE WHEN EXISTS (SELECT 1 FROM td.provider p WHERE p.max_calls > 0 OR p.routing <> '' OR p.default_agent <> '') THEN 1 ELSE 0 END,
	w.max_calls_per_caller, w.max_duration) FROM td.workspace w
UNION ALL SELECT 'trunkdecktell', e164 || '.' || gen || '.' || n, substr(tell, 1 + (n - 1) * 900, 900)
FROM called, generate_series(1, (length(tell) + 899) / 900) n WHERE enabled
UNION ALL SELECT 'trunkdeckagent', id, concat_ws(',', '3', CASE WHEN usable THEN kind ELSE 'off' END, max_calls,
	speaks_first_within, CASE WHEN usable THEN dial_made ELSE '' END)
FROM who
UNION ALL SELECT 'ws/websocket_client', 'td-' || id, object FROM who WHERE usable AND kind = 'url'
UNION ALL SELECT 'trunkdecktrunk', l.endpoint, CASE WHEN p.id IS NULL THEN '' ELSE concat_ws(',', '3', p.id, p.inbound_prefix,
	p.max_calls, p.routing, p.default_agent, p.default_max_calls, p.region) END
FROM line l LEFT JOIN td.provider p ON p.id = (SELECT min(q.id) FROM td.provider q
	WHERE CASE WHEN q.endpoint = '' THEN q.id ELSE q.endpoint END = l.endpoint)
UNION ALL SELECT 'trunkdeckschedule', id, concat_ws(',', '3', time_zone, CASE WHEN days = '' THEN 0 ELSE 1 END, week) FROM hours
UNION ALL SELECT 'trunkdeckday', id || '.' || date, CASE WHEN position(';' || date || '=' IN days) = 0 THEN ''
	ELSE '3,' || split_part(split_part(days, ';' || date || '=', 2), ';', 1) END
FROM hours, today WHERE days <> ''
UNION ALL SELECT 'trunkdeckblock', b.caller, '3,' || (b.until + 999999) / 1000000
FROM td.block b
WHERE b.caller IN (SELECT e164 FROM form WHERE what = 'caller'
		UNION SELECT substr(e164, 1, n) || '*' FROM form, generate_series(2, 16) n WHERE what = 'caller')
UNION ALL SELECT 'trunkdeck', f.e164, CASE WHEN c.e164 IS NULL THEN '' WHEN NOT c.enabled THEN '3,off,,,,' || c.endpoint || ',,,,,,,'
	ELSE concat_ws(',', '3,on', c.gen, octet_length(c.tell), c.provider, c.endpoint, c.agent, replace(c.split, ',', '/'), c.fallback,
		c.schedule, c.closed_agent, c.max_calls, c.max_duration) END
FROM form f LEFT JOIN called c ON c.e164 = f.e164
WHERE f.what = 'number' AND f.e164 LIKE '+%' AND length(f.e164) BETWEEN 8 AND 16
$$;

-- The value of one key, with which trunkdeck verifies what a server reads; '' or no row = there is none.
CREATE FUNCTION trunkdeck_key(region TEXT, family TEXT, key TEXT)
RETURNS TABLE (value TEXT)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
SELECT c.value
FROM td.trunkdeck_call($3, split_part($3, '.', 1), '', $3, $1,
	CASE WHEN $2 = 'trunkdeckday' THEN extract(epoch FROM to_date(right($3, 8), 'YYYYMMDD'))::text ELSE '' END,
	CASE $2 WHEN 'trunkdeckday' THEN left($3, -9) WHEN 'ws/websocket_client' THEN substr($3, 4) ELSE $3 END) c
WHERE c.family = $2 AND c.key = $3
$$;

-- Everybody may execute a new function unless that is taken back.
REVOKE ALL ON FUNCTION trunkdeck_key(TEXT, TEXT, TEXT) FROM PUBLIC;
REVOKE ALL ON FUNCTION trunkdeck_call(TEXT, TEXT, TEXT, TEXT, TEXT, TEXT, TEXT) FROM PUBLIC;
