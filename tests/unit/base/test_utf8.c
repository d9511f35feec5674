/* UTF-8: decoding, cleaning, widths, cutting, searching. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/utf8.h"

#define E_ACUTE "\xc3\xa9"
#define COMBINING_ACUTE "\xcc\x81"
#define MARKS COMBINING_ACUTE COMBINING_ACUTE COMBINING_ACUTE
#define KANJI "\xe6\xbc\xa2"
#define WARNING "\xe2\x9a\xa0"
#define VS16 "\xef\xb8\x8f"
#define ZWJ "\xe2\x80\x8d"
#define RLO "\xe2\x80\xae"
#define BOM "\xef\xbb\xbf"
#define SMILE "\xf0\x9f\x98\x80"
#define SKIN "\xf0\x9f\x8f\xbd"
#define LOST "\xef\xbf\xbd"
#define ELLIPSIS "\xe2\x80\xa6"

static int need_utf8_locale(void **state)
{
	(void)state;
	return setlocale(LC_ALL, "C.UTF-8") ? 0 : -1;
}

static void decodes_characters(void **state)
{
	static const struct {
		const char *text;
		uint32_t code;
		size_t bytes;
	} cases[] = {
		{ "", 0xfffd, 0 }, { "a", 'a', 1 }, { E_ACUTE, 0xe9, 2 }, { KANJI, 0x6f22, 3 }, { SMILE, 0x1f600, 4 },
		{ "\xf4\x8f\xbf\xbf", 0x10ffff, 4 }, { LOST, 0xfffd, 3 },
		{ "\xc0\x80", 0xfffd, 1 }, { "\xe0\x80\xaf", 0xfffd, 1 }, { "\xf0\x80\x80\x80", 0xfffd, 1 },
		{ "\xed\xa0\x80", 0xfffd, 1 }, { "\xf4\x90\x80\x80", 0xfffd, 1 }, { "\xf5\x80\x80\x80", 0xfffd, 1 },
		{ "\x80", 0xfffd, 1 }, { "\xff", 0xfffd, 1 }, { "\xe6\xbc", 0xfffd, 1 }, { "\xe6" "a\xa2", 0xfffd, 1 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		uint32_t code;

		assert_int_equal(utf8_next(str_of(cases[i].text), &code), cases[i].bytes);
		assert_int_equal(code, cases[i].code);
	}
}

/* Each code point is decoded from the bytes of an independent encoder. */
static void decodes_all_of_unicode(void **state)
{
	(void)state;
	for (uint32_t c = 0x80; c <= 0x10ffff; c++) {
		char bytes[4];
		size_t len = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
		uint32_t code, rest = c;

		for (size_t i = len - 1; i > 0; i--, rest >>= 6)
			bytes[i] = (char)(0x80 | (rest & 0x3f));
		bytes[0] = (char)(0xf00u >> len | rest);
		if (c >= 0xd800 && c <= 0xdfff) {
			assert_false(utf8_valid((struct str){ bytes, len }));
			continue;
		}
		assert_int_equal(utf8_next((struct str){ bytes, len }, &code), len);
		assert_int_equal(code, c);
	}
}

static void detects_invalid_bytes(void **state)
{
	(void)state;
	assert_true(utf8_valid(STR("")));
	assert_true(utf8_valid(STR("a" KANJI LOST SMILE)));
	assert_false(utf8_valid(STR("abc\xff")));
	assert_false(utf8_valid((struct str){ KANJI, 2 }));
}

static void assert_clean(struct str dirty, const char *clean)
{
	char *got = utf8_clean_dup(dirty);

	assert_string_equal(got, clean);
	FREE(&got);
}

