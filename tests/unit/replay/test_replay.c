/*
 * Recorded streams through parser, tracker and metrics. The numbers of the load streams must be those that their
 * callers counted, to the call. The small fixtures must give what their names say.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>
#include <unistd.h>

#include "kit/ami_stream.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/calls/call.h"
#include "trunkdeck/replay/replay.h"

static json_t *run_with(const char *path, unsigned repeat, bool parse_only)
{
	const struct replay_options options = { .repeat = repeat, .parse_only = parse_only };
	struct err e = { 0 };
	json_t *result = replay_run(path, &options, &e);

	if (!result)
		fail_msg("%s", e.message);
	return result;
}

static json_t *run_fixture(const char *name, unsigned repeat)
{
	char *relative = xasprintf("tests/data/ami/%s.ami", name), *path = source_path(relative);
	json_t *result = run_with(path, repeat, false);

	free(path);
	free(relative);
	return result;
}

/* The build has unpacked the stream. */
static json_t *run_load(const char *name, bool parse_only)
{
	const char *build = getenv("abs_builddir");
	char *path = xasprintf("%s/tests/data/ami/%s.ami", build ? build : ".", name);
	json_t *result = run_with(path, 1, parse_only);

	free(path);
	return result;
}

static json_int_t integer(const json_t *o, const char *key)
{
	const json_t *value = json_object_get(o, key);

	assert_true(json_is_integer(value));
	return json_integer_value(value);
}

static json_int_t integer_or_0(const json_t *o, const char *key)
{
	return json_integer_value(json_object_get(o, key));
}

static void near(const json_t *got, const json_t *truth, const char *key, double tolerance)
{
	double difference = fabs((double)(integer(got, key) - integer(truth, key)));

	if (difference > tolerance)
		fail_msg("%s: %lld, not %lld", key, (long long)integer(got, key), (long long)integer(truth, key));
}

/* The histogram's median is at most 1 % off; the other values are exact but for rounding. */
static void compare_times(const json_t *got, const json_t *truth)
{
	if (!truth)
		return;
	assert_int_equal(integer(got, "count"), integer(truth, "count"));
	near(got, truth, "mean", 1);
	if (json_object_get(truth, "max"))
		near(got, truth, "max", 1);
	if (json_object_get(truth, "p50"))
		near(got, truth, "p50", 1 + (double)integer(truth, "p50") / 50);
}

static void compare_number(const json_t *got, const json_t *truth)
{
	assert_int_equal(integer(got, "offered"), integer(truth, "offered"));
	for (int o = 0; o < OUTCOME_COUNT; o++)
		assert_int_equal(integer(got, outcome_name((enum call_outcome)o)),
				 integer_or_0(truth, outcome_name((enum call_outcome)o)));
	compare_times(json_object_get(got, "talk_ms"), json_object_get(truth, "talk_ms"));
	compare_times(json_object_get(got, "response_ms"), json_object_get(truth, "first_audio_ms"));
	if (json_object_get(truth, "first_audio_ms"))
		assert_string_equal(json_string_value(json_object_get(json_object_get(got, "response_ms"), "source")),
				    "first_audio");
}

static void compare_load(const json_t *result, const json_t *truth)
{
	json_t *numbers = json_object_get(result, "numbers"), *number;
	const char *key;

	assert_int_equal(integer(result, "frames_rejected"), 0);
	assert_int_equal(integer(result, "live"), 0);
	assert_int_equal(integer(result, "calls"), integer(truth, "calls"));
	assert_int_equal(json_object_size(numbers), json_object_size(json_object_get(truth, "numbers")));
	json_object_foreach(json_object_get(truth, "numbers"), key, number) {
		assert_non_null(json_object_get(numbers, key));
		compare_number(json_object_get(numbers, key), number);
	}
}

static void load_streams_match_the_truth(void **state)
{
	char *path = source_path("tests/data/ami/load_1020.truth.json");
	json_t *truth = json_load_file(path, 0, NULL), *lean = run_load("load_1020_lean", false);
	json_t *full = run_load("load_1020_full", false);

	(void)state;
	assert_non_null(truth);
	assert_int_equal(integer(lean, "events"), integer(truth, "events_lean"));
	assert_true(integer(full, "events") > 3 * integer(lean, "events"));
	compare_load(lean, truth);
	compare_load(full, truth);
	json_decref(truth);
	json_decref(lean);
	json_decref(full);
	free(path);
}

static void parse_only(void **state)
{
	json_t *result = run_load("load_1020_lean", true);

	(void)state;
	assert_int_equal(integer(result, "events"), 23818);
	assert_int_equal(integer(result, "calls"), 0);
	json_decref(result);
}

