/* Records, the field tables, and the values that each type of field accepts. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "model/fields.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/model/records.h"

static const struct field *field(enum entity e, const char *key)
{
	const struct field *f = field_by_key(e, key);

	assert_non_null(f);
	return f;
}

/* --- tables --- */

/* Keys, options and columns are unique in a table, and each field has a label and a help text. */
static void tables_are_consistent(void **state)
{
	(void)state;
	for (int entity = 0; entity < ENTITY_COUNT; entity++) {
		const struct field *rows = entity_fields((enum entity)entity);
		size_t keys = 0;

		for (const struct field *f = rows; f->key; f++) {
			assert_true(f->label[0] && f->help[0] && f->column[0]);
			assert_ptr_equal(field_by_key((enum entity)entity, f->key), f);
			/* The operator cannot set a read-only field, so it has no option. */
			if (f->flags & FIELD_READONLY)
				assert_null(f->option);
			if (f->flags & FIELD_KEY)
				keys++;
			for (const struct field *g = rows; g != f; g++) {
				assert_string_not_equal(g->column, f->column);
				assert_true(g->offset < f->offset);
			}
			assert_true(!field_is_text(f) || f->max > 0);
		}
		assert_int_equal(keys, 1);
	}
	assert_null(field_by_key(ENTITY_NUMBER, "agent"));
}

static void number_keys_are_those_of_the_product_document(void **state)
{
	static const char *const keys[] = { "number", "trunkId", "agentId", "split", "fallbackAgentId", "scheduleId",
					    "closedAgentId", "maxCalls", "maxDurationSeconds", "region", "label", "notes",
					    "enabled", "additionalParams", "version", "createdAt", "createdBy", "updatedAt",
					    "updatedBy" };
	const struct field *f = entity_fields(ENTITY_NUMBER);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		assert_string_equal(f[i].key, keys[i]);
	assert_null(f[ARRAY_LEN(keys)].key);
}

static void names_are_parsed_back(void **state)
{
	enum region region;
	enum plan plan;
	enum entity entity;

	(void)state;
	for (int i = 0; i < REGION_COUNT; i++)
		assert_true(region_parse(region_name((enum region)i), &region) && (int)region == i);
	for (int i = 0; i < PLAN_COUNT; i++)
		assert_true(plan_parse(plan_name((enum plan)i), &plan) && (int)plan == i);
	for (int i = 0; i < ENTITY_COUNT; i++)
		assert_true(entity_parse(entity_name((enum entity)i), &entity) && (int)entity == i);
	assert_false(region_parse("NA", &region));
	assert_false(region_parse("", &region));
	assert_false(plan_parse(NULL, &plan));
	assert_string_equal(region_name((enum region)9), "");
}

/* --- life cycle --- */

static void new_records_have_defaults(void **state)
{
	struct record r;

	(void)state;
	record_init(&r, ENTITY_NUMBER);
	assert_true(r.number.enabled);
	assert_int_equal(r.number.region, REGION_NA);
	assert_string_equal(r.number.params, "{}");
	assert_string_equal(r.number.created_by, "");
	assert_int_equal(r.number.version, 0);
	record_clear(&r);
	record_init(&r, ENTITY_AGENT);
	assert_true(r.agent.voice_enabled);
	assert_false(r.agent.disabled);
	assert_string_equal(r.agent.source, "local");
	record_clear(&r);
	record_init(&r, ENTITY_WORKSPACE);
	assert_int_equal(workspace_limit(&r.workspace), LIMIT_NONE);
	assert_string_equal(r.workspace.time_zone, "UTC");
	record_clear(&r);
}

static void every_text_member_is_in_the_table(void **state)
{
	/* A char * that the table does not list would be NULL after init, and shared by copies. */
	struct number n;
	struct provider p;
	struct agent a;
	struct schedule s;
	struct block b;
	struct workspace w;

	(void)state;
	number_init(&n);
	assert_true(n.split && n.fallback && n.schedule && n.closed_agent && n.notes);
	assert_true(n.e164 && n.provider && n.agent && n.label && n.params && n.created_by && n.updated_by);
	number_clear(&n);
	provider_init(&p);
	assert_true(p.id && p.name && p.sip_domain && p.endpoint && p.inbound_prefix && p.notes && p.default_agent && p.routing);
	provider_clear(&p);
	agent_init(&a);
	assert_true(a.id && a.title && a.dial && a.voice_problem && a.source && a.url);
	agent_clear(&a);
	schedule_init(&s);
	assert_true(s.id && s.title && s.time_zone && s.open && s.exceptions);
	schedule_clear(&s);
	block_init(&b);
	assert_true(b.caller && b.reason);
	block_clear(&b);
	workspace_init(&w);
	assert_true(w.id && w.name && w.time_zone);
	workspace_clear(&w);
}

