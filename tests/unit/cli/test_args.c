/* The parser of the words after a command, and additional parameters one by one. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cli/io/args.h"
#include "cli/io/params.h"
#include "trunkdeck/base/mem.h"

static const struct cli_option where = { "where", "QUERY", "Only rows that match", NULL };
static const struct cli_option yes = { "yes", NULL, "Don't ask", NULL };
static const struct cli_option max = { "max", "N", "End after N", NULL };

static void allow(struct cli_args *a)
{
	cli_args_init(a);
	cli_args_allow(a, &where);
	cli_args_allow(a, &yes);
	cli_args_allow(a, &max);
}

static bool parse(struct cli_args *a, struct err *e, size_t min, size_t most, const char *const *words)
{
	int count = 0;

	while (words[count])
		count++;
	return cli_args_parse(a, count, (char **)words, min, most, e);
}

#define PARSE(a, e, min, most, ...) parse((a), (e), (min), (most), (const char *const[]){ __VA_ARGS__, NULL })

static void test_both_forms(void **state)
{
	struct cli_args a;
	struct err e = { 0 };

	(void)state;
	allow(&a);
	assert_true(PARSE(&a, &e, 1, 2, "one", "--where", "x", "--where=y=z", "two", "--yes"));
	assert_int_equal(a.positional_count, 2);
	assert_string_equal(a.positionals[0], "one");
	assert_string_equal(a.positionals[1], "two");
	assert_int_equal(a.given_count, 3);
	assert_string_equal(a.given[0].value, "x");
	assert_string_equal(cli_args_value(&a, "where"), "y=z");
	assert_string_equal(cli_args_value(&a, "yes"), "");
	assert_null(cli_args_value(&a, "max"));
	assert_false(a.help);
	cli_args_clear(&a);
}

static void test_values_may_look_like_options(void **state)
{
	struct cli_args a;
	struct err e = { 0 };

	(void)state;
	allow(&a);
	assert_true(PARSE(&a, &e, 2, 2, "--where", "--yes", "-", "--where=", "--", "--max"));
	assert_string_equal(a.given[0].value, "--yes");
	assert_string_equal(a.given[1].value, "");
	assert_false(cli_args_has(&a, "yes"));
	assert_string_equal(a.positionals[0], "-");
	assert_string_equal(a.positionals[1], "--max");
	cli_args_clear(&a);
}

static void refuses(size_t min, size_t most, const char *word, const char *message)
{
	struct cli_args a;
	struct err e = { 0 };

	allow(&a);
	assert_false(PARSE(&a, &e, min, most, word));
	assert_int_equal(e.code, ERR_USAGE);
	assert_string_equal(e.message, message);
	cli_args_clear(&a);
}

static void test_refusals(void **state)
{
	(void)state;
	refuses(0, 0, "--wher", "unknown option --wher");
	refuses(0, 0, "--wherever=x", "unknown option --wherever");
	refuses(0, 0, "--=x", "unknown option --");
	refuses(0, 0, "-w", "unknown option -w");
	refuses(0, 0, "--where", "option --where needs a value");
	refuses(0, 0, "--yes=1", "option --yes takes no value");
	refuses(0, 0, "x", "\"x\" is an unexpected argument");
	refuses(1, 1, "--yes", "an argument is missing");
}

static void test_help_asks_for_nothing_else(void **state)
{
	struct cli_args a;
	struct err e = { 0 };

	(void)state;
	allow(&a);
	assert_true(PARSE(&a, &e, 2, 2, "-h"));
	assert_true(a.help);
	cli_args_clear(&a);
}

static void counts(const char *text, bool ok, int64_t expected)
{
	struct cli_args a;
	struct err e = { 0 };
	int64_t n = -7;

	allow(&a);
	assert_true(PARSE(&a, &e, 0, 0, "--max", text));
	assert_int_equal(cli_args_count(&a, "max", 1, 5, &n, &e), ok);
	if (ok)
		assert_int_equal(n, expected);
	else
		assert_int_equal(e.code, ERR_USAGE);
	cli_args_clear(&a);
}

static void test_counts(void **state)
{
	struct cli_args a;
	int64_t n;

	(void)state;
	counts("1", true, 1);
	counts("42", true, 42);
	counts("0", false, 0);
	counts("-1", false, 0);
	counts("4x", false, 0);
	counts("", false, 0);
	counts("99999999999999999999", false, 0);
	allow(&a);
	assert_true(cli_args_count(&a, "max", 1, 5, &n, NULL));
	assert_int_equal(n, 5);
	cli_args_clear(&a);
}

/* Every field an operator may give is an option, and none the store sets. */
static void test_fields(void **state)
{
	struct cli_args a;

	(void)state;
	for (int entity = 0; entity < ENTITY_COUNT; entity++) {
		size_t i = 0;

		cli_args_init(&a);
		cli_args_allow_fields(&a, (enum entity)entity);
		for (const struct field *f = entity_fields((enum entity)entity); f->key; f++) {
			if (!f->option || (f->flags & FIELD_READONLY))
				continue;
			assert_ptr_equal(a.options[i].field, f);
			assert_string_equal(a.options[i].name, f->option);
			assert_non_null(a.options[i].argument);
			i++;
		}
		assert_int_equal(a.option_count, i);
		cli_args_clear(&a);
	}
}

static void test_params(void **state)
{
	struct record r;
	struct err e = { 0 };

	(void)state;
	record_init(&r, ENTITY_NUMBER);
	assert_true(cli_param_set(&r, "b=text", &e));
	assert_true(cli_param_set(&r, "a=3", &e));
	assert_true(cli_param_set(&r, "c=\"3\"", &e));
	assert_true(cli_param_set(&r, "d=0.1", &e));
	assert_true(cli_param_set(&r, "e={\"x\":[1]}", &e));
	assert_true(cli_param_set(&r, "f=007", &e));
	assert_string_equal(r.number.params,
			    "{\"a\":3,\"b\":\"text\",\"c\":\"3\",\"d\":0.1,\"e\":{\"x\":[1]},\"f\":\"007\"}");
	assert_true(cli_param_unset(&r, "e", &e));
	assert_true(cli_param_set(&r, "a=", &e));
	assert_string_equal(r.number.params, "{\"a\":\"\",\"b\":\"text\",\"c\":\"3\",\"d\":0.1,\"f\":\"007\"}");
	record_clear(&r);
}

static void test_params_refused(void **state)
{
	static const char *const pairs[] = { "", "x", "=x", "n=99999999999999999999", "\xff=1", "x=\xff",
					     "x=[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]" };
	struct record r;

	(void)state;
	record_init(&r, ENTITY_NUMBER);
	for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
		struct err e = { 0 };

		assert_false(cli_param_set(&r, pairs[i], &e));
		assert_int_equal(e.code, ERR_FIELD_INVALID);
		assert_string_equal(r.number.params, "{}");
	}
	record_clear(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_forms),
		cmocka_unit_test(test_values_may_look_like_options),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_help_asks_for_nothing_else),
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_params),
		cmocka_unit_test(test_params_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
