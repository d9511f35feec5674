/* Tests for a database server only: schemas, rights, encodings, and a connection pooler. */
#include "config.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fixture.h"
#include "store/postgres_url.h"
#include "store/private.h"
#include "trunkdeck/config/config.h"

static const struct store_options making = { .actor = "alice", .create = true };
static const struct store_options using = { .actor = "alice" };

/* The URL of the server with another account, database and options; caller frees. */
static char *other_url(const char *user, const char *database, const char *more)
{
	char *url = fresh_url(), *host = strstr(url, "host=");
	char *other;

	host[strcspn(host, "&")] = '\0';
	other = xasprintf("postgresql://%s@/%s?%s%s", user, database, host, more);
	free(url);
	return other;
}

static void an_account_with_its_own_schema_uses_the_common_workspace(void **state)
{
	char *owner = other_url("trunkdeck", "postgres", ""), *anna = other_url("anna", "postgres", "");
	struct store *s;
	struct err e;

	(void)state;
	free(pg_command("sql CREATE ROLE anna LOGIN"));
	free(pg_command("sql CREATE SCHEMA anna AUTHORIZATION anna"));
	/* An empty database is not a workspace for a program that only uses one. */
	assert_false(store_open(&s, anna, &using, &e));
	assert_refused(&e, ERR_STORE_OLDER, "trunkdeck init");
	/* No workspace is made in the schema that is named after the account. */
	assert_false(store_open(&s, anna, &making, &e));
	assert_string_equal(e.message, "The account lacks rights in the store");
	assert_true(store_open(&s, owner, &making, &e));
	add_parties(s);
	must_add(s, number_of("+15551234567", "twilio", "support"));
	store_close(&s);
	assert_false(store_open(&s, anna, &using, &e));
	assert_string_equal(e.message, "The account lacks rights in the store");
	free(pg_command("sql GRANT SELECT ON ALL TABLES IN SCHEMA public TO anna"));
	assert_true(store_open(&s, anna, &using, &e));
	assert_int_equal(count_numbers(s), 1);
	assert_false(try_mutate(s, MUTATION_DELETE, number_of("+15551234567", "twilio", "support"), 0, &e));
	assert_string_equal(e.message, "The account lacks rights in the store");
	store_close(&s);
	/* A workspace in that schema, which an older version made by mistake, does not hide the common one. */
	free(pg_command("sql CREATE TABLE anna.schema_version (one INTEGER NOT NULL PRIMARY KEY, version BIGINT NOT NULL)"));
	free(pg_command("sql GRANT INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO anna"));
	assert_true(store_open(&s, anna, &using, &e));
	must_mutate(s, MUTATION_DELETE, number_of("+15551234567", "twilio", "support"), 0);
	store_close(&s);
	/* The audit trail has the database account, whatever actor the program names. */
	assert_pg("alice anna", "sql SELECT actor || ' ' || db_user FROM public.change ORDER BY id DESC LIMIT 1");
	free(pg_command("sql REVOKE USAGE ON SCHEMA public FROM PUBLIC"));
	assert_false(store_open(&s, anna, &using, &e));
	assert_string_equal(e.message, "The account lacks rights in the store");
	free(pg_command("sql GRANT USAGE ON SCHEMA public TO PUBLIC"));
	free(pg_command("sql DROP SCHEMA anna CASCADE"));
	free(owner);
	free(anna);
}

static void other_encodings_are_only_accepted_for_old_stores(void **state)
{
	char *url = other_url("trunkdeck", "latin", "");
	struct call calls[2] = { { .server = "na-1", .linkedid = "1.1", .caller = "\xd0\x98\xd0\xb2\xd0\xb0\xd0\xbd" },
				 { .server = "na-1", .linkedid = "1.2", .caller = "+15550001111" } };
	struct store *s;
	struct err e;

	(void)state;
	free(pg_command("sql CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0"));
	assert_false(store_open(&s, url, &making, &e));
	assert_refused(&e, ERR_CONFIG, "LATIN1");
	free(url);
	/* An existing store in such a database still works. */
	free(pg_command("sql CREATE DATABASE ascii ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0"));
	url = other_url("trunkdeck", "ascii", "");
	assert_false(store_open(&s, url, &making, &e));
	assert_refused(&e, ERR_CONFIG, "SQL_ASCII");
	free(url);
	url = fresh_url();
	s = open_store(url, "alice");
	s->db->encoding = "LATIN1";
	assert_true(store_record_calls(s, calls, 2, &e));
	assert_pg("???? +15550001111", "sql SELECT string_agg(caller, ' ' ORDER BY linkedid) FROM %s.call", strrchr(url, 'D') + 1);
	store_close(&s);
	free(url);
}