static void copies_share_no_memory(void **state)
{
	(void)state;
	for (int entity = 0; entity < ENTITY_COUNT; entity++) {
		struct record a, b;

		record_init(&a, (enum entity)entity);
		record_copy(&b, &a);
		for (const struct field *f = entity_fields((enum entity)entity); f->key; f++)
			if (field_is_text(f)) {
				assert_ptr_not_equal(field_text_in(f, record_base(&a)),
						     field_text_in(f, record_base(&b)));
				assert_string_equal(field_text_in(f, record_base(&a)),
						    field_text_in(f, record_base(&b)));
			}
		record_clear(&a);
		/* Clearing twice is harmless. */
		record_clear(&a);
		assert_int_equal(a.entity, entity);
		record_clear(&b);
	}
}

static void records_have_versions_and_keys(void **state)
{
	struct record r;

	(void)state;
	for (int entity = ENTITY_PROVIDER; entity < ENTITY_COUNT; entity++) {
		record_init(&r, (enum entity)entity);
		assert_string_equal(record_key(&r), "");
		record_set_version(&r, 7);
		assert_int_equal(record_version(&r), 7);
		record_clear(&r);
	}
	record_init(&r, ENTITY_NUMBER);
	assert_true(field_set(field(ENTITY_NUMBER, "number"), &r, "+15551234567", NULL));
	assert_string_equal(record_key(&r), "+15551234567");
	record_clear(&r);
}

static void plans_have_limits(void **state)
{
	struct workspace w;

	(void)state;
	workspace_init(&w);
	w.plan = PLAN_FREE;
	assert_int_equal(workspace_limit(&w), 5);
	w.plan = PLAN_PRO;
	assert_int_equal(workspace_limit(&w), 50);
	w.has_max = true;
	w.max_phone_numbers = 0;
	assert_int_equal(workspace_limit(&w), 0);
	w.max_phone_numbers = LIMIT_NONE;
	assert_int_equal(workspace_limit(&w), LIMIT_NONE);
	workspace_clear(&w);
}

static void unusable_agents_have_a_reason(void **state)
{
	struct record r;
	const char *why;

	(void)state;
	record_init(&r, ENTITY_AGENT);
	assert_false(agent_usable(&r.agent, &why));
	assert_string_equal(why, "agent has neither a URL nor a dial string");
	assert_true(field_set(field(ENTITY_AGENT, "dial"), &r, "WebSocket/support/c(ulaw)", NULL));
	assert_true(agent_usable(&r.agent, &why));
	assert_null(why);
	assert_true(agent_usable(&r.agent, NULL));
	r.agent.voice_enabled = false;
	assert_false(agent_usable(&r.agent, &why));
	assert_string_equal(why, "agent is not voice-enabled");
	assert_true(field_set(field(ENTITY_AGENT, "voiceProblem"), &r, "no transcriber", NULL));
	assert_false(agent_usable(&r.agent, &why));
	assert_string_equal(why, "no transcriber");
	r.agent.disabled = true;
	assert_false(agent_usable(&r.agent, &why));
	assert_string_equal(why, "agent is disabled");
	record_clear(&r);
}

static void endpoint_falls_back_to_the_id(void **state)
{
	struct record r;

	(void)state;
	record_init(&r, ENTITY_PROVIDER);
	assert_true(field_set(field(ENTITY_PROVIDER, "id"), &r, "twilio", NULL));
	assert_string_equal(provider_endpoint(&r.provider), "twilio");
	assert_true(field_set(field(ENTITY_PROVIDER, "endpoint"), &r, "twilio-in", NULL));
	assert_string_equal(provider_endpoint(&r.provider), "twilio-in");
	record_clear(&r);
}

/* --- values --- */

