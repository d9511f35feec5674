/*
 * Any text as the value of any field: the first two bytes choose the kind of record and its field. A value that is
 * accepted has a text that is accepted again and means the same, and JSON that is read back. Then the bytes as JSON.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/model/records.h"

const char fuzz_corpus[] = "tests/fuzz/corpus/fields";

static char *json_of(const struct record *r)
{
	struct buf text;

	buf_init(&text, BUF_UNBOUNDED);
	record_add_json(&text, r);
	return buf_take(&text);
}

/* A URL is written in its masked form, which is not read as a URL. */
static void check_text(const struct field *f, const struct record *r)
{
	char *text = field_get(f, r), *again;
	struct record copy;
	struct err e;

	record_init(&copy, r->entity);
	if (f->type != FIELD_URL) {
		FUZZ_ASSERT(field_set(f, &copy, text, &e) || (f->flags & FIELD_REQUIRED && !text[0]));
		again = field_get(f, &copy);
		FUZZ_ASSERT(strcmp(text, again) == 0);
		free(again);
	} else {
		FUZZ_ASSERT(!strchr(text, '@') && !strchr(text, '?'));
	}
	record_clear(&copy);
	free(text);
}

static void check_json(const struct record *r)
{
	char *text = json_of(r), *again;
	json_t *json = json_loads(text, 0, NULL);
	struct record back;
	struct err e;

	FUZZ_ASSERT(json);
	record_init(&back, r->entity);
	/* A required text that is empty is refused; only such a record is not read back. */
	if (record_from_json(&back, json, &e)) {
		again = json_of(&back);
		FUZZ_ASSERT(strcmp(text, again) == 0);
		free(again);
	}
	record_clear(&back);
	json_decref(json);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct record r;
	const struct field *f;
	size_t fields = 0;
	json_t *json;
	struct err e;
	char *text;

	if (len < 2)
		return 0;
	record_init(&r, (enum entity)(bytes[0] % ENTITY_COUNT));
	f = entity_fields(r.entity);
	while (f[fields].key)
		fields++;
	f += bytes[1] % fields;
	text = xstrndup((const char *)bytes + 2, len - 2);
	if (field_set(f, &r, text, &e)) {
		check_text(f, &r);
		check_json(&r);
	}
	json = json_loads(text, 0, NULL);
	if (json && record_from_json(&r, json, &e))
		check_json(&r);
	json_decref(json);
	free(text);
	record_clear(&r);
	return 0;
}