static void fixtures(void **state)
{
	static const char *const table[][3] = {
		{ "A_app_audiosocket", "+4930000001", "answered" }, { "B_dial_audiosocket", "+4930000002", "answered" },
		{ "C_local_optimized", "+4930000003", "answered" }, { "N_local_noopt", "+4930000004", "answered" },
		{ "T_talkdetect", "+4930000005", "answered" }, { "X_agent_unreachable_dial", "+4930000008", "unreachable" },
		{ "Y_agent_unreachable_app", "+4930000009", "unreachable" }, { "U_unmapped_number", "+4930009999", "unmapped" },
		{ "V_lf_only", "+4930000002", "answered" }, { "V_no_timestamps", "+4930000002", "answered" },
		{ "report_call_of_30_hours", "+14155550101", "answered" },
		{ "report_caller_without_plus", "+14155550101", "answered" },
		{ "report_queue_abandoned", "+14155550101", "abandoned" },
		{ "report_user_part_ext", "+14155550101", "answered" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		json_t *result = run_fixture(table[i][0], 1);
		json_t *number = json_object_get(json_object_get(result, "numbers"), table[i][1]);

		assert_int_equal(integer(result, "frames_rejected"), 0);
		assert_int_equal(integer(result, "calls"), 1);
		assert_int_equal(integer(result, "live"), 0);
		assert_int_equal(integer(number, "offered"), 1);
		for (int o = 0; o < OUTCOME_COUNT; o++) {
			const char *name = outcome_name((enum call_outcome)o);

			assert_int_equal(integer(number, name), strcmp(name, table[i][2]) == 0);
		}
		json_decref(result);
	}
}

static json_t *get(const json_t *o, const char *a, const char *b, const char *c)
{
	return json_object_get(json_object_get(json_object_get(o, a), b), c);
}

/* A stream without time stamps gives the calls and their outcomes, but none of their times. */
static void without_time_stamps(void **state)
{
	json_t *result = run_fixture("V_no_timestamps", 2), *number = json_object_get(json_object_get(result, "numbers"), "+4930000002");
	json_t *hours = json_object_get(number, "by_hour");

	(void)state;
	assert_int_equal(integer(number, "offered"), 2);
	assert_int_equal(integer(number, "answered"), 2);
	assert_int_equal(integer(number, "peak_concurrent"), 1);
	assert_int_equal(integer(json_object_get(number, "talk_ms"), "count"), 0);
	assert_int_equal(integer(json_object_get(number, "response_ms"), "count"), 0);
	for (size_t i = 0; i < json_array_size(hours); i++)
		assert_int_equal(json_integer_value(json_array_get(hours, i)), 0);
	json_decref(result);
}

static json_t *run_bytes(const char *bytes, size_t len, unsigned repeat)
{
	char name[] = "/tmp/trunkdeck-replay-XXXXXX";
	int fd = mkstemp(name);
	json_t *result;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, len), (ssize_t)len);
	close(fd);
	result = run_with(name, repeat, false);
	unlink(name);
	json_object_del(result, "elapsed_s");
	json_object_del(result, "cpu_s");
	return result;
}

/* Plays every recording without its CRs, as editors and mailers save it, and also without the blanks at line ends. */
static void bare_line_ends(void **state)
{
	static const char *const names[] = {
		"A_app_audiosocket", "B_dial_audiosocket", "C_local_optimized", "lab_attended_transfer", "lab_hostile_frame",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		char *relative = xasprintf("tests/data/ami/%s.ami", names[i]), *path = source_path(relative);
		size_t len, lf = 0, trimmed = 0;
		char *bytes = read_whole(path, &len), *with_lf = xmalloc(len), *without_blanks = xmalloc(len);
		json_t *expected = run_bytes(bytes, len, 2), *got;

		for (size_t at = 0; at < len; at++)
			if (bytes[at] != '\r')
				with_lf[lf++] = bytes[at];
		for (size_t at = 0; at < lf; at++)
			if (with_lf[at] != ' ' || with_lf[at + 1] != '\n')
				without_blanks[trimmed++] = with_lf[at];
		got = run_bytes(with_lf, lf, 2);
		if (!json_equal(expected, got))
			fail_msg("%s: %s", names[i], json_dumps(got, 0));
		json_decref(got);
		got = run_bytes(without_blanks, trimmed, 2);
		if (!json_equal(expected, got))
			fail_msg("%s without blanks: %s", names[i], json_dumps(got, 0));
		json_decref(got);
		json_decref(expected);
		free(without_blanks);
		free(with_lf);
		free(bytes);
		free(path);
		free(relative);
	}
}

static void a_call_of_30_hours(void **state)
{
	json_t *result = run_fixture("report_call_of_30_hours", 1);
	json_t *talk = get(result, "numbers", "+14155550101", "talk_ms");

	(void)state;
	assert_int_equal(integer(talk, "max"), 108000000);
	assert_int_equal(integer(talk, "mean"), 108000000);
	assert_int_equal(integer(talk, "p50"), 108000000);
	json_decref(result);
}

