/*
 * The filter grammar, the same for `/` on the screen and --where in batch. Words are separated by blanks, and a row is shown when
 * every word matches:
 *
 *   word           some field contains it
 *   field:value    this field contains it
 *   !word          the word does not match
 *   "two words"    blanks and ':' belong to the word; also field:"two words"
 *   since:MOMENT   the row began then or later; MOMENT is what zone_parse_moment() takes: 1h, 23:35, today, 2026-11-22
 *   until:MOMENT   the row began before
 *   at:MOMENT      the row had begun and was not over yet
 *
 * Smart case: a word with an upper-case letter matches only as it is written. In fields that hold telephone numbers a number is
 * found as people write it: 0791234567, 079 123 45 67 and 0041791234567 find +41791234567. Pure functions; any thread.
 */
#ifndef TRUNKDECK_MODEL_FILTER_WORDS_H
#define TRUNKDECK_MODEL_FILTER_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trunkdeck/base/err.h"
#include "trunkdeck/base/zone.h"

struct filter_words;

/* The text of a field; NULL = the row has none. It is used before the next call only. */
typedef const char *filter_get_fn(const void *row, int field);
/* When the row began and when it was over, in wall time; INT64_MAX = it is not over. */
typedef void filter_span_fn(const void *row, int64_t *from_us, int64_t *to_us);

#define FILTER_FIELD(field) (UINT32_C(1) << (field))

/* One kind of row. It must live as long as the words made for it. */
struct filter_rows {
	const char *const *fields;	/* names, NULL at the end */
	filter_get_fn *get;
	filter_span_fn *span;		/* NULL = rows have no time, and since:, until: and at: are no fields */
	uint32_t phones;		/* FILTER_FIELD bits of the fields that hold telephone numbers */
	uint32_t changing;		/* ... of those that are not part of `all`, see filter_words_match() */
	uint32_t by_name;		/* ... of those that words without a field do not look into */
};

/* Never NULL. zone and now_us are for moments; zone may be NULL where rows have no time. */
struct filter_words *filter_words_new(const char *text, const struct filter_rows *rows, const struct zone *zone, int64_t now_us);
void filter_words_free(struct filter_words **q);
bool filter_words_is_empty(const struct filter_words *q);
/* What is wrong with the text: ERR_USAGE with a message and a hint; NULL = nothing. A wrong word takes no part in matching. */
const struct err *filter_words_error(const struct filter_words *q);
/* The text of the first word that must be in this field; NULL = there is none. */
const char *filter_words_field(const struct filter_words *q, int field);
/* A period within which every matching row began: *until_us is exclusive; 0 = open. */
void filter_words_period(const struct filter_words *q, int64_t *since_us, int64_t *until_us);
/* All that the changing fields of any row can contain, in lower case: words that are not in it are not looked for there. */
void filter_words_limit_changing(struct filter_words *q, const char *texts);
/* `all`: the fields of the row in one text in lower case (utf8_lower), in which words without a field are looked for; NULL = each
 * field is asked for. A list of many rows keeps such a text for each row: that is several times faster. */
bool filter_words_match(const struct filter_words *q, const char *all, const void *row);
/* Does every row that matches `to` match `from`, too? False when that is not certain. The rows of a filter that is being typed
 * are then found among those of the text before. */
bool filter_words_narrows(const char *from, const char *to);
/* The name of field i, with since, until and at last where rows have a time; NULL behind the last one. */
const char *filter_rows_field(const struct filter_rows *rows, size_t i);

#endif
