/*
 * What is typed after `/` (and given to --where): words that must all match. `word` looks anywhere, `field:value` in one
 * field, a leading `!` negates. Smart case: an upper-case letter makes the word exact. Pure.
 */
#ifndef TRUNKDECK_MODEL_FILTER_WORDS_H
#define TRUNKDECK_MODEL_FILTER_WORDS_H

#include <stdbool.h>
#include <stddef.h>

struct query;

/* The text of a field of the row being matched; NULL = the row has no such field. */
typedef const char *query_get_fn(const void *row, int field);

struct query *query_new(const char *text, const char *const *fields);	/* fields: names, NULL at the end; static */
void query_free(struct query **q);
bool query_is_empty(const struct query *q);
/* A word names a field that does not exist: the word, for a message; else NULL. Such a word is looked for anywhere. */
const char *query_unknown_field(const struct query *q);
/* The text of the first word that must be in this field, NULL = no word says. */
const char *query_field(const struct query *q, int field);
/* `all`: the texts of the row in one, in lower case (utf8_lower), where words without a field are looked for; NULL = in each field in turn. A list of
 * many rows keeps such a text per row: looking into one is several times faster. */
bool query_match(const struct query *q, const char *all, query_get_fn *get, const void *row);

#endif
