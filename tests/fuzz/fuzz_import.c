/*
 * Any file as a list of numbers. Reading ends, every cell has a name, a number that is accepted is a number, and the text of
 * a CSV cell is valid UTF-8.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/utf8.h"
#include "trunkdeck/import/import.h"

const char fuzz_corpus[] = "tests/data/imports";

static void read_numbers(const char *text)
{
	const struct import_countries all[] = { { 0 }, { .international = true }, { .home = e164_country_named("GB") } };
	char number[E164_SIZE], *one;
	struct err e;

	while ((one = import_next_number(&text))) {
		for (size_t i = 0; i < ARRAY_LEN(all); i++) {
			if (import_number(one, "44", &all[i], number, &e) || import_number(one, "", &all[i], number, &e))
				FUZZ_ASSERT(e164_check(number, NULL, NULL));
			else
				FUZZ_ASSERT(e.code == ERR_NUMBER_FORMAT || e.code == ERR_NUMBER_REQUIRED);
		}
		free(one);
	}
}

static void read_row(const struct import_row *row)
{
	const struct import_choice choice = { 0 };
	const char *names[IMPORT_COLUMNS_MAX];
	struct import_column columns[IMPORT_COLUMNS_MAX];
	struct err e;

	FUZZ_ASSERT(row->place > 0);
	for (size_t i = 0; i < row->count; i++) {
		const struct import_cell *c = &row->cells[i];

		FUZZ_ASSERT(c->name && !c->text == !!c->json);
		FUZZ_ASSERT(!c->text || utf8_valid(str_of(c->text)));
		names[i] = c->name;
		read_numbers(c->text ? c->text : json_is_string(c->json) ? json_string_value(c->json) : "");
	}
	import_map(ENTITY_NUMBER, &choice, names, row->count, columns, &e);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	FILE *file = tmpfile();
	struct import_reader *r;
	struct import_row row;
	struct err e;

	if (!file || fwrite(bytes, 1, len, file) != len || fflush(file) != 0)
		abort();
	r = import_open(file, ENTITY_NUMBER, &e);
	FUZZ_ASSERT(r || e.code != ERR_NONE);
	while (r && import_next(r, &row, &e))
		read_row(&row);
	import_close(&r);
	fclose(file);
	return 0;
}
