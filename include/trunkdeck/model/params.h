/*
 * The additional parameters of a number as rows that an operator can edit: `key = value`.
 *
 * The text of a value keeps its JSON type. A text that is JSON (42, true, null, {"a":1}, "quoted") has that value; any
 * other text is a string. So a string is quoted if it would be read as another value, or if a line cannot show it (line
 * ends, blanks at its ends). Keys are strings, and may be quoted. Pure functions.
 */
#ifndef TRUNKDECK_MODEL_PARAMS_H
#define TRUNKDECK_MODEL_PARAMS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "trunkdeck/base/err.h"

/* Both texts are on the heap. */
struct param {
	char *key;
	char *value;
};

/* The value of one parameter of a JSON object: a string as it is, another value as compact JSON. NULL = there is none.
 * Caller frees. */
char *params_value(const char *object, const char *key);
/* Returns the rows of a JSON object in its order; none if it is not an object. Caller frees with params_free(). */
struct param *params_rows(const char *object, size_t *count);
void params_free(struct param *rows, size_t count);
/* Returns a value as compact JSON, with the fewest digits that read back as the same number, as in the canonical form.
 * What a line cannot show is escaped. Caller frees. */
char *params_json_text(const json_t *value);
/* Returns the canonical object of the rows that have a key; caller frees. NULL with *e (ERR_FIELD_INVALID) and *bad,
 * the index of the wrong row: its key is there twice, or its value is nested too deeply or too long. */
char *params_object(const struct param *rows, size_t count, size_t *bad, struct err *e);

#endif
