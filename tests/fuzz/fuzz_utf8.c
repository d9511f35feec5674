/*
 * Cleans any bytes for a terminal. The output is valid UTF-8 and moves no cursor, changes no direction and piles
 * nothing up on one cell. Cleaning it again changes nothing. It is cut and padded to exactly the given columns.
 */
#include "config.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "fuzz.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/utf8.h"

const char fuzz_corpus[] = "tests/fuzz/corpus/utf8";

#define MARKS_MAX 3

static bool moves_text(uint32_t code)
{
	return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x061c || (code >= 0x200b && code <= 0x200f) ||
		(code >= 0x2028 && code <= 0x202e) || (code >= 0x2060 && code <= 0x206f) || code == 0xfeff;
}

static void check_clean(const char *clean)
{
	struct str rest = str_of(clean);
	int marks = MARKS_MAX;
	uint32_t code;
	size_t bytes;

	FUZZ_ASSERT(utf8_valid(rest));
	for (; (bytes = utf8_next(rest, &code)); rest = (struct str){ rest.p + bytes, rest.len - bytes }) {
		FUZZ_ASSERT(!moves_text(code));
		marks = wcwidth((wchar_t)code) == 0 ? marks + 1 : 0;
		FUZZ_ASSERT(marks <= MARKS_MAX);
	}
}

static void check_columns(const char *clean, int columns)
{
	struct buf b;
	int width;

	buf_init(&b, BUF_UNBOUNDED);
	utf8_pad(&b, clean, columns, columns % 2);
	FUZZ_ASSERT(utf8_width(b.p) == columns);
	FUZZ_ASSERT(utf8_valid((struct str){ clean, utf8_fit(clean, columns, &width) }));
	FUZZ_ASSERT(width <= columns);
	buf_clear(&b);
}

/* A cursor that walks forwards and one that walks backwards stop at the same places. */
static void check_steps(const char *clean)
{
	size_t end = strlen(clean), at = 0, steps = 0;

	for (; at < end; steps++)
		at = utf8_forward(clean, at);
	FUZZ_ASSERT(at == end);
	for (; at > 0; steps--)
		at = utf8_backward(clean, at);
	FUZZ_ASSERT(steps == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	char *clean, *twice;

	if (!setlocale(LC_ALL, "C.UTF-8"))
		abort();
	clean = utf8_clean_dup((struct str){ (const char *)bytes, len });
	twice = utf8_clean_dup(str_of(clean));
	FUZZ_ASSERT(!strcmp(clean, twice));
	check_clean(clean);
	check_steps(clean);
	for (int columns = 1; columns < 9; columns++)
		check_columns(clean, columns);
	free(twice);
	free(clean);
	return 0;
}
