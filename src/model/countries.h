/* The table of country codes, for e164.c and its tests. It is built at the first use. Any thread. */
#ifndef MODEL_COUNTRIES_H
#define MODEL_COUNTRIES_H

#include <stddef.h>

#include "trunkdeck/base/str.h"
#include "trunkdeck/model/e164.h"

/* Returns the row with the longest code that `digits` (without '+') start with, or NULL. */
const struct country *country_of_digits(struct str digits);
/* Returns all rows in the order of data/countries.tsv. */
const struct country *country_rows(size_t *count);

#endif
