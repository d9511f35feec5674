/* The keys of a workspace's records: their values in both forms, and what each key needs. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trunkdeck/base/mem.h"
#include "trunkdeck/routes/desired.h"
#include "trunkdeck/routes/route.h"

#define A "+15551234567"

static void put(struct snapshot *s, enum entity entity, const char *json)
{
	json_t *fields = json_loads(json, 0, NULL);
	struct record r;
	struct err e;

	assert_non_null(fields);
	record_init(&r, entity);
	if (!record_from_json(&r, fields, &e))
		fail_msg("%s: %s", json, e.message);
	snapshot_put(s, &r);
	json_decref(fields);
}

/* "family/key = value | former | spare <- needs", one key a line. Needs of former servers have a star. */
static void assert_keys(const struct buf *packed, const char *expected)
{
	const char *at = packed->p;
	struct route_need *needs = NULL;
	struct route_key k;
	struct buf text;

	buf_init(&text, BUF_UNBOUNDED);
	while (route_unpack(&at, packed->p + packed->len, &k, &needs)) {
		buf_addf(&text, "%s/%s = %s", route_family_name(k.family), k.name, k.value);
		if (k.former)
			buf_addf(&text, " | %s", k.former);
		if (k.spare && strcmp(k.spare, k.value) != 0)
			buf_addf(&text, " | spare %s", k.spare);
		if (k.uri)
			buf_addf(&text, " | uri %s", k.uri);
		if (k.off || k.wants_new)
			buf_addf(&text, " | %s", k.off ? "off" : "new");
		for (size_t i = 0; i < k.need_count; i++)
			buf_addf(&text, "%s%s/%s%s", i ? ", " : " <- ", route_family_name(k.needs[i].family), k.needs[i].name,
				 k.needs[i].former ? "*" : "");
		buf_addc(&text, '\n');
	}
	assert_string_equal(text.p, expected);
	buf_clear(&text);
	free(needs);
}

