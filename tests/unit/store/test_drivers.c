/* Tests for one database only: files and their failures, servers that crash or hang, URLs. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <libpq-fe.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fixture.h"

static const struct store_options plain = { .actor = "alice", .migrate = true };

static void refuse_url(const char *url, enum err_code code, const char *in_hint)
{
	struct store *s;
	struct err e = { .code = ERR_NONE };

	assert_false(store_open(&s, url, &plain, &e));
	assert_null(s);
	assert_refused(&e, code, in_hint);
	assert_null(strstr(e.hint, "s3cret"));
	assert_null(strstr(e.message, "s3cret"));
}

static void unknown_urls_are_refused(void **state)
{
	(void)state;
	refuse_url("", ERR_CONFIG, "sqlite:");
	refuse_url("mysql://root:s3cret@host/db", ERR_CONFIG, "postgresql://");
	refuse_url("sqlite:", ERR_CONFIG, "sqlite:/");
}

/* --- sqlite --- */

static char *path_url(const char *name)
{
	return xasprintf("sqlite:%s/%s", temporary_folder(), name);
}

static void write_file(const char *url, const char *text)
{
	int fd = open(url + strlen("sqlite:"), O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
}

static void a_store_in_memory_works(void **state)
{
	struct store *s = open_store("sqlite::memory:", "alice");

	(void)state;
	add_parties(s);
	must_add(s, number_of("+15551234567", "twilio", "support"));
	assert_int_equal(count_numbers(s), 1);
	assert_string_equal(store_name(s), "sqlite::memory:");
	store_close(&s);
}

static void folders_are_created_and_the_file_is_private(void **state)
{
	char *url = path_url("a/b c/d.db");
	struct store *s;
	struct stat st;
	mode_t mask = umask(0);

	(void)state;
	s = open_store(url, "alice");
	add_parties(s);
	assert_int_equal(stat(url + strlen("sqlite:"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	store_close(&s);
	umask(mask);
	free(url);
}

static void file_errors_are_reported(void **state)
{
	char *text = path_url("text"), *below = path_url("text/below.db"), *folder = path_url("");

	(void)state;
	write_file(text, "This is a letter, and no database, however long it may become before one finds that out.\n");
	refuse_url(text, ERR_STORE_FAILED, "is not a trunkdeck store");
	refuse_url(below, ERR_STORE_UNREACHABLE, strerror(ENOTDIR));
	refuse_url(folder, ERR_STORE_UNREACHABLE, strerror(EISDIR));
	free(text);
	free(below);
	free(folder);
}

/* Runs as an ordinary account, because root may write everywhere. */
static int visit_closed_folder(int in, int out, void *arg)
{
	const char *url = arg;
	struct store *s;
	unsigned char byte;
	struct err e;

	(void)out;
	if (getuid() == 0 && (setgid(65534) || setuid(65534)))
		return 1;
	for (int read_only = 0; read_only < 2; read_only++) {
		struct store_options options = { .actor = "nobody", .read_only = read_only };

		if (!store_open(&s, url, &options, &e)) {
			fprintf(stderr, "%s (%s)\n", e.message, e.hint);
			return 2;
		}
		if (count_numbers(s) != 1 + read_only)
			return 3;
		if (try_mutate(s, MUTATION_ADD, number_of("+15551234568", "twilio", "support"), 0, &e) || e.code != ERR_READ_ONLY ||
		    (!read_only && !strstr(e.hint, "its folder can't be written")))
			return 4;
		/* The other process writes and closes the store, so a file that was opened as immutable has changed. */
		byte_send(out, 0);
		if (!byte_receive(in, &byte) || count_numbers(s) != 2 + read_only)
			return 5;
		store_close(&s);
		byte_send(out, 0);
		if (!byte_receive(in, &byte))
			return 6;
	}
	return 0;
}

static void a_store_in_a_read_only_folder_can_be_read(void **state)
{
	char *url = path_url("closed/d.db"), *folder = xasprintf("%s/closed", temporary_folder());
	const char *path = url + strlen("sqlite:");
	struct store *s = open_store(url, "alice");
	struct child c;
	unsigned char byte;
	int64_t count = 1;

	(void)state;
	add_parties(s);
	must_add(s, number_of("+15551234567", "twilio", "support"));
	store_close(&s);
	assert_int_equal(chmod(path, 0644), 0);
	assert_int_equal(chmod(temporary_folder(), 0755), 0);
	assert_int_equal(chmod(folder, 0555), 0);
	child_start(&c, visit_closed_folder, url);
	while (byte_receive(c.from, &byte)) {
		char *e164 = xasprintf("+1555123457%d", (int)count++ / 2);

		assert_int_equal(chmod(folder, 0755), 0);
		if (count % 2 == 0) {
			s = open_store(url, "alice");
			must_add(s, number_of(e164, "twilio", "support"));
			store_close(&s);
		}
		assert_int_equal(chmod(folder, 0555), 0);
		byte_send(c.to, 0);
		free(e164);
	}
	assert_int_equal(child_wait(&c), 0);
	assert_int_equal(chmod(folder, 0755), 0);
	free(url);
	free(folder);
}

static void paths_are_expanded(void **state)
{
	char *url = xasprintf("sqlite:%s/expanded.db", temporary_folder());
	struct store *s;

	(void)state;
	setenv("XDG_DATA_HOME", temporary_folder(), 1);
	s = open_store("sqlite:$XDG_DATA_HOME/expanded.db", "alice");
	assert_string_equal(store_name(s), url);
	assert_int_equal(access(url + strlen("sqlite:"), R_OK), 0);
	store_close(&s);
	refuse_url("sqlite:$TMPDIR/td.db", ERR_CONFIG, "$XDG_DATA_HOME/");
	refuse_url("sqlite:~root/td.db", ERR_CONFIG, "~/");
	free(url);
}

enum { VISITS = 3 };

static struct record number_of_visit(unsigned char visit)
{
	char e164[16];

	snprintf(e164, sizeof(e164), "+1555123456%d", visit);
	return number_of(e164, "twilio", "support");
}

/* The child starts before this process opens the file, so that it does not inherit the locks. */
static int visit_when_told(int in, int out, void *arg)
{
	unsigned char visit;

	while (byte_receive(in, &visit)) {
		struct store *s = open_store(arg, "bob");

		must_add(s, number_of_visit(visit));
		store_close(&s);
		byte_send(out, visit);
	}
	return 0;
}

/* Locks on a file belong to the process. A second handle of this process must not release the locks of the first:
 * another process would then believe that it is alone, and delete the WAL file that the first handle reads. */
static void a_second_handle_keeps_the_locks_of_the_first(void **state)
{
	char *url = path_url("two.db");
	struct store *first, *second;
	struct child other;
	unsigned char visit;

	(void)state;
	child_start(&other, visit_when_told, url);
	first = open_store(url, "alice");
	add_parties(first);
	for (unsigned char i = 1; i <= VISITS; i++) {
		second = open_store(url, "alice");
		store_close(&second);
		assert_true(byte_send(other.to, i));
		assert_true(byte_receive(other.from, &visit));
		assert_int_equal(count_numbers(first), i);
	}
	child_close_input(&other);
	assert_int_equal(child_wait(&other), 0);
	store_close(&first);
	free(url);
}

static void an_empty_file_becomes_a_store(void **state)
{
	char *url = path_url("empty.db");
	struct store *s;

	(void)state;
	write_file(url, "");
	s = open_store(url, "alice");
	add_parties(s);
	store_close(&s);
	free(url);
}

static void a_moved_file_is_reported(void **state)
{
	struct fixture *f = *state;
	char *elsewhere = xasprintf("%s.away", f->url + strlen("sqlite:"));
	struct err e;

	add_parties(f->store);
	assert_int_equal(rename(f->url + strlen("sqlite:"), elsewhere), 0);
	assert_false(try_mutate(f->store, MUTATION_ADD, agent_of("sales"), 0, &e));
	assert_int_equal(e.code, ERR_STORE_UNREACHABLE);
	assert_int_equal(rename(elsewhere, f->url + strlen("sqlite:")), 0);
	must_add(f->store, agent_of("sales"));
	free(elsewhere);
}

static void a_locked_file_is_reported_as_busy(void **state)
{
	struct fixture *f = *state;
	sqlite3 *db;
	struct err e;

	assert_int_equal(sqlite3_open(f->url + strlen("sqlite:"), &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	assert_false(try_mutate(f->store, MUTATION_ADD, agent_of("sales"), 0, &e));
	assert_refused(&e, ERR_STORE_FAILED, "try again");
	/* Reading needs no lock. */
	assert_int_equal(last_change(f->store), 1);
	sqlite3_close(db);
	must_add(f->store, agent_of("sales"));
}

int run_sqlite_tests(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unknown_urls_are_refused),
		cmocka_unit_test(a_store_in_memory_works),
		cmocka_unit_test(folders_are_created_and_the_file_is_private),
		cmocka_unit_test(file_errors_are_reported),
		cmocka_unit_test(a_store_in_a_read_only_folder_can_be_read),
		cmocka_unit_test(paths_are_expanded),
		cmocka_unit_test(a_second_handle_keeps_the_locks_of_the_first),
		cmocka_unit_test(an_empty_file_becomes_a_store),
		STORE_TEST(a_moved_file_is_reported),
		STORE_TEST(a_locked_file_is_reported_as_busy),
	};

	backend_use(BACKEND_SQLITE);
	return cmocka_run_group_tests_name("sqlite only", tests, NULL, NULL);
}

/* --- postgres --- */

static void store_names_contain_no_password(void **state)
{
	struct fixture *f = *state;
	char *with = xasprintf("postgresql://trunkdeck:s3cret@%s", strstr(f->url, "@/") + 1);
	struct store *s = open_store(with, "alice");

	assert_null(strstr(store_name(s), "s3cret"));
	assert_non_null(strstr(store_name(s), "trunkdeck@"));
	store_close(&s);
	free(with);
	refuse_url("postgresql://u:s3cret@127.0.0.1:1/db", ERR_STORE_UNREACHABLE, "127.0.0.1");
	/* A password that should have been percent-encoded. */
	refuse_url("postgresql://u:pa@s3cret@127.0.0.1/db", ERR_CONFIG, "%40");
	refuse_url("postgresql://u:s3cret/x@127.0.0.1/db", ERR_CONFIG, "%2F");
	refuse_url("postgresql://u:s3cret%zz@127.0.0.1/db", ERR_CONFIG, "%40");
}

static void the_store_reconnects_after_a_server_crash(void **state)
{
	struct fixture *f = *state;
	struct err e;
	bool changed;

	add_parties(f->store);
	free(pg_command("kill"));
	assert_false(try_mutate(f->store, MUTATION_ADD, agent_of("sales"), 0, &e));
	assert_int_equal(e.code, ERR_STORE_UNREACHABLE);
	assert_false(store_wait(f->store, -1, 0, &changed, &e));
	assert_int_equal(e.code, ERR_STORE_UNREACHABLE);
	free(pg_command("start"));
	must_add(f->store, agent_of("sales"));
	assert_int_equal(last_change(f->store), 4);
	/* A restart between two calls is not noticed. */
	free(pg_command("kill"));
	free(pg_command("start"));
	must_add(f->store, agent_of("billing"));
	assert_true(has_record(f->store, ENTITY_AGENT, "sales"));
}

static void a_server_crash_ends_store_wait(void **state)
{
	struct fixture *f = *state;
	struct err e;
	bool changed = true;

	last_change(f->store);
	pg_send("kill");
	while (store_wait(f->store, -1, 60000, &changed, &e))
		assert_false(changed);
	assert_int_equal(e.code, ERR_STORE_UNREACHABLE);
	free(pg_receive());
	free(pg_command("start"));
	add_parties(f->store);
}

/* The server accepts the connection and its bytes, but never answers. */
static void a_silent_server_times_out(void **state)
{
	struct fixture *f = *state;
	struct store *s;
	struct err e;

	add_parties(f->store);
	free(pg_command("hang"));
	assert_false(try_mutate(f->store, MUTATION_ADD, agent_of("sales"), 0, &e));
	assert_refused(&e, ERR_STORE_UNREACHABLE, "no answer");
	assert_false(store_open(&s, f->url, &plain, &e));
	assert_int_equal(e.code, ERR_STORE_UNREACHABLE);
	free(pg_command("wake"));
	must_add(f->store, agent_of("billing"));
}

/* The server closes the connection between two calls. */
static void a_closed_connection_is_opened_again(void **state)
{
	struct fixture *f = *state;

	add_parties(f->store);
	free(pg_command("sql SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity "
			"WHERE application_name = 'trunkdeck'"));
	must_add(f->store, agent_of("sales"));
	assert_int_equal(last_change(f->store), 4);
}

static void a_locked_workspace_is_reported_as_busy(void **state)
{
	struct fixture *f = *state;
	PGconn *other = PQconnectdb(f->url);
	PGresult *result = PQexec(other, "BEGIN; SELECT * FROM workspace FOR UPDATE");
	struct err e;

	assert_int_equal(PQresultStatus(result), PGRES_TUPLES_OK);
	PQclear(result);
	assert_false(try_mutate(f->store, MUTATION_ADD, agent_of("sales"), 0, &e));
	assert_refused(&e, ERR_STORE_FAILED, "try again");
	assert_int_equal(last_change(f->store), 1);
	PQfinish(other);
	must_add(f->store, agent_of("sales"));
}

static void expect_routes(const char *url, const char *expected)
{
	char *routes = behind_sql(url, "SELECT coalesce(string_agg(concat_ws(' ', number, agent, dial, region), '; ' "
				  "ORDER BY number), '') FROM trunkdeck_routes");

	assert_string_equal(routes, expected);
	free(routes);
}

static void the_sql_view_of_routes_lists_routed_numbers(void **state)
{
	struct fixture *f = *state;
	struct record r;

	add_parties(f->store);
	must_add(f->store, number_of("+15551234567", "twilio", "support"));
	r = number_of("+442071234567", "twilio", "support");
	r.number.region = REGION_EU;
	must_add(f->store, r);
	expect_routes(f->url, "+15551234567 support WebSocket/agent/c(ulaw) na; "
			      "+442071234567 support WebSocket/agent/c(ulaw) eu");
	r = number_of("+15551234567", "twilio", "support");
	r.number.enabled = false;
	must_mutate(f->store, MUTATION_EDIT, r, 0);
	expect_routes(f->url, "+442071234567 support WebSocket/agent/c(ulaw) eu");
	r = agent_of("support");
	r.agent.disabled = true;
	must_mutate(f->store, MUTATION_EDIT, r, 0);
	expect_routes(f->url, "");
}

int run_postgres_tests(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(store_names_contain_no_password),
		STORE_TEST(the_sql_view_of_routes_lists_routed_numbers),
		STORE_TEST(a_locked_workspace_is_reported_as_busy),
		STORE_TEST(a_closed_connection_is_opened_again),
		STORE_TEST(the_store_reconnects_after_a_server_crash),
		STORE_TEST(a_server_crash_ends_store_wait),
		STORE_TEST(a_silent_server_times_out),
	};

	backend_use(BACKEND_POSTGRES);
	return cmocka_run_group_tests_name("postgres only", tests, NULL, NULL);
}
