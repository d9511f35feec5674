/* Country codes, valid numbers, suggested numbers, and numbers that a trunk sends. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "model/countries.h"
#include "trunkdeck/base/embed.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/model/e164.h"

static const struct country *country(const char *digits)
{
	const struct country *c = country_of_digits(str_of(digits));

	assert_non_null(c);
	return c;
}

static void every_row_is_found_by_its_code(void **state)
{
	size_t count;
	const struct country *rows = country_rows(&count);

	(void)state;
	assert_in_range(count, 250, 1000);
	for (size_t i = 0; i < count; i++) {
		char number[32] = "+";

		assert_ptr_equal(country(rows[i].code), &rows[i]);
		assert_true(strspn(rows[i].code, "0123456789") == strlen(rows[i].code));
		assert_int_equal(strlen(rows[i].iso), 2);
		/* No row has a longer code that matches these digits, unless the table says so. */
		str_copy(number + 1, sizeof(number) - 1, str_of(rows[i].code));
		assert_ptr_equal(e164_country(str_of(number)), &rows[i]);
	}
}

static void the_table_is_sorted(void **state)
{
	size_t count;
	const struct country *rows = country_rows(&count);

	(void)state;
	for (size_t i = 1; i < count; i++)
		assert_true(strcmp(rows[i - 1].code, rows[i].code) < 0);
}

static void every_line_of_the_file_is_a_row(void **state)
{
	size_t count, lines = 0;
	const char *p = embed_find("countries.tsv")->text;

	(void)state;
	country_rows(&count);
	for (; *p; p = strchr(p, '\n') + 1)
		lines += *p != '#';
	assert_int_equal(lines, count);
}

static void the_longest_prefix_wins(void **state)
{
	static const struct {
		const char *number, *iso;
		enum region region;
	} cases[] = {
		{ "+15551234567", "US", REGION_NA },  { "+14165550123", "CA", REGION_NA },
		{ "+12425550123", "BS", REGION_NA },  { "+18765550123", "JM", REGION_NA },
		{ "+16585550123", "JM", REGION_NA },  { "+442071234567", "GB", REGION_EU },
		{ "+441481712345", "GG", REGION_EU }, { "+441534712345", "JE", REGION_EU },
		{ "+441624712345", "IM", REGION_EU }, { "+4915112345678", "DE", REGION_EU },
		{ "+74951234567", "RU", REGION_EU },  { "+77011234567", "KZ", REGION_EU },
		{ "+390669812345", "VA", REGION_EU }, { "+390612345678", "IT", REGION_EU },
		{ "+80012345678", "XX", REGION_NA },  { "+38349123456", "XK", REGION_EU },
		{ "+61212345678", "AU", REGION_NA },  { "+81312345678", "JP", REGION_NA },
		{ "+911123456789", "IN", REGION_EU }, { "+5511912345678", "BR", REGION_NA },
		{ "+27111234567", "ZA", REGION_EU },  { "+971412345678", "AE", REGION_EU },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct country *c = e164_country(str_of(cases[i].number));

		assert_non_null(c);
		assert_string_equal(c->iso, cases[i].iso);
		assert_int_equal(c->region, cases[i].region);
		assert_true(e164_check(cases[i].number, NULL, NULL));
	}
}

