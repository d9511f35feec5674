/*
 * What is typed after `/` (and given to --where): words that must all match. `word` looks anywhere, `field:value` in one
 * field, a leading `!` negates. Smart case: an upper-case letter makes the word exact. Pure.
 */
#ifndef TRUNKDECK_MODEL_FILTER_WORDS_H
#define TRUNKDECK_MODEL_FILTER_WORDS_H

#include <stdbool.h>
#include <stddef.h>

struct filter_words;

/* The text of a field of the row being matched; NULL = the row has no such field. */
typedef const char *filter_get_fn(const void *row, int field);

struct filter_words *filter_words_new(const char *text, const char *const *fields);	/* fields: names, NULL at the end; static */
void filter_words_free(struct filter_words **q);
bool filter_words_is_empty(const struct filter_words *q);
/* A word names a field that does not exist: the word, for a message; else NULL. Such a word is looked for anywhere. */
const char *filter_words_unknown_field(const struct filter_words *q);
/* The text of the first word that must be in this field, NULL = no word says. */
const char *filter_words_field(const struct filter_words *q, int field);
/* `all`: the texts of the row in one, in lower case (utf8_lower), where words without a field are looked for; NULL = in each field in turn. A list of
 * many rows keeps such a text per row: looking into one is several times faster. */
bool filter_words_match(const struct filter_words *q, const char *all, filter_get_fn *get, const void *row);

#endif
