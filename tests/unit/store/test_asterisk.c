/*
 * What Asterisk reads of a PostgreSQL store (routes = odbc): trunkdeck_call() and trunkdeck_key() give the very keys and
 * values that routes = astdb writes, for workspaces made at random.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fixture.h"
#include "store/private.h"
#include "trunkdeck/model/snapshot.h"
#include "trunkdeck/routes/desired.h"
#include "trunkdeck/routes/route.h"

enum { NUMBERS = 12, VALUE_MAX = 2048 };

static uint64_t seed = 17;

static unsigned any(unsigned below)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(seed >> 33) % below;
}

static const char *one_of(const char *const *list, size_t n)
{
	return list[any((unsigned)n)];
}
#define ONE_OF(...) one_of((const char *const[]){ __VA_ARGS__ }, sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *))

static void add_json(struct store *s, enum entity entity, const char *format, ...) __attribute__((format(printf, 3, 4)));
static void add_json(struct store *s, enum entity entity, const char *format, ...)
{
	char text[8192];
	struct record r;
	json_t *json;
	struct err e;
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	json = json_loads(text, 0, NULL);
	record_init(&r, entity);
	if (!json || !record_from_json(&r, json, &e))
		fail_msg("%s: %s", text, json ? e.message : "no JSON");
	json_decref(json);
	if (!try_mutate(s, MUTATION_ADD, r, 0, &e))
		fail_msg("%s: %s (%s)", text, e.message, e.hint);
}

static void fill_workspace(struct store *s)
{
	struct buf text;
	char *long_params;

	/* Each "a umlaut" is 6 bytes when it is encoded: two chunks. */
	buf_init(&text, BUF_UNBOUNDED);
	for (int i = 0; i < 250; i++)
		buf_adds(&text, "\303\244");
	long_params = xasprintf("{\"long\":\"%s\"}", text.p);
	buf_clear(&text);
	for (int i = 0; i < 4; i++)
		add_json(s, ENTITY_AGENT, "{\"id\":\"a%d\",\"title\":\"A\",\"region\":\"na\",%s,\"maxCalls\":%u,\"speaksFirstWithin\":%u,"
			 "\"disabled\":%s}", i,
			 ONE_OF("\"url\":\"wss://user:p%C3%A9@agents.example.com/a?x=1&y='2'\"", "\"dial\":\"WebSocket/support/c(ulaw)\"",
				"\"dial\":\"PJSIP/sales@livekit\"", "\"dial\":\"AudioSocket/127.0.0.1:9092/{uuid}\"",
				"\"url\":\"ws://127.0.0.1:8080/\""), any(3) * 10, any(2) * 6, "false");
	for (int i = 0; i < 3; i++)
		add_json(s, ENTITY_SCHEDULE, "{\"id\":\"s.%d\",\"title\":\"S\",\"timeZone\":\"Europe/Zurich\",\"open\":%s,\"exceptions\":%s}", i,
			 ONE_OF("[]", "[{\"days\":\"mon-fri\",\"from\":\"09:00\",\"to\":\"18:00\"},{\"days\":\"fri\",\"from\":\"22:00\",\"to\":\"02:00\"}]"),
			 ONE_OF("[]", "[{\"date\":\"2026-12-24\",\"open\":[]},{\"date\":\"2026-12-31\",\"open\":[{\"from\":\"20:00\",\"to\":\"03:00\"}]}]"));
	add_json(s, ENTITY_PROVIDER, "{\"id\":\"twilio\",\"name\":\"Twilio\",\"sipDomain\":\"t.example.com\",\"region\":\"na\","
		 "\"inboundPrefix\":\"+1\",\"maxCalls\":%u,\"defaultAgentId\":\"%s\"}", any(2) * 50, ONE_OF("", "a1"));
	add_json(s, ENTITY_PROVIDER, "{\"id\":\"pf\",\"name\":\"Peoplefone\",\"sipDomain\":\"p.example.com\",\"region\":\"eu\","
		 "\"endpoint\":\"peoplefone\",\"routing\":\"%s\"}", ONE_OF("", "site-routing"));
	for (int i = 0; i < NUMBERS; i++)
		add_json(s, ENTITY_NUMBER, "{\"number\":\"+1555123%04d\",\"trunkId\":\"%s\",\"agentId\":\"a0\",\"region\":\"na\",\"label\":%s,"
			 "\"enabled\":%s,\"additionalParams\":%s,\"split\":%s,\"fallbackAgentId\":\"%s\",\"scheduleId\":\"%s\","
			 "\"closedAgentId\":\"%s\",\"maxCalls\":%u,\"maxDurationSeconds\":%u}", i, ONE_OF("twilio", "pf"),
			 ONE_OF("\"\"", "\"Hotel \\u00e4, ${EXTEN} \\ud83d\\ude00\""), ONE_OF("true", "true", "true", "false"),
			 ONE_OF("{}", "{\"department\":\"sales\",\"n\":[1,{\"a\":null}]}",
				long_params),
			 ONE_OF("[]", "[{\"agentId\":\"a0\",\"weight\":90},{\"agentId\":\"a2\",\"weight\":10}]"), ONE_OF("", "a1", "a2"),
			 ONE_OF("", "s.0", "s.1", "s.2"), ONE_OF("", "a3"), any(2) * 5, any(2) * 1800);
	for (unsigned i = any(4); i > 0; i--)
		add_json(s, ENTITY_BLOCK, "{\"caller\":\"%s%u\",\"reason\":\"r\"}", ONE_OF("+4479000000", "+4178000000"), i);
	if (any(2))
		add_json(s, ENTITY_BLOCK, "{\"caller\":\"+4179*\",\"reason\":\"r\"}");
	if (any(2))
		add_json(s, ENTITY_BLOCK, "{\"caller\":\"anonymous\",\"reason\":\"r\",\"until\":\"2026-01-02T03:04:05.5Z\"}");
	free(long_params);
}

