/* Slices and buffers. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "trunkdeck/base/buf.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/str.h"

static void str_compares(void **state)
{
	(void)state;
	assert_true(str_eq(str_of(NULL), STR("")));
	assert_true(str_eq(STR("ab"), str_of("ab")));
	assert_false(str_eq(STR("ab"), STR("abc")));
	assert_false(str_eq(STR("ab"), STR("aB")));
	assert_true(str_eq_nocase(STR("Event-LIST"), STR("eVENT-list")));
	assert_false(str_eq_nocase(STR("@"), STR("`")));
	assert_false(str_eq_nocase(STR("\xc3\x84"), STR("\xc3\xa4")));
	assert_true(str_starts(STR("PJSIP/x"), STR("PJSIP/")));
	assert_true(str_starts(str_of(NULL), str_of(NULL)));
	assert_false(str_starts(STR("PJ"), STR("PJSIP")));
}

static void str_dup_terminates(void **state)
{
	char *copy = str_dup((struct str){ "abcdef", 3 });

	(void)state;
	assert_string_equal(copy, "abc");
	FREE(&copy);
	assert_null(copy);
	copy = str_dup(str_of(NULL));
	assert_string_equal(copy, "");
	FREE(&copy);
}

static void str_to_i64_accepts_only_numbers(void **state)
{
	static const struct {
		const char *text;
		bool ok;
		int64_t value;
	} cases[] = {
		{ "0", true, 0 }, { "-0", true, 0 }, { "007", true, 7 }, { "-42", true, -42 },
		{ "9223372036854775807", true, INT64_MAX }, { "-9223372036854775808", true, INT64_MIN },
		{ "9223372036854775808", false, 0 }, { "-9223372036854775809", false, 0 },
		{ "92233720368547758070", false, 0 }, { "", false, 0 }, { "-", false, 0 }, { "+1", false, 0 },
		{ " 1", false, 0 }, { "1 ", false, 0 }, { "1.0", false, 0 }, { "0x10", false, 0 }, { "--1", false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int64_t value = 77;

		assert_int_equal(str_to_i64(str_of(cases[i].text), &value), cases[i].ok);
		assert_int_equal(value, cases[i].ok ? cases[i].value : 77);
	}
}

static void str_to_bool_accepts_only_its_words(void **state)
{
	static const struct { const char *text; bool ok, value; } cases[] = {
		{ "yes", true, true }, { "No", true, false }, { "TRUE", true, true }, { "false", true, false }, { "on", true, true },
		{ "Off", true, false }, { "1", true, true }, { "0", true, false }, { "", false, false }, { "yess", false, false },
		{ "ye", false, false }, { "2", false, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		bool value = !cases[i].value;

		assert_int_equal(str_to_bool(str_of(cases[i].text), &value), cases[i].ok);
		assert_int_equal(value, cases[i].ok ? cases[i].value : !cases[i].value);
	}
}

static void str_to_i64_stays_inside_the_slice(void **state)
{
	int64_t value;

	(void)state;
	assert_true(str_to_i64((struct str){ "12345", 2 }, &value));
	assert_int_equal(value, 12);
}

static void str_copy_cuts_between_characters(void **state)
{
	char to[8];

	(void)state;
	assert_true(str_copy(to, sizeof(to), STR("1234567")));
	assert_string_equal(to, "1234567");
	assert_false(str_copy(to, sizeof(to), STR("12345678")));
	assert_string_equal(to, "1234567");
	assert_false(str_copy(to, 4, STR("ab\xe2\x82\xac")));
	assert_string_equal(to, "ab");
	assert_false(str_copy(to, 5, STR("a\xf0\x9f\x98\x80")));
	assert_string_equal(to, "a");
	assert_true(str_copy(to, 6, STR("a\xf0\x9f\x98\x80")));
	assert_string_equal(to, "a\xf0\x9f\x98\x80");
	assert_false(str_copy(to, 1, STR("a")));
	assert_string_equal(to, "");
	to[0] = 'x';
	assert_false(str_copy(to, 0, STR("a")));
	assert_int_equal(to[0], 'x');
	assert_true(str_copy(to, 1, str_of(NULL)));
	assert_string_equal(to, "");
}

static void buf_grows(void **state)
{
	struct buf b;
	size_t len = 0;

	(void)state;
	buf_init(&b, BUF_UNBOUNDED);
	assert_string_equal(b.p, "");
	for (int i = 0; i < 1000; i++) {
		buf_addf(&b, "%d,", i);
		len += i < 10 ? 2 : i < 100 ? 3 : 4;
		assert_int_equal(b.len, len);
		assert_int_equal(b.p[len], 0);
	}
	assert_memory_equal(b.p, "0,1,2,3,", 8);
	assert_string_equal(b.p + b.len - 8, "998,999,");
	assert_false(b.overflow);
	buf_clear(&b);
	assert_null(b.p);
}

static void buf_formats_long_texts(void **state)
{
	struct buf b;

	(void)state;
	for (int width = 1; width < 300; width++) {
		buf_init(&b, BUF_UNBOUNDED);
		buf_addf(&b, "%*s", width, "x");
		assert_int_equal(b.len, width);
		assert_int_equal(strlen(b.p), width);
		assert_int_equal(b.p[width - 1], 'x');
		buf_clear(&b);
	}
	buf_init(&b, BUF_UNBOUNDED);
	buf_addf(&b, "%*s|", 5000, "x");
	assert_int_equal(b.len, 5001);
	assert_string_equal(b.p + 4999, "x|");
	buf_clear(&b);
}

static void buf_stops_at_its_bound(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 5);
	buf_adds(&b, "abc");
	buf_adds(&b, "de");
	assert_false(b.overflow);
	buf_adds(&b, "");
	assert_false(b.overflow);
	buf_addc(&b, 'f');
	assert_true(b.overflow);
	assert_string_equal(b.p, "abcde");
	buf_reset(&b);
	assert_false(b.overflow);
	buf_adds(&b, "ab");
	buf_addf(&b, "%s", "cdef");
	assert_true(b.overflow);
	assert_string_equal(b.p, "ab");
	assert_int_equal(b.len, 2);
	buf_addc(&b, 'c');
	assert_string_equal(b.p, "ab");
	buf_clear(&b);
}

static void buf_consumes_and_hands_over(void **state)
{
	struct buf b;
	char *text;

	(void)state;
	buf_init(&b, 100);
	buf_add(&b, "one\0two", 7);
	buf_consume(&b, 4);
	assert_string_equal(b.p, "two");
	buf_consume(&b, 3);
	assert_string_equal(b.p, "");
	buf_adds(&b, "three");
	text = buf_take(&b);
	assert_string_equal(text, "three");
	FREE(&text);
	assert_int_equal(b.len, 0);
	assert_int_equal(b.max, 100);
	text = buf_take(&b);
	assert_string_equal(text, "");
	FREE(&text);
	buf_reset(&b);
	buf_consume(&b, 0);
	assert_string_equal(b.p, "");
	buf_addf(&b, "%d", 4);
	buf_adds(&b, "5");
	assert_string_equal(b.p, "45");
	FREE(&b.p);
}

/* No memory is left to clear after the text was taken. The leak checker of the sanitized build checks this. */
static void buf_taken_holds_no_memory(void **state)
{
	struct buf b;
	char *text;

	(void)state;
	buf_init(&b, 3);
	buf_adds(&b, "abc");
	text = buf_take(&b);
	FREE(&text);
	buf_addf(&b, "%s", "");
	assert_string_equal(b.p, "");
	buf_addf(&b, "%s", "abcd");
	assert_true(b.overflow);
	assert_string_equal(b.p, "");
	text = buf_take(&b);
	assert_string_equal(text, "");
	FREE(&text);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(str_compares),
		cmocka_unit_test(str_dup_terminates),
		cmocka_unit_test(str_to_i64_accepts_only_numbers),
		cmocka_unit_test(str_to_bool_accepts_only_its_words),
		cmocka_unit_test(str_to_i64_stays_inside_the_slice),
		cmocka_unit_test(str_copy_cuts_between_characters),
		cmocka_unit_test(buf_grows),
		cmocka_unit_test(buf_formats_long_texts),
		cmocka_unit_test(buf_stops_at_its_bound),
		cmocka_unit_test(buf_consumes_and_hands_over),
		cmocka_unit_test(buf_taken_holds_no_memory),
	};

	return cmocka_run_group_tests_name("base text", tests, NULL, NULL);
}
