/* Records as JSON, and the canonical form of additional parameters. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "model/fields.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/model/records.h"

/* --- parameters --- */

static void parameters_get_their_canonical_form(void **state)
{
	static const struct {
		const char *text, *canonical;
	} cases[] = {
		{ "{}", "{}" },
		{ " { \"b\" : 1 ,\n\t\"a\" : { \"z\" : 0 , \"y\" : [ 3 , 1 ] } } ", "{\"a\":{\"y\":[3,1],\"z\":0},\"b\":1}" },
		{ "{\"a\":\"1\",\"b\":1,\"c\":1.0,\"d\":true,\"e\":null}", "{\"a\":\"1\",\"b\":1,\"c\":1.0,\"d\":true,\"e\":null}" },
		{ "{\"a\":0.1}", "{\"a\":0.1}" },
		{ "{\"a\":0.30000000000000004}", "{\"a\":0.30000000000000004}" },
		{ "{\"a\":9223372036854775807}", "{\"a\":9223372036854775807}" },
		{ "{\"a\":\"\\u00fc\\n\"}", "{\"a\":\"\xc3\xbc\\n\"}" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err e = { 0 };
		char *once = params_canonical(cases[i].text, &e), *twice;

		assert_int_equal(e.code, ERR_NONE);
		assert_string_equal(once, cases[i].canonical);
		twice = params_canonical(once, NULL);
		assert_string_equal(once, twice);
		free(once);
		free(twice);
	}
}

static void invalid_parameters_are_refused(void **state)
{
	static const char *const cases[] = {
		"", "x", "[]", "1", "null", "\"a\"", "{", "{\"a\":1}x", "{\"a\":1,\"a\":2}", "{a:1}", "{\"a\":1e999}",
		"{\"a\":92233720368547758080}", "{\"a\":\"\\u0000\"}", "{\"a\":\"\xff\"}", "{\"a\":\"\n\"}", "{\"a\":NaN}",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err e = { 0 };

		assert_null(params_canonical(cases[i], &e));
		assert_int_equal(e.code, ERR_FIELD_INVALID);
		assert_int_equal(strncmp(e.message, "additionalParams: ", 18), 0);
		assert_string_equal(e.field, "additionalParams");
		assert_true(e.hint[0]);
		assert_null(params_canonical(cases[i], NULL));
	}
}

static char *nested(int levels)
{
	char *text = xstrdup("1");

	for (int i = 0; i < levels; i++) {
		char *outer = xasprintf("{\"a\":%s}", text);

		free(text);
		text = outer;
	}
	return text;
}

static void depth_is_bounded(void **state)
{
	char *deepest = nested(PARAMS_DEPTH_MAX - 1), *deeper = nested(PARAMS_DEPTH_MAX), *abyss = nested(5000), *ok;
	struct err e = { 0 };

	(void)state;
	ok = params_canonical(deepest, &e);
	assert_string_equal(ok, deepest);
	assert_null(params_canonical(deeper, &e));
	assert_string_equal(e.hint, "nested too deeply: at most 16 levels");
	assert_null(params_canonical(abyss, &e));
	free(ok);
	free(deepest);
	free(deeper);
	free(abyss);
}

static void size_is_bounded(void **state)
{
	char *filler = xmalloc(PARAMS_SIZE_MAX * 5), *text, *ok;
	struct err e = { 0 };

	(void)state;
	memset(filler, 'x', PARAMS_SIZE_MAX * 5);
	filler[PARAMS_SIZE_MAX - strlen("{\"a\":\"\"}")] = '\0';
	text = xasprintf("{\"a\":\"%s\"}", filler);
	ok = params_canonical(text, &e);
	assert_string_equal(ok, text);
	free(ok);
	free(text);
	text = xasprintf("{\"a\":\"%sx\"}", filler);
	assert_null(params_canonical(text, &e));
	assert_string_equal(e.hint, "16385 bytes are too long: at most 16384");
	free(text);
	/* This text is refused before it is parsed. */
	filler[PARAMS_SIZE_MAX - strlen("{\"a\":\"\"}")] = 'x';
	filler[PARAMS_SIZE_MAX * 5 - 1] = '\0';
	assert_null(params_canonical(filler, &e));
	assert_int_equal(strncmp(e.hint, "81919 bytes", 11), 0);
	free(filler);
}

/* --- records --- */

static void set(struct record *r, const char *key, const char *value)
{
	assert_true(field_set(field_by_key(r->entity, key), r, value, NULL));
}

static void number_example(struct record *r)
{
	record_init(r, ENTITY_NUMBER);
	set(r, "number", "+15551234567");
	set(r, "trunkId", "twilio");
	set(r, "agentId", "support");
	set(r, "region", "eu");
	set(r, "label", "Sales \"north\" \xc3\xbc");
	set(r, "enabled", "no");
	set(r, "additionalParams", "{\"priority\": 1, \"department\": \"sales\"}");
	set(r, "version", "3");
	set(r, "createdAt", "2026-11-22T10:29:39.123456Z");
	set(r, "createdBy", "alice");
}

static void workspace_example(struct record *r)
{
	record_init(r, ENTITY_WORKSPACE);
	set(r, "id", "0f3a");
	set(r, "name", "acme");
	set(r, "plan", "pro");
	set(r, "timeZone", "Europe/Berlin");
}

static char *json_text(const struct record *r)
{
	json_t *json = record_to_json(r);
	char *text = json_dumps(json, JSON_COMPACT);

	assert_non_null(text);
	json_decref(json);
	return text;
}

static void a_number_is_written_as_json(void **state)
{
	struct record r;
	char *text;

	(void)state;
	number_example(&r);
	text = json_text(&r);
	assert_string_equal(text,
			    "{\"number\":\"+15551234567\",\"trunkId\":\"twilio\",\"agentId\":\"support\",\"split\":[],"
			    "\"fallbackAgentId\":\"\",\"scheduleId\":\"\",\"closedAgentId\":\"\",\"maxCalls\":null,"
			    "\"maxDurationSeconds\":null,\"region\":\"eu\","
			    "\"label\":\"Sales \\\"north\\\" \xc3\xbc\",\"notes\":\"\",\"enabled\":false,"
			    "\"additionalParams\":{\"department\":\"sales\",\"priority\":1},\"version\":3,"
			    "\"createdAt\":\"2026-11-22T10:29:39.123456Z\",\"createdBy\":\"alice\",\"updatedAt\":null,"
			    "\"updatedBy\":\"\"}");
	free(text);
	record_clear(&r);
}

static void limits_are_written_as_json(void **state)
{
	struct record r;
	char *text;

	(void)state;
	workspace_example(&r);
	text = json_text(&r);
	assert_string_equal(text, "{\"id\":\"0f3a\",\"name\":\"acme\",\"plan\":\"pro\",\"timeZone\":\"Europe/Berlin\","
				  "\"maxCallsPerCaller\":null,\"maxDurationSeconds\":null}");
	free(text);
	set(&r, "maxPhoneNumbers", "unlimited");
	text = json_text(&r);
	assert_non_null(strstr(text, "\"maxPhoneNumbers\":null,"));
	free(text);
	set(&r, "maxPhoneNumbers", "17");
	text = json_text(&r);
	assert_non_null(strstr(text, "\"maxPhoneNumbers\":17,"));
	free(text);
	record_clear(&r);
}

/* A record that is written and read again is equal in all fields. */
static void round_trip(struct record *r)
{
	json_t *json = record_to_json(r);
	struct err e = { 0 };
	struct record back;

	record_init(&back, r->entity);
	assert_true(record_from_json(&back, json, &e));
	for (const struct field *f = entity_fields(r->entity); f->key; f++) {
		char *was = field_get(f, r), *is = field_get(f, &back);

		assert_string_equal(was, is);
		free(was);
		free(is);
	}
	record_clear(&back);
	json_decref(json);
}

static void records_round_trip(void **state)
{
	struct record r;

	(void)state;
	number_example(&r);
	round_trip(&r);
	record_clear(&r);
	workspace_example(&r);
	round_trip(&r);
	set(&r, "maxPhoneNumbers", "0");
	round_trip(&r);
	set(&r, "maxPhoneNumbers", "unlimited");
	round_trip(&r);
	record_clear(&r);
	record_init(&r, ENTITY_PROVIDER);
	set(&r, "id", "twilio");
	set(&r, "name", "Twilio");
	set(&r, "sipDomain", "pstn.twilio.com");
	set(&r, "inboundPrefix", "+44");
	round_trip(&r);
	record_clear(&r);
	record_init(&r, ENTITY_AGENT);
	set(&r, "id", "support");
	set(&r, "title", "Customer Support");
	set(&r, "voiceEnabled", "no");
	set(&r, "voiceProblem", "no transcriber");
	set(&r, "disabled", "yes");
	set(&r, "url", "wss://agents.example.com");
	set(&r, "speaksFirstWithin", "6s");
	set(&r, "maxCalls", "20");
	round_trip(&r);
	record_clear(&r);
	number_example(&r);
	set(&r, "split", "support:90,sales:10");
	set(&r, "fallbackAgentId", "sales");
	set(&r, "scheduleId", "office");
	set(&r, "maxCalls", "10");
	set(&r, "maxDurationSeconds", "1h30m");
	round_trip(&r);
	record_clear(&r);
	record_init(&r, ENTITY_SCHEDULE);
	set(&r, "id", "office");
	set(&r, "timeZone", "Europe/Berlin");
	set(&r, "open", "mon-fri 09:00-18:00; sat 22:00-02:00");
	set(&r, "exceptions", "2026-12-24 closed; 2026-12-31 10:00-14:00,15:00-16:00");
	round_trip(&r);
	record_clear(&r);
	record_init(&r, ENTITY_BLOCK);
	set(&r, "caller", "+4479*");
	set(&r, "until", "2026-12-24T18:00:00.000000Z");
	round_trip(&r);
	record_clear(&r);
}

static void expect_json(struct record *r, const char *expected)
{
	char *text = json_text(r);

	assert_string_equal(text, expected);
	free(text);
	record_clear(r);
}

static void schedules_blocks_and_splits_are_written_as_json(void **state)
{
	struct record r;
	char *text;

	(void)state;
	record_init(&r, ENTITY_SCHEDULE);
	set(&r, "id", "office");
	set(&r, "open", "mon-fri 09:00-18:00");
	set(&r, "exceptions", "2026-12-24 closed; 2026-12-31 10:00-14:00");
	expect_json(&r, "{\"id\":\"office\",\"title\":\"\",\"timeZone\":\"UTC\","
		    "\"open\":[{\"days\":\"mon-fri\",\"from\":\"09:00\",\"to\":\"18:00\"}],"
		    "\"exceptions\":[{\"date\":\"2026-12-24\",\"open\":[]},"
		    "{\"date\":\"2026-12-31\",\"open\":[{\"from\":\"10:00\",\"to\":\"14:00\"}]}],\"version\":0}");
	record_init(&r, ENTITY_BLOCK);
	set(&r, "caller", "anonymous");
	expect_json(&r, "{\"caller\":\"anonymous\",\"reason\":\"\",\"until\":null,\"version\":0}");
	number_example(&r);
	set(&r, "split", "support:90,sales:10");
	set(&r, "maxDurationSeconds", "30m");
	text = json_text(&r);
	assert_non_null(strstr(text, "\"split\":[{\"agentId\":\"support\",\"weight\":90},{\"agentId\":\"sales\",\"weight\":10}],"));
	assert_non_null(strstr(text, "\"maxDurationSeconds\":1800,"));
	free(text);
	record_clear(&r);
}

static bool patch(struct record *r, const char *text, struct err *e)
{
	json_t *json = json_loads(text, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
	bool ok;

	assert_non_null(json);
	ok = record_from_json(r, json, e);
	json_decref(json);
	return ok;
}

static void a_patch_sets_only_its_keys(void **state)
{
	struct record r;
	struct err e = { 0 };

	(void)state;
	number_example(&r);
	assert_true(patch(&r, "{\"label\":\"x\",\"additionalParams\":{\"b\":2,\"a\":0.1}}", &e));
	assert_string_equal(r.number.label, "x");
	assert_string_equal(r.number.params, "{\"a\":0.1,\"b\":2}");
	assert_string_equal(r.number.e164, "+15551234567");
	assert_int_equal(r.number.version, 3);
	assert_false(r.number.enabled);
	record_clear(&r);
}

static void expect_mask(const char *url, const char *expected)
{
	char *masked = url_mask(url), *again = url_mask(masked);

	assert_string_equal(masked, expected);
	assert_string_equal(again, expected);
	free(masked);
	free(again);
}

static void urls_are_masked(void **state)
{
	struct record r;
	struct err e = { 0 };
	char *text;

	(void)state;
	expect_mask("wss://agents.example.com", "wss://agents.example.com");
	expect_mask("ws://10.0.0.1:8080/", "ws://10.0.0.1:8080/");
	expect_mask("wss://agents.example.com/voice", "wss://agents.example.com/...");
	expect_mask("wss://agents.example.com?key=secret", "wss://agents.example.com/...");
	expect_mask("wss://user:secret@agents.example.com:8443", "wss://agents.example.com:8443/...");
	expect_mask("wss+anyname://user:sec@ret@10.0.0.1/x", "wss+anyname://10.0.0.1/...");
	expect_mask("", "");
	expect_mask("secret", "/...");
	record_init(&r, ENTITY_AGENT);
	set(&r, "url", "wss://agents.example.com/secret");
	text = json_text(&r);
	assert_null(strstr(text, "secret"));
	free(text);
	/* The masked form of the URL changes nothing. Another masked one is kept for display; the store refuses it. */
	assert_true(patch(&r, "{\"url\":\"wss://agents.example.com/...\"}", &e));
	assert_string_equal(r.agent.url, "wss://agents.example.com/secret");
	assert_true(patch(&r, "{\"url\":\"wss://other.example.com/...\"}", &e));
	assert_string_equal(r.agent.url, "wss://other.example.com/...");
	assert_true(patch(&r, "{\"url\":\"wss://u:p@other.example.com/...\"}", &e));
	assert_string_equal(r.agent.url, "wss://other.example.com/...");
	record_clear(&r);
}

static void json_types_are_strict(void **state)
{
	static const struct {
		const char *text;
		enum err_code code;
		const char *message, *hint;
	} cases[] = {
#define NOT_ALLOWED ": this value is not allowed"
		{ "[]", ERR_FIELD_INVALID, "A value is not allowed", "a JSON object is expected" },
		{ "{\"agent\":\"x\"}", ERR_FIELD_INVALID, "agent: unknown key", "a number has no such field" },
		{ "{\"enabled\":\"yes\"}", ERR_FIELD_INVALID, "enabled" NOT_ALLOWED, "true or false is expected" },
		{ "{\"enabled\":1}", ERR_FIELD_INVALID, "enabled" NOT_ALLOWED, "true or false is expected" },
		{ "{\"label\":1}", ERR_FIELD_INVALID, "label" NOT_ALLOWED, "a string is expected" },
		{ "{\"label\":null}", ERR_FIELD_INVALID, "label" NOT_ALLOWED, "a string is expected" },
		{ "{\"label\":\"a\\u0000b\"}", ERR_FIELD_INVALID, "label" NOT_ALLOWED, "a string is expected" },
		{ "{\"label\":\"a\\rb\"}", ERR_FIELD_INVALID, "label" NOT_ALLOWED,
		  "line ends and other control characters are not allowed" },
		{ "{\"region\":\"us\"}", ERR_FIELD_INVALID, "region" NOT_ALLOWED, "na or eu" },
		{ "{\"version\":1.5}", ERR_FIELD_INVALID, "version" NOT_ALLOWED, "a number is expected" },
		{ "{\"createdAt\":5}", ERR_FIELD_INVALID, "createdAt" NOT_ALLOWED,
		  "a time such as \"2026-11-22T10:29:39Z\", or null, is expected" },
		{ "{\"additionalParams\":\"{}\"}", ERR_FIELD_INVALID, "additionalParams" NOT_ALLOWED,
		  "a JSON object is expected, e.g. {\"department\":\"sales\"}" },
		{ "{\"split\":\"support:1\"}", ERR_FIELD_INVALID, "split" NOT_ALLOWED,
		  "an array such as [{\"agentId\":\"sales\",\"weight\":90}] is expected" },
		{ "{\"split\":[{\"agentId\":\"a\"}]}", ERR_FIELD_INVALID, "split" NOT_ALLOWED,
		  "an array such as [{\"agentId\":\"sales\",\"weight\":90}] is expected" },
		{ "{\"split\":[{\"agentId\":\"a:1,b\",\"weight\":1,\"more\":1}]}", ERR_FIELD_INVALID, "split" NOT_ALLOWED,
		  "an array such as [{\"agentId\":\"sales\",\"weight\":90}] is expected" },
		{ "{\"split\":[{\"agentId\":\"a\",\"weight\":1001}]}", ERR_FIELD_INVALID, "split" NOT_ALLOWED,
		  "agents and weights from 1 to 1000 are expected, e.g. sales:90,trial:10" },
		{ "{\"maxCalls\":\"5\"}", ERR_FIELD_INVALID, "maxCalls" NOT_ALLOWED, "a number, or null for none, is expected" },
		{ "{\"maxCalls\":-1}", ERR_FIELD_INVALID, "maxCalls" NOT_ALLOWED, "a number from 1 to 100000; empty = no cap" },
		{ "{\"maxDurationSeconds\":86401}", ERR_FIELD_INVALID, "maxDurationSeconds" NOT_ALLOWED,
		  "seconds, or a duration such as 30m, at most 86400 seconds; empty = none" },
		{ "{\"number\":15551234567}", ERR_FIELD_INVALID, "number" NOT_ALLOWED, "a string is expected" },
		{ "{\"number\":\"\"}", ERR_NUMBER_REQUIRED, "Phone number is required",
		  "Enter a number such as +15551234567" },
		{ "{\"agentId\":\"\"}", ERR_AGENT_REQUIRED, "Agent is required",
		  "choose an agent: see 'trunkdeck agent list'" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct record r;
		struct err e = { 0 };

		number_example(&r);
		assert_false(patch(&r, cases[i].text, &e));
		assert_int_equal(e.code, cases[i].code);
		assert_string_equal(e.message, cases[i].message);
		assert_string_equal(e.hint, cases[i].hint);
		assert_false(patch(&r, cases[i].text, NULL));
		record_clear(&r);
	}
}

/* A row that was damaged by hand must be shown, and must not end the program. */
static void damaged_text_is_still_written(void **state)
{
	struct record r;
	char *text;

	(void)state;
	number_example(&r);
	free(r.number.label);
	r.number.label = xstrdup("\xff");
	free(r.number.params);
	r.number.params = xstrdup("{broken");
	text = json_text(&r);
	assert_non_null(strstr(text, "\"label\":\"?\""));
	assert_non_null(strstr(text, "\"additionalParams\":{}"));
	free(text);
	record_clear(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parameters_get_their_canonical_form),
		cmocka_unit_test(invalid_parameters_are_refused),
		cmocka_unit_test(depth_is_bounded),
		cmocka_unit_test(size_is_bounded),
		cmocka_unit_test(a_number_is_written_as_json),
		cmocka_unit_test(limits_are_written_as_json),
		cmocka_unit_test(records_round_trip),
		cmocka_unit_test(a_patch_sets_only_its_keys),
		cmocka_unit_test(schedules_blocks_and_splits_are_written_as_json),
		cmocka_unit_test(urls_are_masked),
		cmocka_unit_test(json_types_are_strict),
		cmocka_unit_test(damaged_text_is_still_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