/* --- rows --- */

struct rows {
	struct buf text;	/* "family/key=value\n" of each row with a value, in their order */
	size_t count;
};

static bool take_row(void *arg, const char *const *values)
{
	struct rows *r = arg;

	if (*db_text(values[2])) {
		buf_addf(&r->text, "%s/%s=%s\n", db_text(values[0]), db_text(values[1]), db_text(values[2]));
		r->count++;
	}
	return true;
}

static void read_call(struct store *s, struct rows *r, const char *endpoint, const char *arrived, const char *caller)
{
	const char *const params[] = { endpoint, arrived, "", caller, "na", "", "" };
	struct err e;

	buf_init(&r->text, BUF_UNBOUNDED);
	buf_addc(&r->text, '\n');
	r->count = 0;
	if (!db_query(s->db, "SELECT family, key, value FROM td.trunkdeck_call($1, $2, $3, $4, $5, $6, $7)", params, 7, take_row, r, &e))
		fail_msg("%s (%s)", e.message, e.hint);
}

static bool has_row(const struct rows *r, const char *family, const char *name, const char *value)
{
	char *line = xasprintf("\n%s/%s=%s", family, name, value ? value : "");
	const char *at = strstr(r->text.p, line);
	bool has = at && (!value || at[strlen(line)] == '\n');

	free(line);
	return has;
}

static bool take_value(void *arg, const char *const *values)
{
	snprintf(arg, VALUE_MAX, "%s", db_text(values[0]));
	return false;
}

/* All keys of the workspace, as they are written to a server with routes = astdb. */
static void all_keys(struct snapshot *snap, struct buf *keys)
{
	size_t n;

	buf_init(keys, BUF_UNBOUNDED);
	desired_standing(keys, snap);
	for (size_t i = (snapshot_agents(snap, &n), 0); i < n; i++)
		desired_agent(keys, snapshot_agents(snap, &n)[i], "");
	for (size_t i = (snapshot_schedules(snap, &n), 0); i < n; i++)
		desired_schedule(keys, snapshot_schedules(snap, &n)[i]);
	for (size_t i = (snapshot_numbers(snap, &n), 0); i < n; i++)
		desired_number(keys, snap, snapshot_numbers(snap, &n)[i]);
}

/* Every key has the same value when it is asked for by itself. Every row of a call is one of the keys. */
static void compare(struct store *s, const struct buf *keys, const struct rows *call, size_t *found)
{
	const char *at = keys->p;
	struct route_need *needs = NULL;
	struct route_key k;

	*found = 0;
	while (route_unpack(&at, keys->p + keys->len, &k, &needs)) {
		const char *family = route_family_name(k.family), *const params[] = { "na", family, k.name };
		char value[VALUE_MAX] = "";
		struct err e;

		if (call) {
			*found += has_row(call, family, k.name, k.value);
			continue;
		}
		if (!db_query(s->db, "SELECT value FROM td.trunkdeck_key($1, $2, $3)", params, 3, take_value, value, &e))
			fail_msg("%s (%s)", e.message, e.hint);
		if (strcmp(value, k.value))
			fail_msg("%s/%s: %s, expected %s", family, k.name, value, k.value);
	}
	free(needs);
}

/* What the key needs is there too: but a date only when it is near, and the provider is that of the call. */
static void assert_needs(const struct buf *keys, const struct rows *call)
{
	const char *at = keys->p;
	struct route_need *needs = NULL;
	struct route_key k;

	while (route_unpack(&at, keys->p + keys->len, &k, &needs)) {
		if (!has_row(call, route_family_name(k.family), k.name, k.value))
			continue;
		for (size_t i = 0; i < k.need_count; i++)
			if (k.needs[i].family != ROUTE_FAMILY_DAY && k.needs[i].family != ROUTE_FAMILY_TRUNK &&
			    !has_row(call, route_family_name(k.needs[i].family), k.needs[i].name, NULL))
				fail_msg("%s/%s is missing:%s", route_family_name(k.needs[i].family), k.needs[i].name, call->text.p);
	}
	free(needs);
}