/* Values that each type accepts. The first two differ from the default. */
static const char *const *good_values(enum field_type type)
{
	static const char *const texts[] = { "Sales", "M\xc3\xbcller & S\xc3\xb6hne", NULL };
	static const char *const numbers[] = { "+15551234567", "+442071234567", NULL };
	static const char *const hosts[] = { "pstn.twilio.com", "2001:db8::1", "10.0.0.1", "sip-1", "a.b", NULL };
	static const char *const dials[] = { "WebSocket/support/c(ulaw)", "AudioSocket/127.0.0.1:9092/uuid", "PJSIP/100", NULL };
	static const char *const ids[] = { "support", "Ab_9.-z", NULL };
	static const char *const regions[] = { "eu", "na", NULL };
	static const char *const plans[] = { "free", "pro", "enterprise", NULL };
	static const char *const bools[] = { "no", "yes", NULL };
	static const char *const limit_values[] = { "0", "unlimited", "9223372036854775807", "", NULL };
	static const char *const params[] = { "{\"a\":1}", "{\"a\":0.1,\"b\":[true,null,\"x\"]}", "{}", NULL };
	static const char *const prefixes[] = { "+44", "+", "+123456", "", NULL };
	static const char *const counts[] = { "1", "0", NULL };
	static const char *const splits[] = { "sales:90,trial-2:10", "a.b_c:1000", "", NULL };
	static const char *const urls[] = { "wss://agents.example.com", "ws://10.0.0.1:8080/", "", NULL };
	static const char *const zones[] = { "Europe/Berlin", "Etc/GMT+5", NULL };
	static const char *const open[] = { "mon-fri 09:00-18:00; sat 22:00-02:00", "", NULL };
	static const char *const exceptions[] = { "2026-12-24 closed; 2026-12-31 10:00-14:00,15:00-16:00", "", NULL };
	static const char *const callers[] = { "+41791234567", "+4479*", "+1*", "anonymous", NULL };
	static const char *const caps[] = { "1", "60", "", NULL };
	static const char *const durations[] = { "1s", "59s", "1m", "", NULL };
	static const char *const times[] = { "2026-11-22T10:29:39.123456Z", "", NULL };

	switch (type) {
	case FIELD_TEXT: return texts;
	case FIELD_E164: return numbers;
	case FIELD_HOST: return hosts;
	case FIELD_DIAL: return dials;
	case FIELD_ID: case FIELD_PROVIDER: case FIELD_AGENT: return ids;
	case FIELD_REGION: return regions;
	case FIELD_PLAN: return plans;
	case FIELD_BOOL: return bools;
	case FIELD_LIMIT: return limit_values;
	case FIELD_PARAMS: return params;
	case FIELD_PREFIX: return prefixes;
	case FIELD_INT: return counts;
	case FIELD_TIME: return times;
	case FIELD_SCHEDULE: return ids;
	case FIELD_SPLIT: return splits;
	case FIELD_URL: return urls;
	case FIELD_ZONE: return zones;
	case FIELD_OPEN: return open;
	case FIELD_EXCEPTIONS: return exceptions;
	case FIELD_CALLER: return callers;
	case FIELD_CAP: return caps;
	case FIELD_DURATION: return durations;
	}
	return NULL;
}

/* Each field of each table returns the value that was set, and no other field changes. */
static void every_field_round_trips(void **state)
{
	(void)state;
	for (int entity = 0; entity < ENTITY_COUNT; entity++)
		for (const struct field *f = entity_fields((enum entity)entity); f->key; f++)
			for (const char *const *value = good_values(f->type); *value; value++) {
				struct record r, fresh;
				struct err e = { 0 };

				record_init(&r, (enum entity)entity);
				record_init(&fresh, (enum entity)entity);
				assert_true(field_set(f, &r, *value, &e));
				assert_int_equal(e.code, ERR_NONE);
				for (const struct field *g = entity_fields((enum entity)entity); g->key; g++) {
					char *is = field_get(g, &r), *was = field_get(g, &fresh);

					assert_string_equal(is, g == f ? *value : was);
					free(is);
					free(was);
				}
				record_clear(&r);
				record_clear(&fresh);
			}
}

