/* The country codes as a table, for e164.c and its tests. Built at the first use; any thread. */
#ifndef TD_MODEL_COUNTRIES_H
#define TD_MODEL_COUNTRIES_H

#include <stddef.h>

#include "trunkdeck/e164.h"
#include "trunkdeck/str.h"

/* Of digits without '+': the row with the longest code that starts them, NULL when no code does. */
const struct country *country_of_digits(struct str digits);
/* All rows in the order of data/countries.tsv. */
const struct country *country_rows(size_t *count);

#endif