/* The rules that normalise the dialled number apply to the caller, too. */
static void a_caller_without_plus(void **state)
{
	char *path = source_path("tests/data/ami/report_caller_without_plus.ami");
	size_t len;
	char *bytes = read_whole(path, &len);
	json_t *result = run_bytes(bytes, len, 1);

	(void)state;
	assert_int_equal(integer(get(result, "numbers", "+14155550101", "by_country"), "DE"), 1);
	json_decref(result);
	free(bytes);
	free(path);
}

/* A caller's name in any script changes nothing. */
static void a_caller_with_any_name(void **state)
{
	json_t *result = run_fixture("report_caller_cyrillic", 1);
	json_t *number = json_object_get(json_object_get(result, "numbers"), "+14155550101");

	(void)state;
	assert_int_equal(integer(result, "frames_rejected"), 0);
	assert_int_equal(integer(number, "offered"), 3);
	assert_int_equal(integer(number, "answered"), 3);
	json_decref(result);
}

/* Frames forged by the caller are rejected, those of others are accepted. */
static void injected_headers(void **state)
{
	json_t *result = run_fixture("I1_inject_headers", 1);

	(void)state;
	assert_int_equal(integer(result, "calls"), 0);
	assert_int_equal(integer(result, "events"), 4);
	assert_int_equal(integer(result, "frames_rejected"), 22);
	assert_int_equal(integer(json_object_get(result, "rejected"), "duplicate_key"), 22);
	assert_int_equal(json_object_size(json_object_get(result, "numbers")), 0);
	json_decref(result);
}

static void split_frame(void **state)
{
	json_t *result = run_fixture("lab_hostile_frame", 1);

	(void)state;
	assert_int_equal(integer(json_object_get(result, "rejected"), "split"), 1);
	assert_int_equal(integer(json_object_get(result, "rejected"), "after_split"), 1);
	json_decref(result);
}

static void repeated(void **state)
{
	json_t *result = run_fixture("B_dial_audiosocket", 5);
	json_t *number = json_object_get(json_object_get(result, "numbers"), "+4930000002");

	(void)state;
	assert_int_equal(integer(result, "events"), 5 * 83);
	assert_int_equal(integer(result, "calls"), 5);
	assert_int_equal(integer(number, "answered"), 5);
	assert_int_equal(integer(number, "peak_concurrent"), 1);
	json_decref(result);
}

/* A call whose end is not in the recording stays live. */
static void cut_short(void **state)
{
	char *path = source_path("tests/data/ami/B_dial_audiosocket.ami"), name[] = "/tmp/trunkdeck-replay-XXXXXX";
	size_t len;
	char *bytes = read_whole(path, &len);
	int fd = mkstemp(name);
	json_t *result;

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, len / 2), (ssize_t)(len / 2));
	close(fd);
	result = run_with(name, 1, false);
	unlink(name);
	assert_int_equal(integer(result, "calls"), 1);
	assert_int_equal(integer(result, "live"), 1);
	json_decref(result);
	free(bytes);
	free(path);
}

static void standard_input(void **state)
{
	static const char text[] = "Asterisk Call Manager/1\r\nEvent: A\r\nPrivilege: call,all\r\n\r\n";
	struct replay_options options = { .repeat = 1 };
	struct err e = { 0 };
	json_t *result;
	int ends[2];

	(void)state;
	for (options.repeat = 1; options.repeat <= 2; options.repeat++) {
		assert_int_equal(pipe(ends), 0);
		assert_int_equal(write(ends[1], text, sizeof(text) - 1), sizeof(text) - 1);
		close(ends[1]);
		assert_int_equal(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
		close(ends[0]);
		result = replay_run("-", &options, &e);
		if (options.repeat == 1)
			assert_int_equal(integer(result, "events"), 1);
		else
			assert_null(result);
		json_decref(result);
	}
	assert_int_equal(e.code, ERR_FILE);
	assert_true(strlen(e.hint) > 0);
}

static void no_such_file(void **state)
{
	const struct replay_options options = { .repeat = 1 };
	struct err e = { 0 };

	(void)state;
	assert_null(replay_run("/nowhere/x.ami", &options, &e));
	assert_int_equal(e.code, ERR_FILE);
	assert_non_null(strstr(e.message, "/nowhere/x.ami"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(load_streams_match_the_truth), cmocka_unit_test(parse_only), cmocka_unit_test(fixtures),
		cmocka_unit_test(without_time_stamps), cmocka_unit_test(bare_line_ends), cmocka_unit_test(a_call_of_30_hours),
		cmocka_unit_test(a_caller_without_plus), cmocka_unit_test(a_caller_with_any_name),
		cmocka_unit_test(injected_headers), cmocka_unit_test(split_frame), cmocka_unit_test(repeated),
		cmocka_unit_test(cut_short), cmocka_unit_test(standard_input), cmocka_unit_test(no_such_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