/* Other ways to write a value. */
static void values_get_their_canonical_form(void **state)
{
	static const struct {
		enum entity entity;
		const char *key, *text, *canonical;
	} cases[] = {
		{ ENTITY_NUMBER, "maxDurationSeconds", "90", "90s" },
		{ ENTITY_NUMBER, "maxDurationSeconds", "1h30m", "90m" },
		{ ENTITY_NUMBER, "maxDurationSeconds", "24h", "24h" },
		{ ENTITY_NUMBER, "maxDurationSeconds", "0", "" },
		{ ENTITY_NUMBER, "maxCalls", "0", "" },
		{ ENTITY_NUMBER, "maxCalls", "100000", "100000" },
		{ ENTITY_SCHEDULE, "open", "Sat 22:00-02:00; Monday 09:00-18:00", "mon 09:00-18:00; sat 22:00-02:00" },
		{ ENTITY_SCHEDULE, "exceptions", "2026-12-31 10:00-14:00; 2026-12-24 closed",
		  "2026-12-24 closed; 2026-12-31 10:00-14:00" },
		{ ENTITY_AGENT, "url", "wss://user:secret@agents.example.com/voice", "wss://agents.example.com/..." },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct field *f = field(cases[i].entity, cases[i].key);
		struct record r;
		char *text;

		record_init(&r, cases[i].entity);
		assert_true(field_set(f, &r, cases[i].text, NULL));
		text = field_get(f, &r);
		assert_string_equal(text, cases[i].canonical);
		free(text);
		record_clear(&r);
	}
}

static void refuse(enum entity entity, const char *key, const char *text, enum err_code code, const char *hint)
{
	const struct field *f = field(entity, key);
	struct err e = { 0 };
	struct record r;
	char *before, *after;

	record_init(&r, entity);
	assert_true(field_set(f, &r, good_values(f->type)[0], NULL));
	before = field_get(f, &r);
	assert_false(field_set(f, &r, text, &e));
	assert_int_equal(e.code, code);
	if (code == ERR_FIELD_INVALID || code == ERR_FIELD_REQUIRED)
		assert_int_equal(strncmp(e.message, key, strlen(key)), 0);
	assert_string_equal(e.hint, hint);
	/* A refusal leaves the member unchanged, also without a struct err. */
	assert_false(field_set(f, &r, text, NULL));
	after = field_get(f, &r);
	assert_string_equal(before, after);
	free(before);
	free(after);
	record_clear(&r);
}