static void a_call_gets_the_keys_that_are_written_to_other_servers(void **state)
{
	const struct fixture *f = *state;
	struct snapshot *snap = snapshot_new();
	struct rows call;
	struct buf keys;
	struct err e;
	size_t found, n;

	fill_workspace(f->store);
	assert_true(store_read_snapshot(f->store, snap, true, &e));
	all_keys(snap, &keys);
	compare(f->store, &keys, NULL, &found);
	for (size_t i = (snapshot_numbers(snap, &n), 0); i < n; i++) {
		const struct number *number = snapshot_numbers(snap, &n)[i];

		/* As its carrier sends it: national. */
		read_call(f->store, &call, "twilio", number->e164 + 2, ONE_OF("anonymous", "0041790000001", "+44790000001", ""));
		compare(f->store, &keys, &call, &found);
		/* The last change is a row that is no key. */
		assert_int_equal(found + 1, call.count);
		assert_true(has_row(&call, "trunkdeck", number->e164, NULL));
		assert_true(has_row(&call, "trunkdecktrunk", "twilio", NULL));
		assert_true(has_row(&call, "trunkdeckmeta", "has", NULL));
		assert_needs(&keys, &call);
		buf_clear(&call.text);
	}
	buf_clear(&keys);
	snapshot_free(&snap);
}

static void every_form_of_a_number_is_found(void **state)
{
	static const char *const forms[] = { "+15551230000", "15551230000", "0015551230000", "5551230000", "05551230000" };
	const struct fixture *f = *state;
	struct rows call;

	fill_workspace(f->store);
	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		read_call(f->store, &call, "twilio", forms[i], "");
		assert_true(has_row(&call, "trunkdeck", "+15551230000", NULL));
		buf_clear(&call.text);
	}
	read_call(f->store, &call, "peoplefone", "5551230000", "");
	assert_false(has_row(&call, "trunkdeck", "+15551230000", NULL));
	buf_clear(&call.text);
}

static void blocked_callers_are_found_in_every_form(void **state)
{
	static const char *const forms[] = { "+41790000001", "41790000001", "0041790000001" };
	const struct fixture *f = *state;
	struct rows call;

	add_json(f->store, ENTITY_BLOCK, "{\"caller\":\"+4179*\",\"reason\":\"r\"}");
	add_json(f->store, ENTITY_BLOCK, "{\"caller\":\"+41790000001\",\"reason\":\"r\"}");
	add_json(f->store, ENTITY_BLOCK, "{\"caller\":\"anonymous\",\"reason\":\"r\"}");
	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		read_call(f->store, &call, "twilio", "", forms[i]);
		assert_true(has_row(&call, "trunkdeckblock", "+4179*", "3,0"));
		assert_true(has_row(&call, "trunkdeckblock", "+41790000001", "3,0"));
		assert_false(has_row(&call, "trunkdeckblock", "anonymous", NULL));
		buf_clear(&call.text);
	}
	read_call(f->store, &call, "twilio", "", "anonymous");
	assert_true(has_row(&call, "trunkdeckblock", "anonymous", "3,0"));
	assert_true(has_row(&call, "trunkdeckmeta", "has", "3,1,5,1,0,0,0"));
	buf_clear(&call.text);
}

/* The account of Asterisk can run the two functions and read no table. */
static void the_account_of_asterisk_reads_no_table(void **state)
{
	const struct fixture *f = *state;
	char *schema = behind_sql(f->url, "SELECT current_schema()");

	free(pg_command("sql CREATE ROLE asterisk"));
	free(pg_command("sql GRANT USAGE ON SCHEMA %s TO asterisk", schema));
	assert_pg("f", "sql SELECT has_function_privilege('asterisk', '%s.trunkdeck_call(text,text,text,text,text,text,text)', 'EXECUTE')", schema);
	free(pg_command("sql GRANT EXECUTE ON FUNCTION %s.trunkdeck_call, %s.trunkdeck_key TO asterisk", schema, schema));
	assert_pg("2", "sql SET ROLE asterisk; SELECT count(*) FROM %s.trunkdeck_call('', '', '', '', 'na', '', '')", schema);
	assert_pg("f", "sql SELECT has_table_privilege('asterisk', '%s.agent', 'SELECT')", schema);
	free(pg_command("sql DROP OWNED BY asterisk"));
	free(pg_command("sql DROP ROLE asterisk"));
	free(schema);
}

int run_asterisk_tests(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(a_call_gets_the_keys_that_are_written_to_other_servers),
		STORE_TEST(a_call_gets_the_keys_that_are_written_to_other_servers),
		STORE_TEST(a_call_gets_the_keys_that_are_written_to_other_servers),
		STORE_TEST(every_form_of_a_number_is_found),
		STORE_TEST(blocked_callers_are_found_in_every_form),
		STORE_TEST(the_account_of_asterisk_reads_no_table),
	};

	return cmocka_run_group_tests_name("asterisk", tests, NULL, NULL);
}