static void cleans_text(void **state)
{
	(void)state;
	assert_clean(STR(""), "");
	assert_clean(STR("plain, caf" E_ACUTE " " KANJI), "plain, caf" E_ACUTE " " KANJI);
	assert_clean(STR("a\tb\r\nc"), "a b  c");
	assert_clean(STR("a\0b\x7f"), "a?b?");
	assert_clean(STR("\033[31mred\033[m"), "[31mred[m");
	assert_clean(STR("\xc2\x9b" "31m"), "?31m");
	assert_clean(STR("a\xff\xc0z"), "a" LOST LOST "z");
	assert_clean(STR("1" RLO "2" ZWJ "3" BOM "4\xe2\x80\x8b" "5"), "12345");
	assert_clean(STR(WARNING VS16 " x"), WARNING " x");
	assert_clean(STR(SMILE SKIN), SMILE);
	assert_clean(STR("e" COMBINING_ACUTE), "e" COMBINING_ACUTE);
	assert_clean(STR(COMBINING_ACUTE "e"), "e");
	assert_clean(STR(ZWJ COMBINING_ACUTE "e"), "e");
}

/* All bidirectional controls, and combining marks that are stacked over the lines above. */
static void drops_what_moves_other_text(void **state)
{
	(void)state;
	assert_clean(STR("a\xd8\x9c" "b\xe2\x80\x8e" "c\xe2\x80\x8f" "d"), "abcd");
	assert_clean(STR("a\xe2\x80\xaa" "b\xe2\x80\xab" "c\xe2\x80\xac" "d\xe2\x80\xad" "e" RLO "f"), "abcdef");
	assert_clean(STR("a\xe2\x81\xa6" "b\xe2\x81\xa7" "c\xe2\x81\xa8" "d\xe2\x81\xa9" "e"), "abcde");
	assert_clean(STR("\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d"), "\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d");
	assert_clean(STR("e" MARKS COMBINING_ACUTE COMBINING_ACUTE "x" COMBINING_ACUTE), "e" MARKS "x" COMBINING_ACUTE);
	assert_clean(STR("e" MARKS ZWJ COMBINING_ACUTE KANJI MARKS), "e" MARKS KANJI MARKS);
	assert_clean(STR("\033" COMBINING_ACUTE "\xff" MARKS COMBINING_ACUTE), LOST MARKS);
}

static void cleaning_twice_changes_nothing(void **state)
{
	unsigned int seed = 1;

	(void)state;
	for (int round = 0; round < 2000; round++) {
		char noise[24], *once, *twice;

		for (size_t i = 0; i < sizeof(noise); i++)
			noise[i] = (char)(rand_r(&seed) >> 4);
		once = utf8_clean_dup((struct str){ noise, sizeof(noise) });
		assert_true(utf8_valid(str_of(once)));
		for (const char *p = once; *p; p++)
			assert_true((unsigned char)*p >= 0x20 && *p != 0x7f);
		twice = utf8_clean_dup(str_of(once));
		assert_string_equal(once, twice);
		free(once);
		free(twice);
	}
}

static void cleaning_obeys_the_bound(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 4);
	utf8_clean(&b, STR("ab" KANJI));
	assert_true(b.overflow);
	assert_string_equal(b.p, "ab");
	buf_clear(&b);
}

static void measures_columns(void **state)
{
	(void)state;
	assert_int_equal(utf8_width(""), 0);
	assert_int_equal(utf8_width("abc"), 3);
	assert_int_equal(utf8_width("caf" E_ACUTE), 4);
	assert_int_equal(utf8_width("cafe" COMBINING_ACUTE), 4);
	assert_int_equal(utf8_width(KANJI KANJI), 4);
	assert_int_equal(utf8_width(SMILE), 2);
	assert_int_equal(utf8_width(LOST), 1);
}

static void fits_text_into_columns(void **state)
{
	int width;

	(void)state;
	assert_int_equal(utf8_fit("abc", 10, &width), 3);
	assert_int_equal(width, 3);
	assert_int_equal(utf8_fit("abc", 2, &width), 2);
	assert_int_equal(width, 2);
	assert_int_equal(utf8_fit("a" KANJI "b", 2, &width), 1);
	assert_int_equal(width, 1);
	assert_int_equal(utf8_fit("e" COMBINING_ACUTE "x", 1, &width), 3);
	assert_int_equal(width, 1);
	assert_int_equal(utf8_fit("abc", 0, &width), 0);
	assert_int_equal(width, 0);
}

static void assert_padded(const char *text, int columns, bool ascii, const char *padded)
{
	struct buf b;

	buf_init(&b, BUF_UNBOUNDED);
	utf8_pad(&b, text, columns, ascii);
	assert_string_equal(b.p, padded);
	assert_int_equal(utf8_width(b.p), columns > 0 ? columns : 0);
	buf_clear(&b);
}

