/*
 * The events of a test call, made of any bytes. Attempts are bounded, words of the dialplan are words, and a failure always
 * has a message and a hint.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "trunkdeck/routes/test_call.h"

const char fuzz_corpus[] = "tests/fuzz/corpus/test_call";

static void on_frame(void *arg, const struct ami_frame *f)
{
	test_call_event(arg, f, 5000000);
}

static bool is_word(const char *text)
{
	return text[strspn(text, "abcdefghijklmnopqrstuvwxyz_")] == '\0';
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct test_call t;
	struct ami_parser *p = ami_parser_new(false, on_frame, &t);
	struct err e = { .code = ERR_NONE };

	test_call_init(&t, 0xab);
	ami_parser_feed(p, (const char *)bytes, len);
	ami_parser_idle(p);
	ami_parser_free(&p);
	FUZZ_ASSERT(t.attempt_count <= TEST_ATTEMPTS);
	for (size_t i = 0; i < t.attempt_count; i++)
		FUZZ_ASSERT(is_word(t.attempts[i].way) && is_word(t.attempts[i].result));
	FUZZ_ASSERT(is_word(t.way) && is_word(t.turned_away) && is_word(t.cap));
	if (!test_call_ok(&t)) {
		test_call_why(&t, "+15551234567", &e);
		FUZZ_ASSERT(e.code == ERR_FOUND_WRONG && e.message[0] != '\0' && e.hint[0] != '\0');
	}
	return 0;
}