static void urls_are_shown_without_secrets(void **state)
{
	static const struct {
		const char *url, *name;
	} cases[] = {
		{ "postgresql://u:s3cret@h1:5432,h2:5433/db", "postgresql://u@h1:5432,h2:5433/db" },
		{ "postgresql://u:s3cret@h1,h2/db?password=s3cret&connect_timeout=1", "postgresql://u@h1,h2/db" },
		{ "postgresql://u:s3cret@[2001:db8::1]:5432/db", "postgresql://u@[2001:db8::1]:5432/db" },
		{ "postgresql://u@[::1],h2:6432/db", "postgresql://u@[::1],h2:6432/db" },
		{ "postgresql://u@/db?host=/run/postgresql", "postgresql://u@/db?host=/run/postgresql" },
	};
	struct err e;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char *name = postgres_url_name(cases[i].url, &e);

		assert_non_null(name);
		assert_string_equal(name, cases[i].name);
		free(name);
	}
	assert_null(postgres_url_name("postgres:td:s3cret@h", &e));
	assert_null(strstr(e.hint, "s3cret"));
}

static void remote_servers_are_verified(void **state)
{
	static const struct {
		const char *url, *mode;
	} cases[] = {
		{ "postgresql://u@db.example.com/td", "verify-full" },
		{ "postgresql://u@localhost,db.example.com/td", "verify-full" },
		{ "postgresql://u@10.0.0.1/td", "verify-full" },
		{ "postgresql://u@127.example.net/td", "verify-full" },
		{ "postgresql://u@/td?hostaddr=10.0.0.1", "verify-full" },
		{ "postgresql://u@db.example.com/td?sslmode=require", "" },
		{ "postgresql://u@localhost/td", "" },
		{ "postgresql://u@127.0.0.1,[::1]:5433/td", "" },
		{ "postgresql://u@/td?host=/run/postgresql", "" },
		{ "postgresql:///td", "" },
	};

	(void)state;
	unsetenv("PGSSLMODE");
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_string_equal(postgres_url_sslmode(cases[i].url), cases[i].mode);
	setenv("PGSSLMODE", "disable", 1);
	assert_string_equal(postgres_url_sslmode(cases[0].url), "");
	unsetenv("PGSSLMODE");
}

static struct {
	pid_t pid;
	char *folder;
} bouncer;

/* Starts a pooler with one connection for all clients, so that a transaction may find the session of another client. */
static char *bouncer_start(void)
{
	char *url = fresh_url(), *host = strstr(url, "host=") + strlen("host="), *ini, *users;
	struct stat server;
	FILE *f;

	host[strcspn(host, "&")] = '\0';
	assert_int_equal(stat(host, &server), 0);
	bouncer.folder = xasprintf("%s/bouncer", temporary_folder());
	assert_int_equal(mkdir(bouncer.folder, 0777), 0);
	assert_int_equal(chmod(bouncer.folder, 0777), 0);
	assert_int_equal(chmod(temporary_folder(), 0755), 0);
	ini = xasprintf("%s/ini", bouncer.folder);
	users = xasprintf("%s/users", bouncer.folder);
	f = fopen(users, "w");
	fprintf(f, "\"trunkdeck\" \"\"\n");
	fclose(f);
	f = fopen(ini, "w");
	fprintf(f, "[databases]\n* = host=%s user=trunkdeck\n[pgbouncer]\nlisten_addr =\nunix_socket_dir = %s\nauth_type = any\n"
		   "pool_mode = transaction\ndefault_pool_size = 1\n", host, bouncer.folder);
	fclose(f);
	bouncer.pid = fork();
	if (!bouncer.pid) {
		/* Runs as the server's account: only it may enter the folder of the socket, and root must not run a
		 * pooler. */
		if (getuid() == 0 && (setgid(server.st_gid) || setuid(server.st_uid)))
			_exit(126);
		execlp("pgbouncer", "pgbouncer", "-q", ini, (char *)NULL);
		execl("/usr/sbin/pgbouncer", "pgbouncer", "-q", ini, (char *)NULL);
		_exit(127);
	}
	free(url);
	free(users);
	free(ini);
	url = xasprintf("%s/.s.PGSQL.6432", bouncer.folder);
	while (access(url, F_OK)) {
		if (waitpid(bouncer.pid, NULL, WNOHANG))
			fail_msg("the store's tests need pgbouncer: apt-get install pgbouncer");
		poll(NULL, 0, 10);
	}
	free(url);
	return xasprintf("postgresql://trunkdeck@/pooled?host=%s&port=6432", bouncer.folder);
}