static void pads_and_cuts(void **state)
{
	(void)state;
	assert_padded("abc", 5, false, "abc  ");
	assert_padded("abc", 3, false, "abc");
	assert_padded("abcd", 3, false, "ab" ELLIPSIS);
	assert_padded("abcd", 3, true, "a..");
	assert_padded("abcd", 1, false, ELLIPSIS);
	assert_padded("abcd", 1, true, ".");
	assert_padded("abcd", 0, false, "");
	assert_padded("abcd", -3, false, "");
	assert_padded("", 2, false, "  ");
	assert_padded(KANJI KANJI, 3, false, KANJI ELLIPSIS);
	assert_padded(KANJI KANJI KANJI, 4, false, KANJI ELLIPSIS " ");
	assert_padded(KANJI KANJI, 4, false, KANJI KANJI);
	assert_padded("cafe" COMBINING_ACUTE, 4, false, "cafe" COMBINING_ACUTE);
}

static void pads_to_every_width(void **state)
{
	(void)state;
	for (int columns = 0; columns < 12; columns++) {
		struct buf b;

		buf_init(&b, BUF_UNBOUNDED);
		utf8_pad(&b, "a" KANJI E_ACUTE SMILE "e" COMBINING_ACUTE "z" KANJI, columns, columns % 2);
		assert_int_equal(utf8_width(b.p), columns);
		buf_clear(&b);
	}
}

static void steps_by_character(void **state)
{
	const char *s = "ae" COMBINING_ACUTE KANJI;
	static const size_t stops[] = { 0, 1, 4, 7 };

	(void)state;
	for (size_t i = 0; i + 1 < ARRAY_LEN(stops); i++) {
		assert_int_equal(utf8_forward(s, stops[i]), stops[i + 1]);
		assert_int_equal(utf8_backward(s, stops[i + 1]), stops[i]);
	}
	assert_int_equal(utf8_forward(s, 7), 7);
	assert_int_equal(utf8_forward(s, 99), 7);
	assert_int_equal(utf8_backward(s, 0), 0);
	assert_int_equal(utf8_backward(s, 99), 4);
	assert_int_equal(utf8_backward("a\x80\x80", 3), 2);
}

static void finds_text(void **state)
{
	(void)state;
	assert_true(utf8_find("Customer Support", ""));
	assert_true(utf8_find("Customer Support", "support"));
	assert_true(utf8_find("Customer Support", "Supp"));
	assert_false(utf8_find("customer support", "Supp"));
	assert_false(utf8_find("supp", "support"));
	assert_false(utf8_find("", "a"));
	assert_true(utf8_find("aaab", "aab"));
	assert_false(utf8_find("[", "{"));
	assert_false(utf8_find("plain", KANJI));
	assert_true(utf8_find("CAF\xc3\x89 M\xc3\x9cNCHEN", "caf" E_ACUTE));
	assert_true(utf8_find("CAF\xc3\x89 M\xc3\x9cNCHEN", "m\xc3\xbcnchen"));
	assert_false(utf8_find("m\xc3\xbcnchen", "M\xc3\x9cN"));
	assert_true(utf8_find("x" KANJI "y", KANJI "y"));
	assert_false(utf8_find("x" KANJI, KANJI "y"));
	assert_true(utf8_find("+15551234567", "5123"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(decodes_characters),
		cmocka_unit_test(decodes_all_of_unicode),
		cmocka_unit_test(detects_invalid_bytes),
		cmocka_unit_test(cleans_text),
		cmocka_unit_test(drops_what_moves_other_text),
		cmocka_unit_test(cleaning_twice_changes_nothing),
		cmocka_unit_test(cleaning_obeys_the_bound),
		cmocka_unit_test(measures_columns),
		cmocka_unit_test(fits_text_into_columns),
		cmocka_unit_test(pads_and_cuts),
		cmocka_unit_test(pads_to_every_width),
		cmocka_unit_test(steps_by_character),
		cmocka_unit_test(finds_text),
	};

	return cmocka_run_group_tests_name("base utf8", tests, need_utf8_locale, NULL);
}