static void some_callers_have_no_country(void **state)
{
	static const char *const cases[] = { "", "+", "anonymous", "<unknown>", "4915112345678", "+0", "+999123456", "+2101" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_null(e164_country(str_of(cases[i])));
	/* Only the slice is read. What follows the code does not matter. */
	assert_string_equal(e164_country((struct str){ "+1242", 4 })->iso, "US");
	assert_string_equal(e164_country(STR("+49*31#\x1b"))->iso, "DE");
}

static void a_refusal_tells_what_is_wrong(void **state)
{
	static const struct {
		const char *text;
		enum err_code code;
		const char *hint;
	} cases[] = {
		{ "", ERR_NUMBER_REQUIRED, "Enter a number such as +15551234567" },
		{ "  ", ERR_NUMBER_REQUIRED, "Enter a number such as +15551234567" },
		{ "5551234567", ERR_NUMBER_FORMAT, "start with + and the country code" },
		{ "442071234567", ERR_NUMBER_FORMAT,
		  "start with + and the country code: did you mean +442071234567?" },
		{ "02071234567", ERR_NUMBER_FORMAT, "start with + and the country code" },
		{ "+1 (555) 123-4567", ERR_NUMBER_FORMAT,
		  "no spaces, dashes or parentheses: did you mean +15551234567?" },
		{ "+1-555-123-4567", ERR_NUMBER_FORMAT,
		  "no spaces, dashes or parentheses: did you mean +15551234567?" },
		{ "+15551234567 ", ERR_NUMBER_FORMAT, "no spaces, dashes or parentheses: did you mean +15551234567?" },
		{ "+1\xc2\xa0" "5551234567", ERR_NUMBER_FORMAT,
		  "no spaces, dashes or parentheses: did you mean +15551234567?" },
		{ "+9991234567", ERR_NUMBER_FORMAT, "+999 is not an assigned country code" },
		{ "+21012345678", ERR_NUMBER_FORMAT, "+210 is not an assigned country code" },
		{ "+155512", ERR_NUMBER_FORMAT, "too short: 6 digits, at least 7 are needed" },
		{ "+", ERR_NUMBER_FORMAT, "too short: 0 digits, at least 7 are needed" },
		{ "+1555123456789012", ERR_NUMBER_FORMAT, "too long: 16 digits, at most 15 are allowed" },
		{ "+05551234567", ERR_NUMBER_FORMAT, "a country code never starts with 0" },
		{ "\xef\xbc\x8b\xef\xbc\x91" "5551234567", ERR_NUMBER_FORMAT,
		  "write it with the digits 0 to 9: did you mean +15551234567?" },
		{ "+1555123456\xd9\xa7", ERR_NUMBER_FORMAT,
		  "write it with the digits 0 to 9: did you mean +15551234567?" },
		{ "+15551234567\r\nAction: x", ERR_NUMBER_FORMAT, "it contains a control character: type it again" },
		{ "+1555123456\x7f", ERR_NUMBER_FORMAT, "it contains a control character: type it again" },
		{ "+1555CALLNOW", ERR_NUMBER_FORMAT, "only digits are allowed after the +" },
		{ "++15551234567", ERR_NUMBER_FORMAT, "only digits are allowed after the +" },
		{ "+1555123456\xff", ERR_NUMBER_FORMAT, "only digits are allowed after the +" },
		{ "tel:+15551234567", ERR_NUMBER_FORMAT,
		  "only digits are allowed after the +: did you mean +15551234567?" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err e = { 0 };

		assert_false(e164_check(cases[i].text, NULL, &e));
		assert_int_equal(e.code, cases[i].code);
		assert_string_equal(e.hint, cases[i].hint);
		assert_false(e164_check(cases[i].text, NULL, NULL));
	}
	assert_true(e164_check("+1555123", NULL, NULL));
	assert_true(e164_check("+155512345678901", NULL, NULL));
}

static void typed_texts_get_suggestions(void **state)
{
	/* home: a code of the table, "" = unknown. meant: "" = no suggestion. */
	static const struct {
		const char *home, *text, *meant;
	} cases[] = {
		{ "", "+15551234567", "" },
		{ "", "+1 (555) 123-4567", "+15551234567" },
		{ "", "tel:+1-555-123-4567;ext=5", "+15551234567" },
		{ "", "sip:+15551234567@pstn.twilio.com", "+15551234567" },
		{ "", "00442071234567", "+442071234567" },
		{ "", "011442071234567", "+442071234567" },
		{ "", "+44 (0)20 7123 4567", "+442071234567" },
		{ "", "0044 (0) 20 7123 4567", "+442071234567" },
		{ "", "15551234567", "+15551234567" },
		{ "", "555-1234", "" },
		{ "", "0301234567", "" },
		{ "", "1234567890", "" },
		{ "", "hello", "" },
		{ "", "", "" },
		{ "", "+999 123 456 789", "" },
		{ "1", "(555) 123-4567", "+15551234567" },
		{ "1416", "1-416-555-0123", "+14165550123" },
		{ "1242", "555-0123", "+12425550123" },
		{ "1", "555-0123", "" },
		/* Without a known country, a national form may belong to any country. */
		{ "", "2079460958", "" },
		{ "", "(415) 555-0142", "" },
		{ "44", "2079460958", "+442079460958" },
		/* These are impossible in North America. */
		{ "", "+1 (055) 123-4567", "" },
		{ "", "11551234567", "" },
		{ "", "0014115551234", "" },
		{ "1", "0551234567", "" },
		{ "1", "911 555 1234", "" },
		{ "1", "15551234", "" },
		{ "44", "020 7123 4567", "+442071234567" },
		{ "441481", "01481 712345", "+441481712345" },
		{ "44", "442071234567", "+442071234567" },
		{ "49", "0151/12345678", "+4915112345678" },
		{ "49", "011442071234567", "" },
		{ "39", "06 1234 5678", "+390612345678" },
		{ "36", "06 1 234 5678", "+3612345678" },
		{ "7", "8 495 123-45-67", "+74951234567" },
		{ "77", "8 701 123 45 67", "+77011234567" },
		{ "34", "912 345 678", "+34912345678" },
		{ "212", "0522-123456", "+212522123456" },
		{ "49", "12", "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct country *home = cases[i].home[0] ? country(cases[i].home) : NULL;
		char meant[E164_SIZE] = "";
		bool found = e164_suggest(cases[i].text, home, meant);

		assert_string_equal(found ? meant : "", cases[i].meant);
	}
}

static void unusual_numbers_get_a_warning(void **state)
{
	static const char nanp[] = "numbers of +1 have 10 digits after it, and their area code can't begin with 0 or 1 or end with 11";
	static const struct {
		const char *number, *warning;
	} cases[] = {
		{ "+15551234567", "" }, { "+442079460958", "" }, { "+4930123456", "" }, { "+41791234567", "" }, { "+390612345678", "" },
		{ "+1555123456", nanp }, { "+155512345678", nanp }, { "+10551234567", nanp }, { "+11551234567", nanp },
		{ "+14115551234", nanp }, { "+1242555012", nanp },
		{ "+4179123456", "Switzerland: a number usually has 11 digits with its country code, this one has 10" },
		{ "+4420794609", "United Kingdom: a number usually has 11 to 12 digits with its country code, this one has 10" },
		/* A text that is not a number is an error and not a warning. */
		{ "", "" }, { "+", "" }, { "+155512", "" }, { "5551234567", "" }, { "+9991234567", "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char warning[200] = "";

		assert_int_equal(e164_warning(cases[i].number, warning, sizeof(warning)), cases[i].warning[0] != '\0');
		if (cases[i].warning[0])
			assert_string_equal(warning, cases[i].warning);
	}
}

static unsigned next_random(unsigned *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 16;
}

/* A suggestion passes the check and differs from the typed text, whatever the text is. */
static void a_suggestion_always_passes_the_check(void **state)
{
	static const char alphabet[] = "+0123456789012345678900 -()./xt\x01\xc2\xa0";
	size_t count, found = 0;
	const struct country *rows = country_rows(&count);
	unsigned seed = 7;

	(void)state;
	for (int i = 0; i < 200000; i++) {
		char text[24], meant[E164_SIZE], warning[200];
		size_t len = next_random(&seed) % (sizeof(text) - 1);
		const struct country *home = i % 3 ? &rows[next_random(&seed) % count] : NULL;

		for (size_t at = 0; at < len; at++)
			text[at] = alphabet[next_random(&seed) % (sizeof(alphabet) - 1)];
		text[len] = '\0';
		if (!e164_suggest(text, home, meant))
			continue;
		found++;
		assert_true(e164_check(meant, NULL, NULL));
		if (meant[1] == '1')
			assert_false(e164_warning(meant, warning, sizeof(warning)));
		assert_string_not_equal(meant, text);
		assert_false(e164_suggest(meant, home, text));
	}
	assert_true(found > 1000);
}

static void a_long_text_is_refused(void **state)
{
	char text[5000], meant[E164_SIZE];
	struct err e;

	(void)state;
	memset(text, '5', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_false(e164_check(text, NULL, &e));
	assert_false(e164_suggest(text, NULL, meant));
	memset(text, '-', sizeof(text) - 1);
	assert_false(e164_suggest(text, NULL, meant));
}

static void numbers_from_trunks_are_converted(void **state)
{
	static const struct {
		const char *wire, *prefix, *number;
	} cases[] = {
		{ "+15551234567", NULL, "+15551234567" },  { "15551234567", NULL, "+15551234567" },
		/* Parameters of the user part, as Asterisk leaves them in the extension. */
		{ "+14155550101;ext=102", NULL, "+14155550101" },
		{ "+14155550142;npdi;rn=+14155559999", NULL, "+14155550142" },
		{ "004155550101;", "+44", "+4155550101" },
		{ "4155550101;phone-context=+1", NULL, "+14155550101" },
		{ "02071230021;npdi;phone-context=+44;x=1", "+1", "+442071230021" },
		{ "+14155550101;phone-context=+44", NULL, "+14155550101" },
		{ "14155550101;phone-context=carrier.example", NULL, "+14155550101" },
		{ "14155550101;phone-context=+", NULL, "+14155550101" },
		{ ";ext=4155550101", NULL, "" },
		{ "15551234567", "", "+15551234567" },     { "15551234567", "+", "+15551234567" },
		{ "0015551234567", NULL, "+15551234567" }, { "0015551234567", "+44", "+15551234567" },
		{ "02071234567", "+44", "+442071234567" }, { "2071234567", "+44", "+442071234567" },
		{ "+15551234567", "+44", "+15551234567" }, { "02071234567", "+", "+02071234567" },
		{ "+1 (555) 123-4567", NULL, "+15551234567" },
		{ "", NULL, "" },			   { "s", NULL, "" },
		{ "+", NULL, "" },			   { "1+2", NULL, "" },
		{ "+1555123456789012", NULL, "" },	   { "155512345678901", NULL, "+155512345678901" },
		{ "1555123456789012345678901234567890123456789", NULL, "" },
		{ "0", "+44", "+44" },			   { "00", NULL, "" },
		/* Parameters of a URI's user part are not digits of the number. */
		{ "+14155550101;ext=102", NULL, "+14155550101" },
		{ "14155550101;ext=102", NULL, "+14155550101" },
		{ "0014155550101;isub=12345", NULL, "+14155550101" },
		{ "+14155550101;npdi;rn=+14085550000", NULL, "+14155550101" },
		{ "+14155550101;rn=+14085550000;npdi", "+44", "+14155550101" },
		{ "+14155550101;phone-context=+44", NULL, "+14155550101" },
		{ "4155550101;phone-context=+1", NULL, "+14155550101" },
		{ "5550101;ext=9;Phone-Context=+1415", "+44", "+14155550101" },
		{ "02071234567;phone-context=+44", NULL, "+442071234567" },
		{ "14155550101;phone-context=example.com", NULL, "+14155550101" },
		{ "14155550101;phone-context=", NULL, "+14155550101" },
		{ "14155550101;phone-context=+", NULL, "+14155550101" },
		{ "14155550101;xphone-context=+44", NULL, "+14155550101" },
		{ ";ext=14155550101", NULL, "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char number[E164_SIZE] = "";
		bool found = e164_from_wire(str_of(cases[i].wire), cases[i].prefix, number);

		assert_string_equal(found ? number : "", cases[i].number);
	}
	{
		char number[E164_SIZE];

		assert_true(e164_from_wire((struct str){ "15551234567@host", 11 }, NULL, number));
		assert_string_equal(number, "+15551234567");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_is_found_by_its_code),
		cmocka_unit_test(the_table_is_sorted),
		cmocka_unit_test(every_line_of_the_file_is_a_row),
		cmocka_unit_test(the_longest_prefix_wins),
		cmocka_unit_test(some_callers_have_no_country),
		cmocka_unit_test(a_refusal_tells_what_is_wrong),
		cmocka_unit_test(typed_texts_get_suggestions),
		cmocka_unit_test(unusual_numbers_get_a_warning),
		cmocka_unit_test(a_suggestion_always_passes_the_check),
		cmocka_unit_test(a_long_text_is_refused),
		cmocka_unit_test(numbers_from_trunks_are_converted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
