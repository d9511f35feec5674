/* A damaged database: each column is set to each kind of wrong value, and the program must not abort. */
#include "config.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fixture.h"
#include "trunkdeck/model/snapshot.h"

static const char *const tables[] = { "workspace", "provider", "agent", "number", "change", "call", "listened", "live_recorder",
				      "live_call", "schema_version" };

/* SQL values, each wrong for most columns. The columns of calls are set to the first FOR_CALLS values only. */
enum { FOR_CALLS = 3 };

static const char *const values[] = {
	"NULL", "9223372036854775807", "X'FFFE00C0'", "'bogus'", "1e300", "CAST(X'C3286162' AS TEXT)", "'{\"a\":'", "-9223372036854775808",
};

static void drop_change(void *arg, const struct change *c)
{
	(void)arg;
	assert_non_null(c->key);
}

static void drop_call(void *arg, const struct call *c)
{
	(void)arg;
	(void)c;
}

static void drop_beat(void *arg, const struct live_beat *b, int64_t seen_us)
{
	(void)arg;
	(void)b;
	(void)seen_us;
}

/* Calls all functions of a store. Refusals and failures are ignored. */
static void use_all(struct store *s, bool records)
{
	static const enum mutation_kind kinds[] = { MUTATION_EDIT, MUTATION_ADD, MUTATION_DELETE };
	struct call_query query = { .max = 10 };
	struct live_beat beat = { .recorder = "me", .seq = 1, .beat = 1, .servers = "na-1", .anew = true, .tidy = true };
	struct call call = { .server = "na-1", .linkedid = "1.1" };
	struct covered_span covered = { .server = "na-1", .span = { 1000, 2000 } };
	struct snapshot *snapshot = snapshot_new();
	struct coverage coverage;
	struct record r;
	size_t deleted;
	bool found, changed;
	struct err e;

	store_read_snapshot(s, snapshot, true, &e);
	snapshot_free(&snapshot);
	store_find_changes(s, &(struct change_query){ .oldest_first = true }, drop_change, NULL, &e);
	store_wait(s, -1, 0, &changed, &e);
	store_calls(s, &query, drop_call, NULL, &e);
	store_record_calls(s, &call, 1, &e);
	store_record_coverage(s, "me", &covered, 1, &e);
	coverage_begin(&coverage, 0, 5000);
	store_find_coverage(s, NULL, 0, &coverage, &e);
	coverage_clear(&coverage);
	store_live_publish(s, &beat, &call, 1, &e);
	store_live_beats(s, drop_beat, NULL, &e);
	store_live_calls(s, "other", 0, drop_call, NULL, &e);
	for (size_t k = 0; records && k < ARRAY_LEN(kinds); k++) {
		for (int i = 0; i < ENTITY_COUNT; i++) {
			struct mutation m = { .kind = kinds[k], .cascade = true };
			struct mutation_result result;

			m.record = i == ENTITY_PROVIDER ? provider_of("Twilio") : i == ENTITY_AGENT ? agent_of("support") :
				   number_of("+15551234567", "twilio", "support");
			if (i == ENTITY_WORKSPACE) {
				record_clear(&m.record);
				record_init(&m.record, ENTITY_WORKSPACE);
			}
			if (i == ENTITY_PROVIDER)
				set_text(&m.record.provider.id, "twilio");
			store_mutate(s, &m, 1, MUTATE_PARTIAL, &result, &e);
			record_clear(&m.record);
			mutation_result_clear(&result);
			store_find_changes(s, &(struct change_query){ .entity = entity_name((enum entity)i), .max = 3 }, drop_change, NULL, &e);
			store_get(s, (enum entity)i, i == ENTITY_NUMBER ? "+15551234567" : "twilio", &r, &found, &e);
			record_clear(&r);
		}
	}
	for (int64_t id = 1; records && id < 8; id++) {
		struct mutation m = { .kind = MUTATION_REVERT, .record = agent_of("support"), .first_change = id, .last_change = id };
		struct mutation_result result;

		store_mutate(s, &m, 1, MUTATE_PARTIAL, &result, &e);
		record_clear(&m.record);
		mutation_result_clear(&result);
	}
	store_expire_calls(s, INT64_MAX, 10, &deleted, &e);
}

