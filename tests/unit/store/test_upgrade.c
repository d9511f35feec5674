/* A store of the former version (schema 7 of SQLite, 8 of PostgreSQL), made by its own SQL, is brought up to date. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "fixture.h"
#include "trunkdeck/base/buf.h"
#include "trunkdeck/base/embed.h"
#include "trunkdeck/base/str.h"

#define NUMBER "+15551234567"
#define NUMBER_JSON "{\"number\":\"" NUMBER "\",\"trunkId\":\"twilio\",\"agentId\":\"support\",\"region\":\"na\"," \
	"\"label\":\"main line\",\"enabled\":true,\"additionalParams\":{\"a\":[1]},\"version\":2," \
	"\"createdAt\":\"2026-11-22T10:29:39.123456Z\",\"createdBy\":\"alice\"," \
	"\"updatedAt\":\"2026-11-22T10:29:39.123456Z\",\"updatedBy\":\"alice\"}"
#define WORKSPACE_JSON "{\"id\":\"0f3a\",\"name\":\"acme\",\"plan\":\"pro\",\"timeZone\":\"Europe/Berlin\"}"
#define PROVIDER_JSON "{\"id\":\"twilio\",\"name\":\"Twilio\",\"sipDomain\":\"pstn.twilio.com\",\"endpoint\":\"\",\"region\":\"na\"," \
	"\"inboundPrefix\":\"\",\"notes\":\"\",\"version\":1}"
#define AGENT_JSON "{\"id\":\"support\",\"title\":\"Support\",\"region\":\"na\",\"dial\":\"WebSocket/support\",\"voiceEnabled\":true," \
	"\"voiceProblem\":\"\",\"disabled\":false,\"source\":\"local\",\"version\":1}"
#define AT "1795343379123456"

/* pg.sh reads a command from one line, so comments are left out and line ends become blanks. */
static char *one_line(const char *sql)
{
	struct buf text;

	buf_init(&text, BUF_UNBOUNDED);
	for (const char *at = sql; *at; at += strcspn(at, "\n"), at += *at == '\n')
		if (strncmp(at, "--", 2) != 0)
			buf_addf(&text, "%.*s ", (int)strcspn(at, "\n"), at);
	return buf_take(&text);
}

static char *former_store(void)
{
	static const char *const rows[] = {
		"INSERT INTO workspace (id, name, plan, time_zone, last_change) VALUES ('0f3a', 'acme', 'pro', 'Europe/Berlin', 5)",
		"INSERT INTO provider (id, name, sip_domain, endpoint, region, inbound_prefix, notes, version) "
		"VALUES ('twilio', 'Twilio', 'pstn.twilio.com', '', 'na', '', '', 1)",
		"INSERT INTO agent (id, title, region, dial, voice_enabled, voice_problem, disabled, source, version) "
		"VALUES ('support', 'Support', 'na', 'WebSocket/support', '1', '', '0', 'local', 1)",
		"INSERT INTO number (e164, provider, agent, region, label, enabled, params, version, created_at, created_by, updated_at, "
		"updated_by) VALUES ('" NUMBER "', 'twilio', 'support', 'na', 'changed', '1', '{\"a\":[1]}', 3, " AT ", 'alice', " AT
		", 'alice')",
		"INSERT INTO change (id, at, actor, action, entity, key, before, after) VALUES (5, " AT ", 'alice', 'edit', 'number', '"
		NUMBER "', '" NUMBER_JSON "', '{}')",
		"INSERT INTO call (server, linkedid, channel, endpoint, number, caller, agent_leg, provider, agent, region, started_us, "
		"agent_dialled_us, answered_us, first_audio_us, ended_us, talk_us, state, outcome, hung_up_by, cause, sip_code, joined_late, "
		"uncertain, is_test, knows, recorded_us) VALUES ('na-1', '7', 'c', 'e', '" NUMBER "', '', '', 'twilio', 'support', 'na', 1000, "
		"0, 1500, 0, 2000, 500, 'ended', 'answered', 'caller', 16, 200, '0', '0', '0', 1800, 3000)",
	};
	bool sqlite = backend_now() == BACKEND_SQLITE;
	int64_t last = sqlite ? 7 : 8, number;
	const char *folder = sqlite ? "sql/sqlite/" : "sql/postgres/";
	char *url = fresh_url(), *version;

	free(behind_sql(url, "CREATE TABLE schema_version (one INTEGER NOT NULL PRIMARY KEY, version BIGINT NOT NULL)"));
	for (int64_t next = 1; next <= last; next++)
		for (const struct embed_file *f = embed_files; f->name; f++) {
			const char *name = strstr(f->name, folder);
			char *sql;

			if (!name || !str_to_i64((struct str){ name + strlen(folder), 4 }, &number) || number != next)
				continue;
			sql = one_line(f->text);
			free(behind_sql(url, sql));
			free(sql);
		}
	version = xasprintf("INSERT INTO schema_version (one, version) VALUES (1, %d)", (int)last);
	free(behind_sql(url, version));
	free(version);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		free(behind_sql(url, rows[i]));
	return url;
}

