/*
 * Any text as a filter. Reading it ends, an error is reported as a usage error, and the matches are the same whether
 * words are searched in the fields or in all of them at once.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/utf8.h"
#include "trunkdeck/model/filter_words.h"

const char fuzz_corpus[] = "tests/fuzz/corpus/filter";

#define NOW_US INT64_C(1767880800000000)

static const char *const texts[] = { "+41791234567", "Sales, zwei Zeilen", "0049301234", "2.5" };

static const char *get(const void *row, int field)
{
	(void)row;
	return texts[field];
}

static const char *param(const void *row, const char *name)
{
	(void)row;
	return name[0] == 'a' ? "sales" : NULL;
}

static void span(const void *row, int64_t *from_us, int64_t *to_us)
{
	(void)row;
	*from_us = NOW_US - 3600 * INT64_C(1000000);
	*to_us = NOW_US;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static const char *const fields[] = { "number", "label", "caller", "loss", NULL };
	static const struct filter_rows rows = { .fields = fields, .get = get, .param = param, .span = span, .phones = 5, .numbers = 8 };
	char *text = xstrndup((const char *)bytes, len);
	struct zone *utc = zone_open("UTC");
	struct filter_words *q = filter_words_new(text, &rows, utc, NOW_US);
	int64_t since_us, until_us;
	struct buf all;
	bool matches;

	buf_init(&all, BUF_UNBOUNDED);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		utf8_lower(&all, texts[i]);
		buf_addc(&all, '\n');
	}
	matches = filter_words_match(q, NULL, NULL);
	/* A text with a line end may match across fields, but no single field. */
	FUZZ_ASSERT(strchr(text, '\n') || filter_words_match(q, all.p, NULL) == matches);
	FUZZ_ASSERT(!filter_words_error(q) || filter_words_error(q)->code == ERR_USAGE);
	filter_words_period(q, &since_us, &until_us);
	FUZZ_ASSERT(!matches || (since_us <= NOW_US - 3600 * INT64_C(1000000) && (until_us == 0 || until_us > NOW_US - 3600 * INT64_C(1000000))));
	for (int i = 0; fields[i]; i++)
		(void)filter_words_field(q, i);
	buf_clear(&all);
	filter_words_free(&q);
	zone_free(&utc);
	free(text);
	return 0;
}
