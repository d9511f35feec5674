/* Additional parameters as rows: values keep their types, and a refusal names the row. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "trunkdeck/base/mem.h"
#include "trunkdeck/model/params.h"
#include "trunkdeck/model/records.h"

static void assert_value(const char *object, const char *key, const char *value)
{
	size_t count;
	struct param *rows = params_rows(object, &count);

	assert_int_equal(count, 1);
	assert_string_equal(rows[0].key, key);
	assert_string_equal(rows[0].value, value);
	params_free(rows, count);
}

static void one_value_is_found(void **state)
{
	static const char object[] = "{\"a\":\"sales\",\"b\":[1,{\"c\":null}],\"d\":42}";
	static const char *const pairs[][2] = { { "a", "sales" }, { "b", "[1,{\"c\":null}]" }, { "d", "42" } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
		char *value = params_value(object, pairs[i][0]);

		assert_string_equal(value, pairs[i][1]);
		free(value);
	}
	assert_null(params_value(object, "c"));
	assert_null(params_value("{}", "a"));
	assert_null(params_value("[]", "a"));
}

static void values_are_shown_as_text(void **state)
{
	(void)state;
	assert_value("{\"a\":\"sales\"}", "a", "sales");
	assert_value("{\"a\":42}", "a", "42");
	assert_value("{\"a\":\"42\"}", "a", "\"42\"");
	assert_value("{\"a\":true}", "a", "true");
	assert_value("{\"a\":\"true\"}", "a", "\"true\"");
	assert_value("{\"a\":null}", "a", "null");
	assert_value("{\"a\":\"\"}", "a", "");
	assert_value("{\"a\":\" x \"}", "a", "\" x \"");
	assert_value("{\"a\":\"one\\ntwo\"}", "a", "\"one\\ntwo\"");
	assert_value("{\"a\":{\"b\":[0.1]}}", "a", "{\"b\":[0.1]}");
	assert_value("{\" k\":1}", "\" k\"", "1");
	assert_value("{\"a=b\":\"c=d\"}", "a=b", "c=d");
}

static void assert_object(const char *key, const char *value, const char *object)
{
	struct param row = { xstrdup(key), xstrdup(value) };
	struct err e = { 0 };
	size_t bad;
	char *made = params_object(&row, 1, &bad, &e);

	assert_non_null(made);
	assert_string_equal(made, object);
	free(made);
	free(row.key);
	free(row.value);
}

static void typed_text_becomes_a_value(void **state)
{
	(void)state;
	assert_object("a", "sales", "{\"a\":\"sales\"}");
	assert_object(" a ", "  sales ", "{\"a\":\"sales\"}");
	assert_object("a", "42", "{\"a\":42}");
	assert_object("ver", "1.10", "{\"ver\":\"1.10\"}");
	assert_object("a", "12E3", "{\"a\":\"12E3\"}");
	assert_object("a", "1.1", "{\"a\":1.1}");
	assert_object("a", "-0", "{\"a\":\"-0\"}");
	assert_object("a", "042", "{\"a\":\"042\"}");
	assert_object("a", "+15551234567", "{\"a\":\"+15551234567\"}");
	assert_object("a", "yes", "{\"a\":\"yes\"}");
	assert_object("a", "false", "{\"a\":false}");
	assert_object("a", "null", "{\"a\":null}");
	assert_object("a", "{ \"b\": 1 }", "{\"a\":{\"b\":1}}");
	assert_object("a", "{b}", "{\"a\":\"{b}\"}");
	assert_object("a", "\"42\"", "{\"a\":\"42\"}");
	assert_object("a", "", "{\"a\":\"\"}");
	assert_object("", "lost", "{}");
	assert_object("\" k\"", "1", "{\" k\":1}");
}

static void values_keep_their_types(void **state)
{
	static const char *const objects[] = {
		"{}",
		"{\"\":\"\",\"a\":1.0,\"b\":0.1,\"c\":[1,\"x\",null],\"d\":\"\\\"q\\\"\",\"e\":\"1e3\",\"f\":1e300}",
		"{\"customGreeting\":\"Thank you for calling Sales\",\"timezone\":\"America/New_York\"}",
		"{\"j\":\"a\u200db\",\"k\":\"tab\\there\",\"l\":\"\u00c4\u4e2d\"}",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(objects); i++) {
		struct err e = { 0 };
		size_t count, bad;
		char *canonical = params_canonical(objects[i], &e);
		struct param *rows = params_rows(canonical, &count);
		char *again = params_object(rows, count, &bad, &e);

		assert_non_null(again);
		assert_string_equal(again, canonical);
		params_free(rows, count);
		free(canonical);
		free(again);
	}
}

struct text_row {
	const char *key, *value;
};

static void assert_refused(const struct text_row *texts, size_t count, size_t row, const char *hint)
{
	struct param *rows = xcalloc(count, sizeof(*rows));
	struct err e = { 0 };
	size_t bad = SIZE_MAX;

	for (size_t i = 0; i < count; i++)
		rows[i] = (struct param){ xstrdup(texts[i].key), xstrdup(texts[i].value) };
	assert_null(params_object(rows, count, &bad, &e));
	assert_int_equal(e.code, ERR_FIELD_INVALID);
	assert_non_null(strstr(e.hint, hint));
	assert_int_equal(bad, row);
	params_free(rows, count);
}

static void wrong_rows_are_refused(void **state)
{
	static const char deep[] = "[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]";
	char *text = xcalloc(1, 20001);
	const struct text_row twice[] = { { "a", "1" }, { "b", "2" }, { " \"a\"", "3" } };
	const struct text_row nested[] = { { "a", "1" }, { "b", deep } };
	const struct text_row large[] = { { "a", text } };

	(void)state;
	assert_refused(twice, ARRAY_LEN(twice), 2, "already");
	assert_refused(nested, ARRAY_LEN(nested), 1, "nested");
	memset(text, 'x', 20000);
	assert_refused(large, ARRAY_LEN(large), 0, "too long");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_value_is_found),
		cmocka_unit_test(values_are_shown_as_text),
		cmocka_unit_test(typed_text_becomes_a_value),
		cmocka_unit_test(values_keep_their_types),
		cmocka_unit_test(wrong_rows_are_refused),
	};

	setlocale(LC_ALL, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
