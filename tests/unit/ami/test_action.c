/* The serializer writes exactly the action that was asked for, or nothing. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "trunkdeck/ami/action.h"
#include "trunkdeck/base/mem.h"

static void writes(void **state)
{
	const struct ami_field fields[] = { { "Family", "trunkdeck" }, { "Key", "+15551234567" }, { "Val", "" }, { NULL, NULL } };
	struct err e = { 0 };
	struct buf b;

	(void)state;
	buf_init(&b, BUF_UNBOUNDED);
	assert_true(ami_action_write(&b, "DBPut", UINT64_MAX, fields, &e));
	assert_true(ami_action_write(&b, "Logoff", 0, NULL, &e));
	assert_string_equal(b.p, "Action: DBPut\r\nActionID: 18446744073709551615\r\nFamily: trunkdeck\r\nKey: +15551234567\r\n"
				 "Val: \r\n\r\nAction: Logoff\r\n\r\n");
	buf_clear(&b);
}

static void refused(const char *action, const char *key, const char *value)
{
	const struct ami_field fields[] = { { "First", "1" }, { key, value }, { NULL, NULL } };
	struct err e = { 0 };
	struct buf b;

	buf_init(&b, BUF_UNBOUNDED);
	buf_adds(&b, "as before");
	assert_false(ami_action_write(&b, action, 1, fields, &e));
	assert_int_equal(e.code, ERR_SERVER_REFUSED);
	assert_true(strlen(e.message) > 0);
	assert_true(!*value || !strstr(e.message, value));
	assert_string_equal(b.p, "as before");
	assert_false(b.overflow);
	buf_clear(&b);
}

/* Tries each line break at each place of each part. */
static void line_breaks(void **state)
{
	static const char *const breaks[] = { "\r", "\n", "\r\n", "\n\r", "\r\n\r\nAction: DBPut\r\nFamily: y" };
	static const char *const places[] = { "%sText", "Te%sxt", "Text%s", "%s" };
	char text[64];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(breaks) * ARRAY_LEN(places); i++) {
		const char *place = places[i % ARRAY_LEN(places)], *at = strchr(place, '%');

		snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - place), place, breaks[i / ARRAY_LEN(places)], at + 2);
		refused(text, "Val", "1");
		refused("DBPut", text, "1");
		refused("DBPut", "Val", text);
	}
}

static void malformed_names(void **state)
{
	(void)state;
	refused("DBPut", "Val: x", "1");
	refused("DBPut", "", "1");
	refused("", "Val", "1");
}

/* A text ends with its NUL: neither the NUL nor anything after it is written. */
static void a_text_ends_at_its_nul(void **state)
{
	const struct ami_field fields[] = { { "Val\0: y\r\nX", "a\0b\r\nAction: Originate" }, { NULL, NULL } };
	static const char written[] = "Action: DBPut\r\nVal: a\r\n\r\n";
	struct err e = { 0 };
	struct buf b;

	(void)state;
	buf_init(&b, BUF_UNBOUNDED);
	assert_true(ami_action_write(&b, "DBPut\0\r\nX", 0, fields, &e));
	assert_int_equal(b.len, strlen(written));
	assert_memory_equal(b.p, written, b.len);
	buf_clear(&b);
}

/* A line has at most 1024 bytes with key, colon, blank, and CR LF. */
static void long_lines(void **state)
{
	char value[1025];
	struct ami_field fields[] = { { "Val", value }, { NULL, NULL } };
	struct err e = { 0 };
	struct buf b;

	(void)state;
	memset(value, 'x', sizeof(value));
	value[1024 - 7] = '\0';
	buf_init(&b, BUF_UNBOUNDED);
	assert_true(ami_action_write(&b, "DBPut", 1, fields, &e));
	buf_clear(&b);
	value[1024 - 7] = 'x';
	value[1024 - 6] = '\0';
	refused("DBPut", "Val", value);
}

static void many_headers(void **state)
{
	struct ami_field fields[AMI_MAX_ACTION_HEADERS + 1] = { { NULL, NULL } };
	struct err e = { 0 };
	struct buf b;

	(void)state;
	buf_init(&b, BUF_UNBOUNDED);
	for (int i = 0; i < AMI_MAX_ACTION_HEADERS - 2; i++)
		fields[i] = (struct ami_field){ "Variable", "a=1" };
	assert_true(ami_action_write(&b, "Originate", 1, fields, &e));
	fields[AMI_MAX_ACTION_HEADERS - 2] = fields[0];
	buf_reset(&b);
	assert_false(ami_action_write(&b, "Originate", 1, fields, &e));
	assert_int_equal(b.len, 0);
	assert_true(ami_action_write(&b, "Originate", 0, fields, &e));
	buf_clear(&b);
}

static void full_buffer(void **state)
{
	const struct ami_field fields[] = { { "Val", "0123456789" }, { NULL, NULL } };
	struct err e = { 0 };
	struct buf b;

	(void)state;
	buf_init(&b, 64);
	assert_true(ami_action_write(&b, "Ping", 1, NULL, &e));
	const size_t len = b.len;

	assert_false(ami_action_write(&b, "DBPut", 2, fields, &e));
	assert_int_equal(e.code, ERR_SERVER_REFUSED);
	assert_int_equal(b.len, len);
	assert_false(b.overflow);
	buf_clear(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes), cmocka_unit_test(line_breaks), cmocka_unit_test(malformed_names), cmocka_unit_test(a_text_ends_at_its_nul),
		cmocka_unit_test(long_lines),
		cmocka_unit_test(many_headers), cmocka_unit_test(full_buffer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