static void write_file(const char *path, const char *before, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fchmod(fileno(f), 0600);
	fprintf(f, "%s%s\n", before, text);
	fclose(f);
}

/* Opens the store that a configuration of one line names. */
static bool open_configured(const char *option, const char *value, struct store **s, struct err *e)
{
	char *path = xasprintf("%s/password.conf", temporary_folder()), *line = xasprintf("[store]\n%s = ", option);
	struct config *config;
	bool ok;

	write_file(path, line, value);
	assert_true(config_load(&config, path, NULL, 0, e));
	ok = config_read_store_url(config, e) && store_open(s, config->store_url, &making, e);
	config_free(&config);
	unlink(path);
	free(path);
	free(line);
	return ok;
}

static void a_password_comes_from_a_file_a_command_or_pgpass(void **state)
{
	char *open_to_all = other_url("hidden", "locked", ""), *host = strstr(open_to_all, "host=") + 5;
	char *url = xasprintf("postgresql://hidden:p%%40ss%%2Fword@/locked?host=%s", host);
	char *file = xasprintf("%s/store.url", temporary_folder()), *command = xasprintf("cat %s", file);
	char *pgpass = xasprintf("%s/.pgpass", temporary_folder());
	char *home = xstrdup_null(getenv("HOME"));
	struct store *s;
	struct err e;

	(void)state;
	free(pg_command("sql CREATE ROLE hidden LOGIN PASSWORD 'p@ss/word'"));
	free(pg_command("sql CREATE DATABASE locked OWNER hidden"));
	assert_pg("", "sql COPY (VALUES ('local all hidden scram-sha-256'), ('local all all trust')) TO '%s/data/pg_hba.conf'", host);
	assert_pg("t", "sql SELECT pg_reload_conf()");
	setenv("HOME", "/nowhere", 1);
	while (store_open(&s, open_to_all, &making, &e)) {	/* until the server has reloaded it */
		store_close(&s);
		poll(NULL, 0, 10);
	}
	assert_int_equal(err_class_of(e.code), ERR_CLASS_UNREACHABLE);
	write_file(file, "", url);
	assert_true(open_configured("url_file", file, &s, &e));
	add_parties(s);
	assert_null(strstr(store_name(s), "ss"));
	store_close(&s);
	assert_true(open_configured("url_command", command, &s, &e));
	assert_true(has_record(s, ENTITY_PROVIDER, "twilio"));
	store_close(&s);
	setenv("HOME", temporary_folder(), 1);
	write_file(pgpass, "*:*:locked:hidden:", "wrong");
	assert_false(open_configured("url", open_to_all, &s, &e));
	assert_null(strstr(e.hint, "wrong"));
	write_file(pgpass, "*:*:locked:hidden:", "p@ss/word");
	assert_true(open_configured("url", open_to_all, &s, &e));
	store_close(&s);
	if (home)
		setenv("HOME", home, 1);
	unlink(pgpass);
	unlink(file);
	assert_pg("", "sql COPY (VALUES ('local all all trust'), ('local replication all trust')) TO '%s/data/pg_hba.conf'", host);
	assert_pg("t", "sql SELECT pg_reload_conf()");
	free(home);
	free(pgpass);
	free(command);
	free(file);
	free(url);
	free(open_to_all);
}

