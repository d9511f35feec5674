/* Memory, die(), the error table, clocks, the log, embedded files, accounts. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <pthread.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "trunkdeck/base/clock.h"
#include "trunkdeck/base/embed.h"
#include "trunkdeck/base/err.h"
#include "trunkdeck/base/log.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/user.h"
#include "trunkdeck/base/utf8.h"

static void mem_allocates(void **state)
{
	char *p = xmalloc(0), *text;
	int *numbers = xcalloc(100, sizeof(*numbers));

	(void)state;
	assert_non_null(p);
	FREE(&p);
	assert_null(p);
	for (int i = 0; i < 100; i++)
		assert_int_equal(numbers[i], 0);
	numbers = xreallocarray(numbers, 1000, sizeof(*numbers));
	assert_int_equal(numbers[99], 0);
	FREE(&numbers);
	assert_null(xstrdup_null(NULL));
	text = xstrndup("trunk", 3);
	assert_string_equal(text, "tru");
	FREE(&text);
	text = xasprintf("%s-%d", "na", 1);
	assert_string_equal(text, "na-1");
	FREE(&text);
}

static void say_restored(void)
{
	if (write(STDERR_FILENO, "restored\n", 9) != 9)
		_exit(9);
}

static void dying_hook(void)
{
	say_restored();
	die("the hook failed");
}

/* Runs f in a child, which must end by abort(). Its standard error must be `last_words`. */
static void assert_dies(void (*f)(void), const char *last_words)
{
	char text[256];
	ssize_t len, n;
	int fds[2], status;
	pid_t child;

	assert_int_equal(pipe(fds), 0);
	child = fork();
	assert_true(child >= 0);
	if (!child) {
		setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
		signal(SIGABRT, SIG_DFL);
		dup2(fds[1], STDERR_FILENO);
		f();
		_exit(0);
	}
	close(fds[1]);
	for (len = 0; (n = read(fds[0], text + len, sizeof(text) - 1 - (size_t)len)) > 0; len += n)
		;
	text[len] = '\0';
	close(fds[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_string_equal(text, last_words);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGABRT);
}

static void die_with_hook(void)
{
	die_set_hook(say_restored);
	die("lost %d", 42);
}

static void die_with_dying_hook(void)
{
	die_set_hook(dying_hook);
	die("lost");
}

static void overflow_the_product(void)
{
	void *p = xreallocarray(NULL, SIZE_MAX / 2 + 1, 2);

	free(p);
}

static void die_runs_the_hook_first(void **state)
{
	(void)state;
	assert_dies(die_with_hook, "restored\ntrunkdeck: lost 42\n");
	assert_dies(die_with_dying_hook, "restored\ntrunkdeck: the hook failed\n");
	assert_dies(overflow_the_product, "trunkdeck: out of memory\n");
}

static void err_table_is_complete(void **state)
{
	(void)state;
	for (enum err_code a = ERR_NONE + 1; a < ERR_COUNT; a++) {
		size_t len = strlen(err_text_of(a));

		assert_in_range(err_class_of(a), ERR_CLASS_REFUSED, ERR_CLASS_UNREACHABLE);
		assert_in_range(len, 1, sizeof(((struct err *)NULL)->message) - 1);
		assert_int_not_equal(err_text_of(a)[len - 1], '.');
		assert_non_null(err_field_of(a));
		for (const char *p = err_name_of(a); *p; p++)
			assert_true((*p >= 'A' && *p <= 'Z') || *p == '_');
		for (enum err_code b = a + 1; b < ERR_COUNT; b++) {
			assert_string_not_equal(err_name_of(a), err_name_of(b));
			assert_string_not_equal(err_text_of(a), err_text_of(b));
		}
	}
	assert_int_equal(err_class_of(ERR_NONE), ERR_CLASS_NONE);
	assert_string_equal(err_text_of(ERR_NONE), "");
}

/* The texts of the product document, word for word. */
static void err_texts_are_those_of_the_product(void **state)
{
	(void)state;
	assert_string_equal(err_text_of(ERR_NUMBER_REQUIRED), "Phone number is required");
	assert_string_equal(err_text_of(ERR_NUMBER_FORMAT), "Invalid phone number format");
	assert_string_equal(err_text_of(ERR_AGENT_REQUIRED), "Agent is required");
	assert_string_equal(err_text_of(ERR_NUMBER_EXISTS), "Phone number already exists");
	assert_string_equal(err_text_of(ERR_TRUNK_NOT_FOUND), "Trunk not found");
	assert_string_equal(err_field_of(ERR_NUMBER_FORMAT), "number");
	assert_string_equal(err_name_of(ERR_AGENT_REQUIRED), "AGENT_REQUIRED");
}

static void err_carries_message_and_hint(void **state)
{
	struct err e = { .code = ERR_NONE };

	(void)state;
	assert_false(err_set(&e, ERR_NUMBER_EXISTS, "already on provider %s", "twilio"));
	assert_int_equal(e.code, ERR_NUMBER_EXISTS);
	assert_string_equal(e.message, "Phone number already exists");
	assert_string_equal(e.hint, "already on provider twilio");
	assert_string_equal(e.field, "number");
	assert_false(err_set(&e, ERR_AGENT_REQUIRED, NULL));
	assert_string_equal(e.hint, "");
	err_hint(&e, "%s", "choose one");
	assert_string_equal(e.hint, "choose one");
	assert_false(err_set_message(&e, ERR_FILE, "Can't read %s", "x.csv"));
	assert_string_equal(e.message, "Can't read x.csv");
	assert_string_equal(e.hint, "");
	assert_string_equal(e.field, "");
	err_about(&e, "sipDomain");
	assert_string_equal(e.field, "sipDomain");
	err_clear(&e);
	assert_int_equal(e.code, ERR_NONE);
	assert_string_equal(e.message, "");
	assert_false(err_set(NULL, ERR_FILE, "x"));
	assert_false(err_set_message(NULL, ERR_FILE, "x"));
	err_hint(NULL, "x");
	err_clear(NULL);
}

static void err_cuts_between_characters(void **state)
{
	struct err e;
	char text[301];

	(void)state;
	for (size_t i = 0; i < 300; i += 3)
		memcpy(text + i, "\xe6\xbc\xa2", 3);
	text[300] = '\0';
	err_set_message(&e, ERR_FILE, "%s", text);
	err_hint(&e, "a%s", text);
	assert_int_equal(strlen(e.message), 189);
	assert_true(utf8_valid(str_of(e.message)));
	assert_int_equal(strlen(e.hint), 253);
	assert_true(utf8_valid(str_of(e.hint)));
}

static void clock_virtual_moves_only_when_told(void **state)
{
	struct td_clock c;
	int64_t mono;

	(void)state;
	clock_init_virtual(&c, 5000000);
	mono = clock_mono_ms(&c);
	assert_int_equal(clock_wall_us(&c), 5000000);
	clock_advance(&c, 250);
	assert_int_equal(clock_wall_us(&c), 5250000);
	assert_int_equal(clock_mono_ms(&c), mono + 250);
	assert_int_equal(clock_mono_us(&c), (mono + 250) * 1000);
}

static void clock_wall_time_can_be_set(void **state)
{
	struct td_clock c, real = { 0 };
	int64_t mono;

	(void)state;
	clock_init_virtual(&c, 5000000);
	mono = clock_mono_ms(&c);
	clock_tell_wall(&c, 7000000);
	clock_advance(&c, 250);
	assert_int_equal(clock_wall_us(&c), 7000000);
	assert_int_equal(clock_mono_ms(&c), mono + 250);
	clock_tell_wall(&real, 9000000);
	assert_int_equal(clock_wall_us(&real), 9000000);
	assert_true(clock_mono_ms(&real) <= clock_mono_ms(&clock_system));
}

static void clock_system_goes_on(void **state)
{
	int64_t start = clock_mono_us(&clock_system);

	(void)state;
	while (clock_mono_us(&clock_system) == start)
		;
	assert_true(clock_mono_us(&clock_system) > start);
	assert_true(clock_wall_us(&clock_system) > INT64_C(1700000000) * 1000000);
}

static void clock_formats_and_parses_iso(void **state)
{
	char text[CLOCK_ISO_SIZE];
	unsigned int seed = 7;

	(void)state;
	clock_format_iso(text, 0);
	assert_string_equal(text, "1970-01-01T00:00:00.000000Z");
	clock_format_iso(text, INT64_C(1795343379123456));
	assert_string_equal(text, "2026-11-22T10:29:39.123456Z");
	clock_format_iso(text, -1);
	assert_string_equal(text, "1969-12-31T23:59:59.999999Z");
	clock_format_iso(text, INT64_MAX);
	clock_format_iso(text, INT64_MIN);
	for (int i = 0; i < 10000; i++) {
		int64_t us = (int64_t)rand_r(&seed) * rand_r(&seed) % INT64_C(253402300800000000), back;

		clock_format_iso(text, us);
		assert_true(clock_parse_iso(text, &back));
		assert_int_equal(back, us);
	}
}

static void clock_parses_shorter_fractions(void **state)
{
	int64_t us;

	(void)state;
	assert_true(clock_parse_iso("1970-01-01T00:00:01Z", &us));
	assert_int_equal(us, 1000000);
	assert_true(clock_parse_iso("1970-01-01T00:00:01.5Z", &us));
	assert_int_equal(us, 1500000);
	assert_true(clock_parse_iso("2024-02-29T23:59:59.000001Z", &us));
	assert_int_equal(us, INT64_C(1709251199000001));
}

static void clock_refuses_other_forms(void **state)
{
	static const char *const wrong[] = {
		"", "now", "1969-12-31T23:59:59.999999Z", "0000-01-01T00:00:00Z", "2026-02-29T00:00:00Z",
		"2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-01-00T00:00:00Z", "2026-01-32T00:00:00Z",
		"2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z", "2026-01-01T00:00:60Z", "2026-01-01 00:00:00Z",
		"2026-01-01T00:00:00", "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00.1234567Z",
		"2026-01-01T00:00:00+00:00", "2026-01-01T00:00:00Z ", " 2026-01-01T00:00:00Z", "26-01-01T00:00:00Z",
		"2026-1-01T00:00:00Z", "+2026-01-01T00:00:00Z", "2026-01-01T00:00:-1Z",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		int64_t us = 77;

		if (clock_parse_iso(wrong[i], &us))
			fail_msg("taken for a time: \"%s\"", wrong[i]);
		assert_int_equal(us, 77);
	}
}

struct log_file {
	char path[64];
	char text[400000];
};

static int log_file_new(void **state)
{
	struct log_file *f = xcalloc(1, sizeof(*f));
	int fd;

	snprintf(f->path, sizeof(f->path), "%s", "test_base_log.XXXXXX");
	fd = mkstemp(f->path);
	if (fd < 0 || close(fd) || unlink(f->path))
		return -1;
	*state = f;
	return 0;
}

static int log_file_free(void **state)
{
	struct log_file *f = *state;

	log_close();
	unlink(f->path);
	free(f);
	return 0;
}

static void log_file_read(struct log_file *f)
{
	int fd = open(f->path, O_RDONLY);
	ssize_t len;

	assert_true(fd >= 0);
	len = read(fd, f->text, sizeof(f->text) - 1);
	assert_true(len >= 0);
	f->text[len] = '\0';
	close(fd);
}

static void log_writes_lines(void **state)
{
	struct log_file *f = *state;
	struct stat info;
	int64_t us;
	char *line;

	log_msg(LOG_LEVEL_ERROR, "before it is open");
	assert_true(log_open(f->path, LOG_LEVEL_INFO, NULL));
	log_msg(LOG_LEVEL_INFO, "server %s ok", "na-1");
	log_msg(LOG_LEVEL_DEBUG, "not wanted");
	log_close();
	log_msg(LOG_LEVEL_ERROR, "after it was closed");
	assert_int_equal(stat(f->path, &info), 0);
	assert_int_equal(info.st_mode & 0777, 0600);
	log_file_read(f);
	line = strchr(f->text, ' ');
	assert_non_null(line);
	assert_string_equal(line, " info server na-1 ok\n");
	*line = '\0';
	assert_true(clock_parse_iso(f->text, &us));
}

static void log_escapes_control_bytes(void **state)
{
	struct log_file *f = *state;

	assert_true(log_open(f->path, LOG_LEVEL_DEBUG, NULL));
	log_msg(LOG_LEVEL_WARN, "%s", "a\nb\033[m\xff caf\xc3\xa9 \xe2\x80\xae\xc2\x9b\xef\xbf\xbd");
	log_file_read(f);
	assert_string_equal(strstr(f->text, " warn ") + 6,
		"a\\x0ab\\x1b[m\\xff caf\xc3\xa9 \\xe2\\x80\\xae\\xc2\\x9b\xef\xbf\xbd\n");
}

static void log_bounds_a_line(void **state)
{
	struct log_file *f = *state;
	char *flood = xmalloc(100001);

	memset(flood, '\n', 100000);
	flood[100000] = '\0';
	assert_true(log_open(f->path, LOG_LEVEL_DEBUG, NULL));
	log_msg(LOG_LEVEL_WARN, "%s", flood);
	free(flood);
	log_file_read(f);
	assert_in_range(strlen(f->text), 4000, 4200);
	assert_ptr_equal(strchr(f->text, '\n'), f->text + strlen(f->text) - 1);
	assert_non_null(strstr(f->text, "...\n"));
}

static void *log_much(void *arg)
{
	for (int i = 0; i < 1000; i++)
		log_msg(LOG_LEVEL_INFO, "%s", (const char *)arg);
	return NULL;
}

static void log_lines_of_threads_do_not_mix(void **state)
{
	static char words[][16] = { "aaaaaaaaaa", "bbbbbbbbbb", "cccccccccc" };
	struct log_file *f = *state;
	pthread_t threads[ARRAY_LEN(words)];
	int lines = 0;

	assert_true(log_open(f->path, LOG_LEVEL_INFO, NULL));
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		assert_int_equal(pthread_create(&threads[i], NULL, log_much, words[i]), 0);
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		pthread_join(threads[i], NULL);
	log_file_read(f);
	for (char *p = f->text, *end; (end = strchr(p, '\n')); p = end + 1, lines++) {
		assert_int_equal(end - p, 27 + 6 + 10);
		assert_int_equal(end[-1], end[-10]);
	}
	assert_int_equal(lines, 3000);
}

static void log_reports_why_it_cannot_open(void **state)
{
	struct err e;

	(void)state;
	assert_false(log_open("/nowhere/at/all", LOG_LEVEL_INFO, &e));
	assert_int_equal(e.code, ERR_FILE);
	assert_non_null(strstr(e.message, "/nowhere/at/all"));
}

static void embed_finds_every_file(void **state)
{
	size_t n = 0;

	(void)state;
	for (const struct embed_file *f = embed_files; f->name; f++, n++) {
		assert_ptr_equal(embed_find(f->name), f);
		assert_int_equal(strlen(f->text), f->len);
		assert_true(f->len > 0);
	}
	assert_true(n > 0);
	assert_null(embed_find("no/such/file"));
}

static void assert_text(char *text, const char *expected)
{
	assert_non_null(text);
	assert_string_equal(text, expected);
	free(text);
}

static void user_name_comes_from_the_user_database(void **state)
{
	const struct passwd *pw = getpwuid(getuid());

	(void)state;
	setenv("USER", "mallory", 1);
	setenv("SUDO_USER", "mallory", 1);
	setenv("LOGNAME", "mallory", 1);
	if (pw)
		assert_text(user_name(), pw->pw_name);
	unsetenv("HOME");
	if (pw)
		assert_text(user_home(), pw->pw_dir);
}

static void user_paths_are_expanded(void **state)
{
	(void)state;
	setenv("HOME", "/home/anna", 1);
	setenv("XDG_DATA_HOME", "/data", 1);
	setenv("XDG_STATE_HOME", "relative", 1);
	assert_text(user_expand_path("~/td.db"), "/home/anna/td.db");
	assert_text(user_expand_path("$HOME/td.db"), "/home/anna/td.db");
	assert_text(user_expand_path("$XDG_DATA_HOME/a/td.db"), "/data/a/td.db");
	assert_text(user_expand_path("$XDG_STATE_HOME/td.db"), "/home/anna/.local/state/td.db");
	assert_text(user_expand_path("/srv/$HOME/~/td.db"), "/srv/$HOME/~/td.db");
	assert_text(user_expand_path("td.db"), "td.db");
	assert_null(user_expand_path("$PWD/td.db"));
	assert_null(user_expand_path("$HOMES/td.db"));
	assert_null(user_expand_path("~root/td.db"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(mem_allocates),
		cmocka_unit_test(die_runs_the_hook_first),
		cmocka_unit_test(err_table_is_complete),
		cmocka_unit_test(err_texts_are_those_of_the_product),
		cmocka_unit_test(err_carries_message_and_hint),
		cmocka_unit_test(err_cuts_between_characters),
		cmocka_unit_test(clock_virtual_moves_only_when_told),
		cmocka_unit_test(clock_wall_time_can_be_set),
		cmocka_unit_test(clock_system_goes_on),
		cmocka_unit_test(clock_formats_and_parses_iso),
		cmocka_unit_test(clock_parses_shorter_fractions),
		cmocka_unit_test(clock_refuses_other_forms),
		cmocka_unit_test_setup_teardown(log_writes_lines, log_file_new, log_file_free),
		cmocka_unit_test_setup_teardown(log_escapes_control_bytes, log_file_new, log_file_free),
		cmocka_unit_test_setup_teardown(log_bounds_a_line, log_file_new, log_file_free),
		cmocka_unit_test_setup_teardown(log_lines_of_threads_do_not_mix, log_file_new, log_file_free),
		cmocka_unit_test(log_reports_why_it_cannot_open),
		cmocka_unit_test(embed_finds_every_file),
		cmocka_unit_test(user_name_comes_from_the_user_database),
		cmocka_unit_test(user_paths_are_expanded),
	};

	return cmocka_run_group_tests_name("base sys", tests, NULL, NULL);
}
