/* The country codes as a table, for e164.c and its tests. Built at the first use; any thread. */
#ifndef MODEL_COUNTRIES_H
#define MODEL_COUNTRIES_H

#include <stddef.h>

#include "trunkdeck/base/str.h"
#include "trunkdeck/model/e164.h"

/* Of digits without '+': the row with the longest code that starts them, NULL when no code does. */
const struct country *country_of_digits(struct str digits);
/* All rows in the order of data/countries.tsv. */
const struct country *country_rows(size_t *count);

#endif
