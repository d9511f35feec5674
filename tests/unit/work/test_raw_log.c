/*
 * The raw recording: bytes come out unchanged, each file can be replayed alone, rotation keeps the given number of
 * files, a gap begins a new file and is reported, and a file that can't grow ends only its own recording.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kit/ami_stream.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/work/raw_log.h"

#define BANNER "Asterisk Call Manager/11.0.0"

struct fixture {
	char folder[40];
	char *path;
	struct raw_log *log;
	struct mailbox *box;
	struct server_config servers[2];
};

/* Reports are stored for the test, and not handled. */
static void on_report(void *taker, void *value)
{
	(void)taker;
	(void)value;
}

static void open_fixture(struct fixture *f, int64_t max, int keep, size_t servers)
{
	struct raw_log_options options = { .max = max, .keep = keep };
	struct err e = { 0 };

	*f = (struct fixture){ .folder = "/tmp/trunkdeck-raw-XXXXXX", .box = mailbox_new(64) };
	assert_non_null(mkdtemp(f->folder));
	f->path = xasprintf("%s/raw", f->folder);
	f->servers[0].name = xstrdup("na-1");
	f->servers[1].name = xstrdup("eu-1");
	options.path = f->path;
	if (!raw_log_start(&f->log, &options, f->servers, servers, f->box, on_report, &e))
		fail_msg("%s", e.message);
}

static char *file_path(const struct fixture *f, const char *suffix)
{
	return xasprintf("%s%s", f->path, suffix);
}

static char *content(const struct fixture *f, const char *suffix, size_t *len)
{
	char *path = file_path(f, suffix), *bytes = read_whole(path, len);

	free(path);
	return bytes;
}

static bool exists(const struct fixture *f, const char *suffix)
{
	char *path = file_path(f, suffix);
	bool there = access(path, F_OK) == 0;

	free(path);
	return there;
}

static void close_fixture(struct fixture *f)
{
	static const char *const suffixes[] = { "", ".1", ".2", ".3", ".na-1", ".eu-1" };

	raw_log_stop(&f->log);
	for (size_t i = 0; i < ARRAY_LEN(suffixes); i++) {
		char *path = file_path(f, suffixes[i]);

		unlink(path);
		free(path);
	}
	assert_int_equal(rmdir(f->folder), 0);
	free(f->servers[0].name);
	free(f->servers[1].name);
	free(f->path);
	mailbox_free(&f->box);
}

/* The bytes after the banner line of a recorded stream. */
static char *load_stream(size_t *len)
{
	const char *build = getenv("abs_builddir");
	char *path = xasprintf("%s/tests/data/ami/load_1020_lean.ami", build ? build : "."), *whole = read_whole(path, len);
	const char *first = strstr(whole, "Event: ");
	char *rest;

	*len -= (size_t)(first - whole);
	rest = xmalloc(*len);
	memcpy(rest, first, *len);
	free(whole);
	free(path);
	return rest;
}

static void add_in_pieces(struct fixture *f, const char *bytes, size_t len, size_t piece)
{
	for (size_t at = 0; at < len; at += piece)
		raw_log_add(f->log, 0, bytes + at, len - at < piece ? len - at : piece);
}

