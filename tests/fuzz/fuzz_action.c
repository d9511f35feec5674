/*
 * The action serializer with any texts. The input is cut at NUL into the action, then keys and values in turn. The
 * output is one action within Asterisk's limits with exactly the given lines, or nothing.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "trunkdeck/ami/action.h"
#include "trunkdeck/base/mem.h"

const char fuzz_corpus[] = "tests/fuzz/corpus/action";

#define MAX_FIELDS 200

static void check_action(const struct buf *out, size_t fields)
{
	const char *at = out->p;
	size_t lines = 0;

	FUZZ_ASSERT(strlen(out->p) == out->len);
	while (strncmp(at, "\r\n", 2) != 0) {
		const char *end = strstr(at, "\r\n");

		FUZZ_ASSERT(end && end + 2 - at <= AMI_MAX_LINE);
		FUZZ_ASSERT(!memchr(at, '\n', (size_t)(end - at)) && !memchr(at, '\r', (size_t)(end - at)));
		FUZZ_ASSERT(strstr(at, ": ") && strstr(at, ": ") < end);
		lines++;
		at = end + 2;
	}
	FUZZ_ASSERT(at[2] == '\0');
	FUZZ_ASSERT(lines == fields + 2 && lines <= AMI_MAX_ACTION_HEADERS);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct ami_field fields[MAX_FIELDS + 1] = { { NULL, NULL } };
	char *text = xmalloc(len + 1), *end = text + len, *at;
	struct err e = { 0 };
	struct buf out;
	size_t n = 0;

	memcpy(text, bytes, len);
	*end = '\0';
	at = text + strlen(text) + 1;
	while (n < MAX_FIELDS && at < end) {
		char *value = at + strlen(at) + 1;

		if (value > end)
			break;
		fields[n++] = (struct ami_field){ at, value };
		at = value + strlen(value) + 1;
	}
	buf_init(&out, BUF_UNBOUNDED);
	if (ami_action_write(&out, text, 1, fields, &e))
		check_action(&out, n);
	else
		FUZZ_ASSERT(out.len == 0 && e.code == ERR_SERVER_REFUSED);
	buf_clear(&out);
	free(text);
	return 0;
}