static char *fill(void)
{
	char *url = fresh_url();
	struct store *s = open_store(url, "alice");
	struct live_beat beat = { .recorder = "other", .seq = 1, .beat = 1, .servers = "na-1", .anew = true };
	struct call call = { .server = "na-1", .linkedid = "1.2", .number = "+15551234567" };
	struct covered_span covered = { .server = "na-1", .span = { 1000, 2000 } };
	struct err e;

	add_parties(s);
	must_add(s, number_of("+15551234567", "twilio", "support"));
	assert_true(store_record_calls(s, &call, 1, &e));
	assert_true(store_record_coverage(s, "other", &covered, 1, &e));
	assert_true(store_live_publish(s, &beat, &call, 1, &e));
	store_close(&s);
	return url;
}

/* Recreates the table without types and constraints, so that any value can be stored. */
static void loosen(sqlite3 *db, const char *table)
{
	char *sql = xasprintf("PRAGMA journal_mode = DELETE; PRAGMA foreign_keys = OFF; PRAGMA legacy_alter_table = ON; "
			      "CREATE TABLE loose AS SELECT * FROM %s; DROP TABLE %s; ALTER TABLE loose RENAME TO %s", table, table,
			      table);
	char *why = NULL;

	if (sqlite3_exec(db, sql, NULL, NULL, &why))
		fail_msg("%s: %s", sql, why);
	free(sql);
}

static int damage(const char *url, const char *copy, const char *table, const char *column, const char *value)
{
	char *sql = xasprintf("UPDATE %s SET \"%s\" = %s", table, column, value);
	char *cp = xasprintf("cp '%s' '%s'", copy, url + strlen("sqlite:"));
	struct store_options options = { .actor = "alice" };
	struct store *s;
	sqlite3 *db;
	struct err e;
	pid_t pid = fork();
	int status;

	/* Runs in a child process, so that an abort is reported with the value that caused it. */
	if (!pid) {
		if (system(cp) || sqlite3_open(url + strlen("sqlite:"), &db) || sqlite3_exec(db, sql, NULL, NULL, NULL))
			_exit(3);
		sqlite3_close(db);
		if (store_open(&s, url, &options, &e)) {
			use_all(s, !strstr(table, "call"));
			store_close(&s);
		}
		_exit(0);
	}
	waitpid(pid, &status, 0);
	if (status)
		print_error("%s: %s\n", sql, WIFSIGNALED(status) ? strsignal(WTERMSIG(status)) : "failed");
	free(sql);
	free(cp);
	return status != 0;
}

/* In memory if possible, because a thousand stores that are synced to a disk would be slow. */
static char *in_memory(size_t i)
{
	const char *folder = access("/dev/shm", W_OK) ? temporary_folder() : "/dev/shm";

	return xasprintf("sqlite:%s/trunkdeck-damage.%ld.%zu", folder, (long)getpid(), i);
}

static void a_damaged_store_never_aborts_the_program(void **state)
{
	int failures = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(tables); i++) {
		char *url = fill(), *used = in_memory(i), *copy = xasprintf("%s.copy", url + strlen("sqlite:"));
		char *sql = xasprintf("SELECT name FROM pragma_table_info('%s')", tables[i]);
		sqlite3_stmt *columns;
		sqlite3 *db;
		char *cp;

		assert_int_equal(sqlite3_open(url + strlen("sqlite:"), &db), SQLITE_OK);
		loosen(db, tables[i]);
		assert_int_equal(sqlite3_close(db), SQLITE_OK);
		cp = xasprintf("mv '%s' '%s'", url + strlen("sqlite:"), copy);
		assert_int_equal(system(cp), 0);
		assert_int_equal(sqlite3_open(copy, &db), SQLITE_OK);
		assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &columns, NULL), SQLITE_OK);
		while (sqlite3_step(columns) == SQLITE_ROW)
			for (size_t v = 0; v < (strstr(tables[i], "call") ? FOR_CALLS : ARRAY_LEN(values)); v++)
				failures += damage(used, copy, tables[i], (const char *)sqlite3_column_text(columns, 0), values[v]);
		sqlite3_finalize(columns);
		sqlite3_close(db);
		unlink(used + strlen("sqlite:"));
		free(used);
		free(cp);
		free(sql);
		free(copy);
		free(url);
	}
	assert_int_equal(failures, 0);
}

int run_damage_tests(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_damaged_store_never_aborts_the_program),
	};

	backend_use(BACKEND_SQLITE);
	return cmocka_run_group_tests_name("damaged", tests, NULL, NULL);
}
