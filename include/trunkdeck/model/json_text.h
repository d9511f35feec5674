/* JSON values to text. Pure. */
#ifndef TRUNKDECK_MODEL_JSON_TEXT_H
#define TRUNKDECK_MODEL_JSON_TEXT_H

#include <jansson.h>
#include <stddef.h>

/* Returns any value as compact JSON. Each real number has the fewest digits with which all of them are read back
 * unchanged, so 0.1 is written as 0.1. `flags` are further ones of jansson, 0 = none. Caller frees. */
char *json_text(const json_t *value, size_t flags);

#endif
