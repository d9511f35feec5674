/* Lines of the configuration file, and secrets from files and commands. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/config_options.h"
#include "trunkdeck/ami/server.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/str.h"
#include "trunkdeck/config/secret.h"

/* --- lines --- */

/* Inputs from public bug reports of INI readers, with the expected values. */
static void a_line_is_read_as_people_mean_it(void **state)
{
	static const struct {
		const char *line, *section, *key, *value;
	} rows[] = {
		{ "", NULL, NULL, NULL },
		{ " \t\r\n", NULL, NULL, NULL },
		{ "; a = b", NULL, NULL, NULL },
		{ "  # a = b", NULL, NULL, NULL },
		{ "[server na-1]", "server na-1", NULL, NULL },
		{ "\t[ store ]  ; why", "store", NULL, NULL },
		{ "host = pbx\n", NULL, "host", "pbx" },
		{ "  user = me", NULL, "user", "me" },		/* inih joins it to the line above */
		{ "\tuser\t=\tme\t\r\n", NULL, "user", "me" },
		{ "user=me", NULL, "user", "me" },
		{ "user: me", NULL, "user", "me" },
		{ "user =", NULL, "user", "" },
		{ "user = # none", NULL, "user", "" },
		{ "secret = a;b#c", NULL, "secret", "a;b#c" },
		{ "secret = a ;b", NULL, "secret", "a" },
		{ "secret = a\t# b", NULL, "secret", "a" },
		{ "secret = \"a ;b\"", NULL, "secret", "a ;b" },
		{ "secret = \" a # b \" ; why", NULL, "secret", " a # b " },
		{ "secret = \"a\\\"b\\\\c\"", NULL, "secret", "a\"b\\c" },
		{ "secret = \"\"", NULL, "secret", "" },
		{ "secret = a=b:c", NULL, "secret", "a=b:c" },
		{ "secret = a\\b\"c", NULL, "secret", "a\\b\"c" },
		{ "url = postgresql://u@h:5432/x?a=b", NULL, "url", "postgresql://u@h:5432/x?a=b" },
		{ "secret_command = \"/my dir/get\" pbx ; why", NULL, "secret_command", "\"/my dir/get\" pbx" },
		{ "secret_command = get \"a ; b\" # why", NULL, "secret_command", "get \"a ; b\"" },
		{ "secret_command = get \"a", NULL, "secret_command", "get \"a" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char *text = xstrdup(rows[i].line);
		struct config_line l;

		assert_null(config_read_line(text, &l));
		assert_string_equal(l.section ? l.section : "-", rows[i].section ? rows[i].section : "-");
		assert_string_equal(l.key ? l.key : "-", rows[i].key ? rows[i].key : "-");
		assert_string_equal(l.value ? l.value : "-", rows[i].value ? rows[i].value : "-");
		free(text);
	}
}

static void invalid_lines_are_refused(void **state)
{
	static const char *const lines[] = { "what is this", "[screen", "[screen] fps = 3", "= 3", "user = \"me", "  continued" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		char *text = xstrdup(lines[i]);
		struct config_line l;

		assert_non_null(config_read_line(text, &l));
		free(text);
	}
}

/* --- secrets --- */

static char folder[] = "/tmp/trunkdeck-secret-XXXXXX";

static char *file_with(const char *name, const char *text, mode_t mode)
{
	char *path = xasprintf("%s/%s", folder, name);
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	assert_int_equal(chmod(path, mode), 0);
	return path;
}

static void expect_file(const char *path, const char *secret, const char *says)
{
	struct err e = { .code = ERR_NONE };
	char *got = NULL;

	assert_int_equal(secret_from_file(path, &got, &e), secret != NULL);
	if (secret)
		assert_string_equal(got, secret);
	else
		assert_non_null(strstr(e.message, says));
	free(got);
}

static void a_file_that_others_can_write_is_refused(void **state)
{
	char *path = file_with("secret", "geheim\nmore\n", 0600), *link = xasprintf("%s/link", folder);

	(void)state;
	expect_file(path, "geheim", NULL);
	assert_int_equal(chmod(path, 0620), 0);
	expect_file(path, NULL, "other users can write to");
	assert_int_equal(chmod(path, 0602), 0);
	expect_file(path, NULL, "other users can write to");
	assert_int_equal(chmod(path, 0644), 0);
	expect_file(path, "geheim", NULL);
	assert_int_equal(chmod(folder, 0777), 0);
	expect_file(path, NULL, "other users can write to");
	assert_int_equal(chmod(folder, 01777), 0);	/* sticky: others can't replace our files */
	expect_file(path, "geheim", NULL);
	assert_int_equal(chmod(folder, 0700), 0);
	assert_int_equal(symlink(path, link), 0);
	expect_file(link, "geheim", NULL);
	if (geteuid() == 0) {
		assert_int_equal(chown(path, 12345, (gid_t)-1), 0);
		expect_file(link, NULL, "belongs to another user");
	}
	unlink(link);
	unlink(path);
	free(link);
	free(path);
	expect_file("/dev/null", NULL, "is empty");
	expect_file("/nowhere", NULL, "No such file");
}

static bool run(const char *command, int timeout_ms, char **secret, struct err *e)
{
	*e = (struct err){ .code = ERR_NONE };
	*secret = NULL;
	return secret_from_command(command, timeout_ms, secret, e);
}

static void a_command_gives_its_first_line(void **state)
{
	char *secret;
	struct err e;

	(void)state;
	assert_true(run("echo geheim; echo more", 10000, &secret, &e));
	assert_string_equal(secret, "geheim");
	free(secret);
	assert_false(run("echo geheim; exit 3", 10000, &secret, &e));
	assert_non_null(strstr(e.message, "status 3"));
	assert_false(run("true", 10000, &secret, &e));
	assert_non_null(strstr(e.message, "is empty"));
	assert_true(run("seq 1 100000", 10000, &secret, &e));	/* more than a pipe holds */
	assert_string_equal(secret, "1");
	free(secret);
	assert_true(run("cat; echo x", 10000, &secret, &e));	/* it has no input */
	free(secret);
}

static void a_command_that_does_not_end_is_killed_with_its_children(void **state)
{
	char *path = xasprintf("%s/pid", folder), *command = xasprintf("sleep 600 & echo $! >%s; echo x; wait", path), *secret;
	struct err e;
	FILE *f;
	int pid = 0;

	(void)state;
	assert_false(run(command, 300, &secret, &e));
	assert_non_null(strstr(e.message, "did not end within"));
	f = fopen(path, "r");
	assert_non_null(f);
	assert_int_equal(fscanf(f, "%d", &pid), 1);
	fclose(f);
	/* It may not have been reaped yet, but it has ended. */
	free(command);
	command = xasprintf("for i in $(seq 500); do case $(ps -o stat= -p %d) in ''|Z*) echo gone; exit;; esac; sleep 0.01; done", pid);
	assert_true(run(command, 20000, &secret, &e));
	assert_string_equal(secret, "gone");
	free(secret);
	assert_false(run("exec sleep 600 >&-", 300, &secret, &e));	/* it closes its output, but does not end */
	unlink(path);
	free(command);
	free(path);
}

static void a_command_does_not_see_our_secrets(void **state)
{
	char *secret;
	struct err e;

	(void)state;
	setenv("TRUNKDECK_STORE_URL", "postgresql://u:geheim@h/x", 1);
	setenv("PGPASSWORD", "geheim", 1);
	setenv("VAULT_TOKEN", "needed", 1);
	assert_true(run("echo \"<$TRUNKDECK_STORE_URL$PGPASSWORD$VAULT_TOKEN>\"", 10000, &secret, &e));
	assert_string_equal(secret, "<needed>");
	free(secret);
	unsetenv("TRUNKDECK_STORE_URL");
	unsetenv("PGPASSWORD");
}

static void loopback_hosts_are_recognised(void **state)
{
	static const char *const here[] = { "localhost", "LOCALHOST", "127.0.0.1", "127.1.2.3", "::1", "[::1]" };
	static const char *const elsewhere[] = { "127.example.net", "localhost.example", "192.0.2.1", "pbx", "", "::2" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(here); i++) {
		struct server_config s = { .host = (char *)here[i] };

		assert_false(server_is_plain_off_loopback(&s));
	}
	for (size_t i = 0; i < ARRAY_LEN(elsewhere); i++) {
		struct server_config s = { .host = (char *)elsewhere[i] };

		assert_true(server_is_plain_off_loopback(&s));
		s.tls = true;
		assert_false(server_is_plain_off_loopback(&s));
	}
}

static int make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
	(void)state;
	return rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_is_read_as_people_mean_it),
		cmocka_unit_test(invalid_lines_are_refused),
		cmocka_unit_test(a_file_that_others_can_write_is_refused),
		cmocka_unit_test(a_command_gives_its_first_line),
		cmocka_unit_test(a_command_that_does_not_end_is_killed_with_its_children),
		cmocka_unit_test(a_command_does_not_see_our_secrets),
		cmocka_unit_test(loopback_hosts_are_recognised),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