static void agents(void **state)
{
	static const struct {
		const char *json, *keys;
	} table[] = {
		{ "{\"id\": \"a\", \"title\": \"A\", \"dial\": \"PJSIP/a\", \"maxCalls\": 5}",
		  "trunkdeckagent/a = 3,pjsip,5,0,PJSIP/a | PJSIP/a | spare 3,off,5,0,\n" },
		{ "{\"id\": \"a\", \"title\": \"A\", \"dial\": \"PJSIP/a\", \"disabled\": true}",
		  "trunkdeckagent/a = 3,off,0,0,\n" },
		{ "{\"id\": \"a\", \"title\": \"A\", \"url\": \"ws://agent.example:8000/x?k=1\", \"speaksFirstWithin\": 6}",
		  "ws/websocket_client/td-a = OBJECT | uri ws://agent.example:8000/x?k=1\n"
		  "trunkdeckagent/a = 3,url,0,6,WebSocket/td-a/c(ulaw)f(json) | spare 3,off,0,6, <- ws/websocket_client/td-a\n" },
		{ "{\"id\": \"a\", \"title\": \"A\", \"url\": \"ws://agent.example/\", \"dial\": \"Local/1@x\", \"voiceEnabled\": false}",
		  "trunkdeckagent/a = 3,off,0,0,\n" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		struct snapshot *s = snapshot_new();
		struct buf keys;
		char *object;

		buf_init(&keys, BUF_UNBOUNDED);
		put(s, ENTITY_AGENT, table[i].json);
		desired_agent(&keys, snapshot_agent(s, "a"), "");
		object = strstr(table[i].keys, "OBJECT") ? memmem(keys.p, keys.len, "{\"uri\"", 6) : NULL;
		/* The object has a test of its own. */
		if (object) {
			size_t len = strlen(object);
			struct buf cut;

			assert_true(len <= 1017);
			buf_init(&cut, BUF_UNBOUNDED);
			buf_add(&cut, keys.p, (size_t)(object - keys.p));
			buf_adds(&cut, "OBJECT");
			buf_add(&cut, object + len, keys.len - (size_t)(object - keys.p) - len);
			buf_clear(&keys);
			keys = cut;
		}
		assert_keys(&keys, table[i].keys);
		buf_clear(&keys);
		snapshot_free(&s);
	}
}

static struct snapshot *workspace(void)
{
	struct snapshot *s = snapshot_new();

	put(s, ENTITY_PROVIDER, "{\"id\": \"twilio\", \"name\": \"Twilio\", \"sipDomain\": \"t.example\", \"endpoint\": \"tw-1\","
	    "\"inboundPrefix\": \"+34\", \"defaultAgentId\": \"sales\", \"defaultMaxCalls\": 3, \"routing\": \"mine\", \"maxCalls\": 7,"
	    "\"region\": \"eu\"}");
	put(s, ENTITY_AGENT, "{\"id\": \"sales\", \"title\": \"Sales\", \"dial\": \"PJSIP/sales\"}");
	put(s, ENTITY_AGENT, "{\"id\": \"billing\", \"title\": \"Billing\", \"dial\": \"PJSIP/billing\"}");
	put(s, ENTITY_SCHEDULE, "{\"id\": \"office\", \"title\": \"Office\", \"timeZone\": \"Europe/Zurich\"}");
	return s;
}

static void numbers(void **state)
{
	static const struct {
		const char *json, *keys;
	} table[] = {
		{ "{\"number\": \"" A "\", \"trunkId\": \"twilio\", \"agentId\": \"sales\"}",
		  "trunkdecktell/" A ".480b023a34765252.1 = td_provider=twilio,td_region=na\n"
		  "trunkdeck/" A " = 3,on,480b023a34765252,31,twilio,tw-1,sales,,,,,0,0 | sales <- trunkdecktell/" A ".480b023a34765252.1, "
		  "trunkdeckagent/sales*, trunkdecktrunk/tw-1\n" },
		{ "{\"number\": \"" A "\", \"trunkId\": \"twilio\", \"agentId\": \"sales\", \"enabled\": false}",
		  "trunkdeck/" A " = 3,off,,,,tw-1,,,,,,, | off\n" },
		{ "{\"number\": \"" A "\", \"trunkId\": \"twilio\", \"agentId\": \"sales\", \"split\": [{\"agentId\": \"sales\", \"weight\": 90}, "
		  "{\"agentId\": \"billing\", \"weight\": 10}], \"fallbackAgentId\": \"billing\", \"scheduleId\": \"office\", "
		  "\"closedAgentId\": \"billing\", \"maxCalls\": 4, \"maxDurationSeconds\": 60}",
		  "trunkdecktell/" A ".480b023a34765252.1 = td_provider=twilio,td_region=na\n"
		  "trunkdeck/" A " = 3,on,480b023a34765252,31,twilio,tw-1,sales,sales:90/billing:10,billing,office,billing,4,60 | sales | new "
		  "<- trunkdecktell/" A ".480b023a34765252.1, trunkdeckagent/sales, trunkdeckagent/billing, trunkdeckagent/sales*, "
		  "trunkdeckagent/billing, trunkdeckagent/billing, trunkdeckschedule/office, trunkdecktrunk/tw-1\n" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		struct snapshot *s = workspace();
		struct buf keys;

		buf_init(&keys, BUF_UNBOUNDED);
		put(s, ENTITY_NUMBER, table[i].json);
		desired_number(&keys, s, snapshot_number(s, A));
		assert_keys(&keys, table[i].keys);
		buf_clear(&keys);
		snapshot_free(&s);
	}
}

/* The longest string that is accepted has more than one chunk, and each fits an AMI line. */
static void long_parameters_are_cut(void **state)
{
	struct snapshot *s = workspace();
	struct route_need *needs = NULL;
	struct route_key k;
	struct buf keys, json;
	const char *at;
	size_t chunks = 0, bytes = 0;

	(void)state;
	buf_init(&keys, BUF_UNBOUNDED);
	buf_init(&json, BUF_UNBOUNDED);
	buf_adds(&json, "{\"number\": \"" A "\", \"trunkId\": \"twilio\", \"agentId\": \"sales\", \"additionalParams\": {\"a\": \"");
	for (int i = 0; i < 1000; i++)
		buf_adds(&json, "x");
	buf_adds(&json, "\"}}");
	put(s, ENTITY_NUMBER, json.p);
	desired_number(&keys, s, snapshot_number(s, A));
	for (at = keys.p; route_unpack(&at, keys.p + keys.len, &k, &needs);) {
		assert_true(strlen(k.value) <= 1013);
		chunks += k.family == ROUTE_FAMILY_TELL;
		bytes += k.family == ROUTE_FAMILY_TELL ? strlen(k.value) : 0;
	}
	assert_int_equal(chunks, 2);
	assert_int_equal(k.need_count, 4);
	assert_int_equal(bytes, strtoul(route_value_field(k.value, 3).p, NULL, 10));
	free(needs);
	buf_clear(&keys);
	buf_clear(&json);
	snapshot_free(&s);
}

static void schedules(void **state)
{
	char *const texts[] = {
		(char *)"night", (char *)"Europe/Zurich", (char *)"fri 22:00-02:00", (char *)"2026-12-25 closed",
		(char *)"office", (char *)"UTC", (char *)"mon-fri 09:00-18:00", (char *)"",
	};
	const struct schedule night = { .id = texts[0], .time_zone = texts[1], .open = texts[2], .exceptions = texts[3] };
	const struct schedule office = { .id = texts[4], .time_zone = texts[5], .open = texts[6], .exceptions = texts[7] };
	struct buf keys;

	(void)state;
	buf_init(&keys, BUF_UNBOUNDED);
	desired_schedule(&keys, &night);
	desired_schedule(&keys, &office);
	assert_keys(&keys, "trunkdeckday/night.20261225 = 3,\n"
		    "trunkdeckday/night.20261226 = 3,\n"
		    "trunkdeckschedule/night = 3,Europe/Zurich,1,,,,,2200-2400,0000-0200, <- trunkdeckday/night.20261225, "
		    "trunkdeckday/night.20261226\n"
		    "trunkdeckschedule/office = 3,UTC,0,0900-1800,0900-1800,0900-1800,0900-1800,0900-1800,,\n");
	buf_clear(&keys);
}

static void keys_of_the_server(void **state)
{
	struct snapshot *s = workspace();
	struct buf keys;

	(void)state;
	/* The endpoint is that of another provider already. */
	put(s, ENTITY_PROVIDER, "{\"id\": \"zz\", \"name\": \"Another\", \"sipDomain\": \"z.example\", \"endpoint\": \"tw-1\"}");
	put(s, ENTITY_PROVIDER, "{\"id\": \"plain\", \"name\": \"Plain\", \"sipDomain\": \"p.example\"}");
	put(s, ENTITY_BLOCK, "{\"caller\": \"+4479*\", \"reason\": \"\"}");
	put(s, ENTITY_BLOCK, "{\"caller\": \"+44*\", \"until\": \"2026-12-24T00:00:00.5Z\"}");
	put(s, ENTITY_BLOCK, "{\"caller\": \"anonymous\"}");
	buf_init(&keys, BUF_UNBOUNDED);
	desired_standing(&keys, s);
	assert_keys(&keys, "trunkdecktrunk/plain = 3,plain,,0,,,0,na\n"
		    "trunkdecktrunk/tw-1 = 3,twilio,+34,7,mine,sales,3,eu | +34 <- trunkdeckagent/billing, trunkdeckagent/sales\n"
		    "trunkdeckblock/+44* = 3,1798070401 | new\n"
		    "trunkdeckblock/+4479* = 3,0 | new\n"
		    "trunkdeckblock/anonymous = 3,0 | new\n"
		    "trunkdeckmeta/has = 3,0,3/5,1,1,0,0\n");
	buf_clear(&keys);
	snapshot_free(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agents),
		cmocka_unit_test(numbers),
		cmocka_unit_test(long_parameters_are_cut),
		cmocka_unit_test(schedules),
		cmocka_unit_test(keys_of_the_server),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
