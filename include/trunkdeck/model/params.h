/*
 * The additional parameters of a number as rows an operator can edit: `key = value`.
 *
 * A value keeps its JSON type through its text: what reads as JSON (42, true, null, {"a":1}, "quoted") is that value, anything
 * else is a string. So a string that would read as something else, or that a line can't show as it is (line ends, blanks
 * at its ends), is written in quotes. Keys are strings; quotes around them mean the same. Pure functions.
 */
#ifndef TRUNKDECK_MODEL_PARAMS_H
#define TRUNKDECK_MODEL_PARAMS_H

#include <stdbool.h>
#include <stddef.h>

#include "trunkdeck/base/err.h"

/* Heap texts. */
struct param {
	char *key;
	char *value;
};

/* The rows of a JSON object text, in its order; none when it is no object. Caller frees with params_free(). */
struct param *params_rows(const char *object, size_t *count);
void params_free(struct param *rows, size_t count);
/* The canonical object of the rows; rows with an empty key are left out. NULL, *e (ERR_FIELD_INVALID) and *bad, the row that
 * is wrong: a key that is there twice, or a value that is nested too deeply or too long. Caller frees. */
char *params_object(const struct param *rows, size_t count, size_t *bad, struct err *e);

#endif