static void the_store_works_behind_a_pooler(void **state)
{
	char *url;
	struct store *alice, *bob, *reader;
	struct store_options reading = { .actor = "carol", .read_only = true };
	struct mutation m[20];
	struct err e;
	bool changed;

	(void)state;
	free(pg_command("sql CREATE DATABASE pooled"));
	url = bouncer_start();
	alice = open_store(url, "alice");
	bob = open_store(url, "bob");
	assert_true(store_open(&reader, url, &reading, &e));
	add_parties(alice);
	assert_false(store_notifies(alice));
	assert_true(store_wait(bob, -1, 0, &changed, &e));
	for (int round = 0; round < 20; round++) {
		char *e164 = xasprintf("+1555123%04d", round);

		must_add(round % 2 ? alice : bob, number_of(e164, "twilio", "support"));
		assert_int_equal(count_numbers(reader), round + 1);
		assert_true(has_record(round % 2 ? bob : alice, ENTITY_NUMBER, e164));
		free(e164);
	}
	for (size_t i = 0; i < ARRAY_LEN(m); i++) {
		char *e164 = xasprintf("+1555124%04zu", i);

		m[i] = (struct mutation){ .kind = MUTATION_ADD, .record = number_of(e164, "twilio", "support") };
		free(e164);
	}
	assert_true(store_mutate(bob, m, ARRAY_LEN(m), MUTATE_ALL_OR_NOTHING, NULL, &e));
	for (size_t i = 0; i < ARRAY_LEN(m); i++)
		record_clear(&m[i].record);
	assert_true(store_wait(alice, -1, 0, &changed, &e));
	assert_true(changed);
	/* A session leaves nothing behind for the next client. */
	assert_false(try_mutate(reader, MUTATION_ADD, number_of("+15559999999", "twilio", "support"), 0, &e));
	must_add(alice, number_of("+15559999999", "twilio", "support"));
	store_close(&alice);
	store_close(&bob);
	store_close(&reader);
	kill(bouncer.pid, SIGTERM);
	waitpid(bouncer.pid, NULL, 0);
	free(bouncer.folder);
	free(url);
}

/* A write transaction cannot begin on a standby: SQLSTATE 0A000. A statement outside of one is refused with 25006. */
static void a_standby_is_reported(void **state)
{
	char *url = fresh_url(), *answer, *standby, *read_only;
	struct store *s = open_store(url, "alice");
	struct call call = { .server = "na-1", .linkedid = "1.1" };
	struct err e;

	(void)state;
	add_parties(s);
	answer = pg_command("standby");
	standby = xasprintf("%s&options=%s", answer, strstr(url, "options=") + strlen("options="));
	store_close(&s);
	assert_true(store_open(&s, standby, &using, &e));
	assert_true(has_record(s, ENTITY_PROVIDER, "twilio"));
	assert_false(try_mutate(s, MUTATION_ADD, number_of("+15551234567", "twilio", "support"), 0, &e));
	assert_refused(&e, ERR_READ_ONLY, "it is a standby");
	assert_int_equal(err_class_of(e.code), 1);
	assert_false(store_record_calls(s, &call, 1, &e));
	assert_refused(&e, ERR_READ_ONLY, "it is a standby");
	/* The handle can still read. */
	assert_int_equal(count_numbers(s), 0);
	store_close(&s);
	free(standby);
	/* 25006: the first table is made outside of a READ WRITE transaction. */
	free(url);
	url = fresh_url();
	read_only = xasprintf("%s%%20-cdefault_transaction_read_only%%3Don", url);
	assert_false(store_open(&s, read_only, &making, &e));
	assert_refused(&e, ERR_READ_ONLY, "set read-only");
	free(read_only);
	free(answer);
	free(url);
}

int run_server_tests(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_account_with_its_own_schema_uses_the_common_workspace),
		cmocka_unit_test(other_encodings_are_only_accepted_for_old_stores),
		cmocka_unit_test(urls_are_shown_without_secrets),
		cmocka_unit_test(remote_servers_are_verified),
		cmocka_unit_test(a_password_comes_from_a_file_a_command_or_pgpass),
		cmocka_unit_test(the_store_works_behind_a_pooler),
		cmocka_unit_test(a_standby_is_reported),
	};

	backend_use(BACKEND_POSTGRES);
	return cmocka_run_group_tests_name("postgres server", tests, NULL, NULL);
}
