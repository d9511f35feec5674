/*
 * What the store's tests share: a new store for each test on the database under test, a PostgreSQL server for the tests
 * (pg.sh), sample records, and child processes.
 */
#ifndef TD_TESTS_STORE_FIXTURE_H
#define TD_TESTS_STORE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <cmocka.h>

#include "trunkdeck/base/mem.h"
#include "trunkdeck/store/store.h"

enum backend { BACKEND_SQLITE, BACKEND_POSTGRES };

/* Selects the database for the following tests. PostgreSQL is started at the first use. If it cannot be started, prints
 * the reason and ends the program as failed. */
void backend_use(enum backend b);
enum backend backend_now(void);
/* Stops the server and removes the temporary folder. */
void backend_end(void);
/* Sends a command to pg.sh and fails the test unless it answers "ok". Returns the rest of the answer; caller frees. */
char *pg_command(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Fails the test unless pg_command() answers what is expected. */
#define assert_pg(expected, ...) do { \
		char *answer_ = pg_command(__VA_ARGS__); \
		assert_string_equal(answer_, expected); \
		free(answer_); \
	} while (0)
/* The same in two steps, to do something between them. */
void pg_send(const char *format, ...) __attribute__((format(printf, 1, 2)));
char *pg_receive(void);
/* Runs SQL on the store with a connection of its own. Returns the first value of the first row; caller frees. */
char *behind_sql(const char *url, const char *sql);

/* cmocka setup and teardown: *state is a struct fixture. */
struct fixture {
	char *url;
	struct store *store;		/* opened, with the actor "alice" */
};

int fixture_setup(void **state);
int fixture_teardown(void **state);
char *fresh_url(void);			/* the URL of a store that does not exist yet; caller frees */
const char *temporary_folder(void);

#define STORE_TEST(f) cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)

/* Opens the store, or fails the test with the error. */
struct store *open_store(const char *url, const char *actor);

/* Mutations of one record. They take the record over and clear it. */
struct record provider_of(const char *name);
struct record agent_of(const char *id);
struct record number_of(const char *e164, const char *provider, const char *agent);
void set_text(char **text, const char *value);
bool try_mutate(struct store *s, enum mutation_kind kind, struct record r, int64_t version, struct err *e);
void must_mutate(struct store *s, enum mutation_kind kind, struct record r, int64_t version);
void must_add(struct store *s, struct record r);
/* A provider "twilio" named Twilio and an agent "support". */
void add_parties(struct store *s);
void set_limit(struct store *s, int64_t limit);
int64_t count_numbers(struct store *s);
int64_t last_change(struct store *s);
bool has_record(struct store *s, enum entity entity, const char *key);
void assert_refused(const struct err *e, enum err_code code, const char *in_hint);

/* A child process. fn runs in it with its ends of two pipes, and the result of fn is the exit code. */
struct child {
	pid_t pid;
	int to, from;
};

void child_start(struct child *c, int (*fn)(int in, int out, void *arg), void *arg);
int child_wait(struct child *c);	/* exit code, or 128 + signal */
void child_close_input(struct child *c);
/* Send or receive one byte; false at the end of the stream. */
bool byte_send(int fd, unsigned char byte);
bool byte_receive(int fd, unsigned char *byte);

/* The tests for all databases. An argument runs only the tests whose names match this pattern. */
int run_suite(int argc, char **argv, enum backend b, const char *name);
int run_record_tests(const char *name);
int run_reference_tests(const char *name);
int run_batch_tests(const char *name);
int run_feed_tests(const char *name);
int run_call_tests(const char *name);
int run_coverage_tests(const char *name);
int run_metrics_tests(const char *name);
int run_live_tests(const char *name);
int run_race_tests(const char *name);
int run_upgrade_tests(const char *name);
int run_undo_tests(const char *name);
int run_sqlite_tests(void);
int run_damage_tests(void);
int run_postgres_tests(void);
int run_server_tests(void);
int run_asterisk_tests(void);

#endif