static void a_refusal_tells_how_to_write_the_value(void **state)
{
	static const struct {
		enum entity entity;
		const char *key, *text;
		enum err_code code;
		const char *hint;
	} cases[] = {
#define HOST ENTITY_PROVIDER, "sipDomain"
#define WRITE "no sip:, no port: write "
		{ HOST, "sip:pstn.twilio.com", ERR_FIELD_INVALID, WRITE "pstn.twilio.com" },
		{ HOST, "pstn.twilio.com:5060", ERR_FIELD_INVALID, WRITE "pstn.twilio.com" },
		{ HOST, "SIP:me@pstn.twilio.com:5061;transport=tls", ERR_FIELD_INVALID, WRITE "pstn.twilio.com" },
		{ HOST, " pstn.twilio.com ", ERR_FIELD_INVALID, WRITE "pstn.twilio.com" },
		{ HOST, "pstn.twilio.com.", ERR_FIELD_INVALID, WRITE "pstn.twilio.com" },
		{ HOST, "https://pstn.twilio.com/", ERR_FIELD_INVALID, WRITE "pstn.twilio.com" },
		{ HOST, "10.0.0.1:5060", ERR_FIELD_INVALID, WRITE "10.0.0.1" },
		{ HOST, "[2001:db8::1]:5060", ERR_FIELD_INVALID, WRITE "2001:db8::1" },
		{ HOST, "sips:[::1]", ERR_FIELD_INVALID, WRITE "::1" },
		{ HOST, "10.0.0.256", ERR_FIELD_INVALID, "a host name or an IP address, e.g. pstn.twilio.com" },
		{ HOST, "1.2.3", ERR_FIELD_INVALID, "a host name or an IP address, e.g. pstn.twilio.com" },
		{ HOST, "-x.example", ERR_FIELD_INVALID, "a host name or an IP address, e.g. pstn.twilio.com" },
		{ HOST, "a..b", ERR_FIELD_INVALID, "a host name or an IP address, e.g. pstn.twilio.com" },
		{ HOST, "two words", ERR_FIELD_INVALID, "a host name or an IP address, e.g. pstn.twilio.com" },
		{ HOST, "", ERR_FIELD_REQUIRED,
		  "Host name or IP address without sip: and port, e.g. pstn.twilio.com" },
#define DIAL ENTITY_AGENT, "dial"
		{ DIAL, "PJSIP/100,30", ERR_FIELD_INVALID,
		  "no comma, $ or \" is allowed: write e.g. WebSocket/support/c(ulaw)" },
		{ DIAL, "PJSIP/${X}", ERR_FIELD_INVALID,
		  "no comma, $ or \" is allowed: write e.g. WebSocket/support/c(ulaw)" },
		{ DIAL, "PJSIP/\"a\"", ERR_FIELD_INVALID,
		  "no comma, $ or \" is allowed: write e.g. WebSocket/support/c(ulaw)" },
		{ DIAL, "PJSIP/100\r\nAction: x", ERR_FIELD_INVALID,
		  "line ends and other control characters are not allowed" },
		{ DIAL, "PJSIP/\xc3\xa4", ERR_FIELD_INVALID, "only printable ASCII characters are allowed" },
		{ DIAL, "support", ERR_FIELD_INVALID,
		  "technology/address is expected, e.g. WebSocket/support/c(ulaw)" },
		{ DIAL, "/support", ERR_FIELD_INVALID,
		  "technology/address is expected, e.g. WebSocket/support/c(ulaw)" },
		{ DIAL, "PJSIP/", ERR_FIELD_INVALID,
		  "technology/address is expected, e.g. WebSocket/support/c(ulaw)" },
		{ ENTITY_AGENT, "id", "two words", ERR_FIELD_INVALID, "only letters, digits and _ . - are allowed" },
		{ ENTITY_AGENT, "id", "a/b", ERR_FIELD_INVALID, "only letters, digits and _ . - are allowed" },
		{ ENTITY_AGENT, "id", "", ERR_FIELD_REQUIRED, "Letters, digits and _ . - only, e.g. support" },
		{ ENTITY_AGENT, "title", "   ", ERR_FIELD_REQUIRED, "The name that people see, e.g. Customer Support" },
		{ ENTITY_AGENT, "voiceProblem", "a\nb", ERR_FIELD_INVALID,
		  "line ends and other control characters are not allowed" },
		{ ENTITY_NUMBER, "label", "\x1b[2J", ERR_FIELD_INVALID,
		  "line ends and other control characters are not allowed" },
		{ ENTITY_NUMBER, "label", "a\xc2\x9b" "b", ERR_FIELD_INVALID,
		  "line ends and other control characters are not allowed" },
		{ ENTITY_NUMBER, "label", "a\xff", ERR_FIELD_INVALID, "the text is not valid UTF-8" },
		{ ENTITY_NUMBER, "number", "", ERR_NUMBER_REQUIRED, "Enter a number such as +15551234567" },
		{ ENTITY_NUMBER, "number", "5551234567", ERR_NUMBER_FORMAT,
		  "start with + and the country code" },
		{ ENTITY_NUMBER, "agentId", "", ERR_AGENT_REQUIRED, "choose an agent: see 'trunkdeck agent list'" },
		{ ENTITY_NUMBER, "trunkId", "", ERR_TRUNK_REQUIRED,
		  "choose a provider: see 'trunkdeck provider list'" },
		{ ENTITY_NUMBER, "region", "us", ERR_FIELD_INVALID, "na or eu" },
		{ ENTITY_NUMBER, "region", "", ERR_FIELD_INVALID, "na or eu" },
		{ ENTITY_NUMBER, "enabled", "maybe", ERR_FIELD_INVALID, "yes or no" },
		{ ENTITY_NUMBER, "version", "-1", ERR_FIELD_INVALID, "a number from 0 on" },
		{ ENTITY_NUMBER, "createdAt", "yesterday", ERR_FIELD_INVALID, "a time such as 2026-11-22T10:29:39Z" },
		{ ENTITY_NUMBER, "additionalParams", "[1]", ERR_FIELD_INVALID,
		  "a JSON object is expected, e.g. {\"department\":\"sales\"}" },
		{ ENTITY_PROVIDER, "inboundPrefix", "44", ERR_FIELD_INVALID, "a + and up to 6 digits, e.g. +44; empty = +" },
		{ ENTITY_PROVIDER, "inboundPrefix", "+4x", ERR_FIELD_INVALID, "a + and up to 6 digits, e.g. +44; empty = +" },
		{ ENTITY_PROVIDER, "inboundPrefix", "+1234567", ERR_FIELD_INVALID, "8 bytes are too long: at most 7" },
#define SPLIT ENTITY_NUMBER, "split"
#define SPLIT_HINT "agents and weights from 1 to 1000 are expected, e.g. sales:90,trial:10"
		{ SPLIT, "sales", ERR_FIELD_INVALID, SPLIT_HINT },
		{ SPLIT, "sales:0", ERR_FIELD_INVALID, SPLIT_HINT },
		{ SPLIT, "sales:1001", ERR_FIELD_INVALID, SPLIT_HINT },
		{ SPLIT, "sales:1,", ERR_FIELD_INVALID, SPLIT_HINT },
		{ SPLIT, ",sales:1", ERR_FIELD_INVALID, SPLIT_HINT },
		{ SPLIT, "sales:99999999999999999999", ERR_FIELD_INVALID, SPLIT_HINT },
		{ SPLIT, "a/b:1", ERR_FIELD_INVALID, SPLIT_HINT },
		{ SPLIT, "sales:1,sales:2", ERR_FIELD_INVALID, "an agent is named twice" },
		{ SPLIT, "a:1,b:1,c:1,d:1,e:1,f:1,g:1,h:1,i:1", ERR_FIELD_INVALID, "at most 8 agents" },
#define CALLER ENTITY_BLOCK, "caller"
#define CALLER_HINT "a number, the first digits and a *, or anonymous: +41791234567, +4479*, anonymous"
		{ CALLER, "+*", ERR_FIELD_INVALID, CALLER_HINT },
		{ CALLER, "+4479", ERR_FIELD_INVALID, CALLER_HINT },
		{ CALLER, "+0479*", ERR_FIELD_INVALID, CALLER_HINT },
		{ CALLER, "+44*79", ERR_FIELD_INVALID, CALLER_HINT },
		{ CALLER, "41791234567", ERR_FIELD_INVALID, CALLER_HINT },
		{ CALLER, "Anonymous", ERR_FIELD_INVALID, CALLER_HINT },
#define CAP ENTITY_NUMBER, "maxCalls"
		{ CAP, "-1", ERR_FIELD_INVALID, "a number from 1 to 100000; empty = no cap" },
		{ CAP, "100001", ERR_FIELD_INVALID, "a number from 1 to 100000; empty = no cap" },
		{ CAP, "many", ERR_FIELD_INVALID, "a number from 1 to 100000; empty = no cap" },
#define LONGEST ENTITY_NUMBER, "maxDurationSeconds"
#define LONGEST_HINT "seconds, or a duration such as 30m, at most 86400 seconds; empty = none"
		{ LONGEST, "25h", ERR_FIELD_INVALID, LONGEST_HINT },
		{ LONGEST, "24h1s", ERR_FIELD_INVALID, LONGEST_HINT },
		{ LONGEST, "1m1h", ERR_FIELD_INVALID, LONGEST_HINT },
		{ LONGEST, "1d", ERR_FIELD_INVALID, LONGEST_HINT },
		{ LONGEST, "m", ERR_FIELD_INVALID, LONGEST_HINT },
		{ LONGEST, "-5", ERR_FIELD_INVALID, LONGEST_HINT },
		{ ENTITY_AGENT, "speaksFirstWithin", "61", ERR_FIELD_INVALID,
		  "seconds, or a duration such as 30m, at most 60 seconds; empty = none" },
		{ ENTITY_AGENT, "url", "wss://agents.example.com/...", ERR_FIELD_INVALID,
		  "this URL is masked: give the whole URL, with --url-file" },
		{ ENTITY_SCHEDULE, "timeZone", "/etc/passwd", ERR_FIELD_INVALID, "an IANA name is expected, e.g. Europe/Berlin or UTC" },
		{ ENTITY_SCHEDULE, "timeZone", "", ERR_FIELD_REQUIRED, "Of its times, e.g. Europe/Berlin" },
		{ ENTITY_WORKSPACE, "plan", "gold", ERR_FIELD_INVALID, "free, pro or enterprise" },
		{ ENTITY_WORKSPACE, "maxPhoneNumbers", "-2", ERR_FIELD_INVALID,
		  "a number from 0 on, or unlimited; empty = the plan's limit" },
		{ ENTITY_WORKSPACE, "maxPhoneNumbers", "many", ERR_FIELD_INVALID,
		  "a number from 0 on, or unlimited; empty = the plan's limit" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		refuse(cases[i].entity, cases[i].key, cases[i].text, cases[i].code, cases[i].hint);
}

/* A text at the bound is accepted and one byte more is refused, for each text field without its own form. */
static void text_bounds_are_enforced(void **state)
{
	(void)state;
	for (int entity = 0; entity < ENTITY_COUNT; entity++)
		for (const struct field *f = entity_fields((enum entity)entity); f->key; f++) {
			char text[4096];
			struct record r;

			if (f->type != FIELD_TEXT && f->type != FIELD_ID && f->type != FIELD_AGENT)
				continue;
			assert_in_range(f->max, 1, sizeof(text) - 2);
			memset(text, 'x', sizeof(text));
			text[f->max] = '\0';
			record_init(&r, (enum entity)entity);
			assert_true(field_set(f, &r, text, NULL));
			text[f->max] = 'x';
			text[f->max + 1] = '\0';
			assert_false(field_set(f, &r, text, NULL));
			record_clear(&r);
		}
}

/* CR, LF and NUL must never reach an action: no text field accepts a control byte at any position. */
static void no_field_takes_control_bytes(void **state)
{
	(void)state;
	for (int entity = 0; entity < ENTITY_COUNT; entity++)
		for (const struct field *f = entity_fields((enum entity)entity); f->key; f++)
			for (int byte = 1; byte < 0x20; byte++) {
				char text[64];
				struct record r;

				if (!field_is_text(f) || f->type == FIELD_PARAMS ||
				    (f->flags & FIELD_LINES && (byte == '\n' || byte == '\t')))
					continue;
				record_init(&r, (enum entity)entity);
				snprintf(text, sizeof(text), "%s%c", good_values(f->type)[0], byte);
				assert_false(field_set(f, &r, text, NULL));
				snprintf(text, sizeof(text), "%c%s", byte, good_values(f->type)[0]);
				assert_false(field_set(f, &r, text, NULL));
				record_clear(&r);
			}
}

static void switches_accept_their_words(void **state)
{
	static const char *const yes[] = { "yes", "Yes", "true", "ON", "1" }, *const no[] = { "no", "FALSE", "off", "0" };
	const struct field *f = field(ENTITY_NUMBER, "enabled");
	struct record r;

	(void)state;
	record_init(&r, ENTITY_NUMBER);
	for (size_t i = 0; i < ARRAY_LEN(yes); i++) {
		r.number.enabled = false;
		assert_true(field_set(f, &r, yes[i], NULL) && r.number.enabled);
	}
	for (size_t i = 0; i < ARRAY_LEN(no); i++) {
		r.number.enabled = true;
		assert_true(field_set(f, &r, no[i], NULL) && !r.number.enabled);
	}
	record_clear(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tables_are_consistent),
		cmocka_unit_test(number_keys_are_those_of_the_product_document),
		cmocka_unit_test(names_are_parsed_back),
		cmocka_unit_test(new_records_have_defaults),
		cmocka_unit_test(every_text_member_is_in_the_table),
		cmocka_unit_test(copies_share_no_memory),
		cmocka_unit_test(records_have_versions_and_keys),
		cmocka_unit_test(plans_have_limits),
		cmocka_unit_test(unusable_agents_have_a_reason),
		cmocka_unit_test(endpoint_falls_back_to_the_id),
		cmocka_unit_test(every_field_round_trips),
		cmocka_unit_test(values_get_their_canonical_form),
		cmocka_unit_test(a_refusal_tells_how_to_write_the_value),
		cmocka_unit_test(text_bounds_are_enforced),
		cmocka_unit_test(no_field_takes_control_bytes),
		cmocka_unit_test(switches_accept_their_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