/* The JSON is that of the former version: fields that it does not have are unset. */
static void expect_record(struct store *s, enum entity entity, const char *key, const char *former, const char *label)
{
	struct record r, expected;
	json_t *json = json_loads(former, 0, NULL);
	struct err e;
	bool found;

	assert_true(store_get(s, entity, key, &r, &found, &e));
	assert_true(found);
	record_init(&expected, entity);
	assert_true(record_from_json(&expected, json, &e));
	if (entity == ENTITY_NUMBER)
		set_text(&expected.number.label, label);
	for (const struct field *f = entity_fields(entity); f->key; f++) {
		char *is = field_get(f, &r), *was = field_get(f, &expected);

		if (!(f->flags & FIELD_READONLY))
			assert_string_equal(is, was);
		free(is);
		free(was);
	}
	json_decref(json);
	record_clear(&r);
	record_clear(&expected);
}

static void check_former_call(void *arg, const struct call *c)
{
	assert_string_equal(c->agent, "support");
	assert_int_equal(c->outcome, OUTCOME_ANSWERED);
	assert_string_equal(c->uuid, "");
	assert_string_equal(c->attempts, "");
	assert_true(c->served == SERVED_UNKNOWN && c->reason == REASON_NONE && c->cached_s == 0);
	assert_true(c->loss == -1 && c->jitter_us == -1 && c->score == -1 && c->rtt_us == -1);
	assert_true(c->far_loss == -1 && c->far_jitter_us == -1 && c->far_score == -1);
	++*(size_t *)arg;
}

static void a_former_store_is_migrated_only_on_request(void **state)
{
	const struct store_options using = { .actor = "bob" }, making = { .actor = "bob", .create = true };
	const struct store_options asking = { .actor = "bob", .migrate = true };
	struct mutation undo = { .kind = MUTATION_REVERT, .first_change = 5, .last_change = 5 };
	char *url = former_store();
	size_t calls = 0;
	struct store *s;
	struct err e;

	(void)state;
	assert_false(store_open(&s, url, &using, &e));
	assert_refused(&e, ERR_STORE_OLDER, "trunkdeck store migrate");
	assert_false(store_open(&s, url, &making, &e));
	assert_refused(&e, ERR_STORE_OLDER, "trunkdeck store migrate");
	assert_true(store_open(&s, url, &asking, &e));
	store_close(&s);
	assert_true(store_open(&s, url, &using, &e));
	expect_record(s, ENTITY_NUMBER, NUMBER, NUMBER_JSON, "changed");
	expect_record(s, ENTITY_WORKSPACE, "", WORKSPACE_JSON, NULL);
	expect_record(s, ENTITY_PROVIDER, "twilio", PROVIDER_JSON, NULL);
	expect_record(s, ENTITY_AGENT, "support", AGENT_JSON, NULL);
	assert_true(store_calls(s, &(struct call_query){ 0 }, check_former_call, &calls, &e));
	assert_int_equal(calls, 1);
	undo.record = number_of(NUMBER, "twilio", "support");
	/* Its audit trail is read too: an edit of the former version is undone. */
	if (!store_mutate(s, &undo, 1, MUTATE_ALL_OR_NOTHING, NULL, &e))
		fail_msg("%s (%s)", e.message, e.hint);
	record_clear(&undo.record);
	expect_record(s, ENTITY_NUMBER, NUMBER, NUMBER_JSON, "main line");
	store_close(&s);
	free(url);
}

int run_upgrade_tests(const char *name)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_former_store_is_migrated_only_on_request),
	};

	return cmocka_run_group_tests_name(name, tests, NULL, NULL);
}
