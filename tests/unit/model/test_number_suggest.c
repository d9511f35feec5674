/* Numbers as carriers write them, and suggestions of configured numbers. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/str.h"
#include "trunkdeck/model/number_suggest.h"

static void wire_forms_are_recognised(void **state)
{
	static const struct {
		const char *text;
		enum wire_form form;
	} rows[] = {
		{ "+15551234567", WIRE_FORM_E164 },
		{ "0015551234567", WIRE_FORM_ZEROS },
		{ "15551234567", WIRE_FORM_NO_PLUS },
		{ "442071234567", WIRE_FORM_NO_PLUS },
		{ "02071234567", WIRE_FORM_NATIONAL },
		{ "5551234567", WIRE_FORM_NATIONAL },
		{ "(555) 123-4567", WIRE_FORM_NATIONAL },
		{ "2107654321098", WIRE_FORM_NATIONAL },	/* 210 is not assigned */
		{ "112", WIRE_FORM_SHORT },
		{ "+1", WIRE_FORM_SHORT },
		{ "+15551234567;ext=102", WIRE_FORM_PARAMETERS },
		{ "15551234567;npdi;rn=+1555", WIRE_FORM_PARAMETERS },
		{ ";ext=102", WIRE_FORM_OTHER },
		{ "sip:x@y", WIRE_FORM_OTHER },
		{ "", WIRE_FORM_OTHER },
		{ "123456789012345678901234567890123", WIRE_FORM_OTHER },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (wire_form_of(rows[i].text) != rows[i].form)
			fail_msg("%s is %s", rows[i].text, wire_form_text(wire_form_of(rows[i].text)));
	}
}

static struct number london = { .e164 = (char []){ "+442071234567" } };
static struct number york = { .e164 = (char []){ "+15551234567" } };
static struct number york_too = { .e164 = (char []){ "+15551234568" } };
static struct number geneva = { .e164 = (char []){ "+41225550101" } };

static size_t near(const char *text, struct number_suggestion *out, size_t max)
{
	const struct number *const numbers[] = { &york_too, &york, &geneva, &london };

	return number_suggest(text, numbers, ARRAY_LEN(numbers), out, max);
}

static void another_form_of_a_number_is_found(void **state)
{
	static const struct {
		const char *text;
		const struct number *number;
	} rows[] = {
		{ "02071234567", &london },
		{ "2071234567", &london },
		{ "+2071234567", &london },
		{ "00442071234567", &london },
		{ "442071234567", &london },
		{ "(555) 123-4567", &york },
	};
	struct number_suggestion out[4];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_true(near(rows[i].text, out, 4) > 0);
		assert_ptr_equal(out[0].number, rows[i].number);
		assert_int_equal(out[0].distance, 0);
	}
}

static void typing_errors_are_found(void **state)
{
	struct number_suggestion out[4];

	(void)state;
	assert_int_equal(near("+15551324567", out, 4), 2);	/* two digits swapped */
	assert_ptr_equal(out[0].number, &york);
	assert_int_equal(out[0].distance, 1);
	assert_ptr_equal(out[1].number, &york_too);
	assert_int_equal(out[1].distance, 2);
	assert_int_equal(near("+1555123456", out, 4), 2);	/* one missing */
	assert_int_equal(out[0].distance, 1);
}

static void the_nearest_are_first_and_bounded(void **state)
{
	struct number_suggestion out[2] = { { NULL, 0 }, { &geneva, 77 } };

	(void)state;
	assert_int_equal(near("+15551234567", out, 1), 1);
	assert_ptr_equal(out[0].number, &york);
	assert_int_equal(out[0].distance, 0);
	assert_ptr_equal(out[1].number, &geneva);
	assert_int_equal(out[1].distance, 77);
}

static void distant_numbers_are_not_suggested(void **state)
{
	struct number_suggestion out[4];

	(void)state;
	assert_int_equal(near("+4930123456", out, 4), 0);
	assert_int_equal(near("not a number", out, 4), 0);
	assert_int_equal(near("", out, 4), 0);
}

static void distance_counts_edits(void **state)
{
	(void)state;
	assert_int_equal(str_distance("", ""), 0);
	assert_int_equal(str_distance("abc", "abc"), 0);
	assert_int_equal(str_distance("abc", ""), 3);
	assert_int_equal(str_distance("abc", "abd"), 1);
	assert_int_equal(str_distance("abc", "acb"), 1);
	assert_int_equal(str_distance("abc", "xabc"), 1);
	assert_int_equal(str_distance("kitten", "sitting"), 3);
	assert_int_equal(str_distance("123456789012345678901234567890123", "1"), STR_WORD_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wire_forms_are_recognised),
		cmocka_unit_test(another_form_of_a_number_is_found),
		cmocka_unit_test(typing_errors_are_found),
		cmocka_unit_test(the_nearest_are_first_and_bounded),
		cmocka_unit_test(distant_numbers_are_not_suggested),
		cmocka_unit_test(distance_counts_edits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