static void bytes_are_unchanged_and_private(void **state)
{
	static const char events[] = "Event: A\r\nPrivilege: call,all\r\n\r\nEvent: B\r\n\r\n";
	struct fixture f;
	struct stat st;
	size_t len;
	char *bytes;

	(void)state;
	open_fixture(&f, RAW_LOG_MAX_DEFAULT, 1, 1);
	raw_log_begin(f.log, 0, STR(BANNER));
	add_in_pieces(&f, events, sizeof(events) - 1, 5);
	raw_log_stop(&f.log);
	bytes = content(&f, "", &len);
	assert_int_equal(len, strlen(BANNER "\r\n") + sizeof(events) - 1);
	assert_memory_equal(bytes, BANNER "\r\n", strlen(BANNER "\r\n"));
	assert_memory_equal(bytes + strlen(BANNER "\r\n"), events, sizeof(events) - 1);
	assert_int_equal(stat(f.path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(mailbox_waiting(f.box), 0);
	free(bytes);
	close_fixture(&f);
}

/* The files of a rotated recording, oldest first and without their banners, make up the stream. */
static void rotated_files_are_the_stream(void **state)
{
	static const char *const suffixes[] = { ".3", ".2", ".1", "" };
	size_t len, at = 0;
	char *stream = load_stream(&len);
	struct fixture f;

	(void)state;
	open_fixture(&f, (int64_t)len / 4 + 16000, 3, 1);
	raw_log_begin(f.log, 0, STR(BANNER));
	add_in_pieces(&f, stream, len, 7001);
	raw_log_stop(&f.log);
	for (size_t i = 0; i < ARRAY_LEN(suffixes); i++) {
		size_t size, head = strlen(BANNER "\r\n");
		char *bytes;

		if (!exists(&f, suffixes[i]))
			continue;
		bytes = content(&f, suffixes[i], &size);
		assert_memory_equal(bytes, BANNER "\r\nEvent: ", head + 7);
		assert_memory_equal(bytes + head, stream + at, size - head);
		at += size - head;
		free(bytes);
	}
	assert_int_equal(at, len);
	assert_true(exists(&f, ".2"));
	free(stream);
	close_fixture(&f);
}

static void rotation_keeps_the_given_count(void **state)
{
	struct fixture f;

	(void)state;
	open_fixture(&f, RAW_LOG_MAX_DEFAULT, 1, 1);
	for (int i = 0; i < 5; i++) {
		raw_log_begin(f.log, 0, STR(BANNER));
		raw_log_add(f.log, 0, "Event: A\r\n\r\n", 12);
	}
	raw_log_stop(&f.log);
	assert_true(exists(&f, "") && exists(&f, ".1") && !exists(&f, ".2"));
	close_fixture(&f);
}

static void idle_connections_rotate_nothing(void **state)
{
	struct fixture f;
	size_t len;
	char *bytes;

	(void)state;
	open_fixture(&f, RAW_LOG_MAX_DEFAULT, 1, 1);
	raw_log_begin(f.log, 0, STR(BANNER));
	raw_log_add(f.log, 0, "Event: A\r\n\r\n", 12);
	for (int i = 0; i < 5; i++)
		raw_log_begin(f.log, 0, STR("Asterisk Call Manager/12"));
	raw_log_stop(&f.log);
	bytes = content(&f, ".1", &len);
	assert_non_null(strstr(bytes, "Event: A"));
	free(bytes);
	bytes = content(&f, "", &len);
	assert_int_equal(len, strlen("Asterisk Call Manager/12\r\n"));
	free(bytes);
	close_fixture(&f);
}

static void each_server_has_its_file(void **state)
{
	struct fixture f;
	size_t len;
	char *bytes;

	(void)state;
	open_fixture(&f, RAW_LOG_MAX_DEFAULT, 1, 2);
	raw_log_begin(f.log, 1, STR(BANNER));
	raw_log_add(f.log, 1, "Event: Eu\r\n\r\n", 13);
	raw_log_stop(&f.log);
	bytes = content(&f, ".eu-1", &len);
	assert_non_null(strstr(bytes, "Event: Eu"));
	assert_true(exists(&f, ".na-1") && !exists(&f, ""));
	free(bytes);
	close_fixture(&f);
}

/* A piece above the limit of the queue is lost completely, and so are the bytes up to the next frame. */
static void a_gap_is_reported_and_begins_a_new_file(void **state)
{
	enum { BLOCK = 20 * 1024 * 1024 };
	static const char before[] = "Event: Before\r\n\r\n", rest[] = "rest of a frame\r\n", frame[] = "Event: After\r\n\r\n";
	char *block = xcalloc(1, BLOCK), *bytes;
	const struct raw_log_report *r;
	struct fixture f;
	struct mail m;
	size_t len;

	(void)state;
	open_fixture(&f, RAW_LOG_MAX_DEFAULT, 1, 1);
	raw_log_begin(f.log, 0, STR(BANNER));
	raw_log_add(f.log, 0, before, sizeof(before) - 1);
	raw_log_add(f.log, 0, block, BLOCK);
	raw_log_add(f.log, 0, rest, sizeof(rest) - 1);
	assert_false(mailbox_take(f.box, &m));
	raw_log_add(f.log, 0, "x\r\n\r\nEvent: After\r\n\r\n", 5 + sizeof(frame) - 1);
	assert_true(mailbox_take(f.box, &m));
	r = m.value;
	assert_ptr_equal(m.handle, on_report);
	assert_string_equal(r->server, "na-1");
	assert_int_equal(r->err.code, ERR_NONE);
	assert_int_equal(r->lost, BLOCK + sizeof(rest) - 1 + 5);
	mail_discard(&m);
	raw_log_stop(&f.log);
	bytes = content(&f, ".1", &len);
	assert_non_null(strstr(bytes, "Event: Before"));
	free(bytes);
	bytes = content(&f, "", &len);
	assert_int_equal(len, strlen(BANNER "\r\n") + sizeof(frame) - 1);
	assert_memory_equal(bytes + strlen(BANNER "\r\n"), frame, sizeof(frame) - 1);
	free(bytes);
	free(block);
	close_fixture(&f);
}

static void a_file_that_can_not_grow_is_reported(void **state)
{
	const struct rlimit small = { 4096, RLIM_INFINITY };
	const struct raw_log_report *r;
	struct rlimit before;
	char piece[1024];
	struct fixture f;
	struct mail m;

	(void)state;
	memset(piece, 'x', sizeof(piece));
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	open_fixture(&f, RAW_LOG_MAX_DEFAULT, 1, 1);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	raw_log_begin(f.log, 0, STR(BANNER));
	add_in_pieces(&f, piece, sizeof(piece), 100);
	for (int i = 0; i < 8; i++)
		raw_log_add(f.log, 0, piece, sizeof(piece));
	raw_log_stop(&f.log);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_true(mailbox_take(f.box, &m));
	r = m.value;
	assert_int_equal(r->err.code, ERR_FILE);
	assert_non_null(strstr(r->err.message, "File too large"));
	mail_discard(&m);
	assert_false(mailbox_take(f.box, &m));
	close_fixture(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_are_unchanged_and_private), cmocka_unit_test(rotated_files_are_the_stream),
		cmocka_unit_test(rotation_keeps_the_given_count), cmocka_unit_test(idle_connections_rotate_nothing),
		cmocka_unit_test(each_server_has_its_file), cmocka_unit_test(a_gap_is_reported_and_begins_a_new_file),
		cmocka_unit_test(a_file_that_can_not_grow_is_reported),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
