/*
 * The filter grammar, the same for `/` on the screen and --where in batch. Words are separated by blanks. A row is
 * shown when every word matches:
 *
 *   word           some field contains it
 *   field:value    this field contains it
 *   field:>1.5     this field's number is greater; also field:<3. In fields of numbers only
 *   params.NAME:value  the parameter NAME contains it, where rows have parameters
 *   !word          the word does not match
 *   "two words"    blanks and ':' belong to the word; also field:"two words"
 *   since:MOMENT   the row began then or later; MOMENT is what zone_parse_moment() takes: 1h, 23:35, today, 2026-11-22
 *   until:MOMENT   the row began before it
 *   at:MOMENT      the row had begun and was not over yet
 *
 * Smart case: a word with an upper-case letter matches only as it is written. In fields of telephone numbers, a number
 * is found as people write it: 0791234567, 079 123 45 67 and 0041791234567 find +41791234567. Pure; any thread.
 */
#ifndef TRUNKDECK_MODEL_FILTER_WORDS_H
#define TRUNKDECK_MODEL_FILTER_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trunkdeck/base/err.h"
#include "trunkdeck/base/zone.h"

struct filter_words;

/* Returns the text of a field; NULL = the row has none. It is used only until the next call. */
typedef const char *filter_get_fn(const void *row, int field);
/* Returns the text of the row's parameter `name`; NULL = the row has none. It is used only until the next call. */
typedef const char *filter_param_fn(const void *row, const char *name);
/* Sets when the row began and when it was over, in wall time; INT64_MAX = not over yet. */
typedef void filter_span_fn(const void *row, int64_t *from_us, int64_t *to_us);

#define FILTER_FIELD(field) (UINT32_C(1) << (field))

/* One kind of row. It must outlive the words that are made for it. */
struct filter_rows {
	const char *const *fields;	/* names, NULL at the end */
	filter_get_fn *get;
	filter_param_fn *param;		/* NULL = rows have no parameters, and no fields params.NAME: */
	filter_span_fn *span;		/* NULL = rows have no time, and no fields since:, until: and at: */
	uint32_t phones;		/* FILTER_FIELD bits of the fields that hold telephone numbers */
	uint32_t numbers;		/* ... of fields that hold one decimal number, and can be compared */
	uint32_t changing;		/* ... of fields that are not in `all`, see filter_words_match() */
	uint32_t by_name;		/* ... of fields that words without a field do not match */
};

/* Never returns NULL. zone and now_us are used to read moments; zone may be NULL if rows have no time. */
struct filter_words *filter_words_new(const char *text, const struct filter_rows *rows, const struct zone *zone, int64_t now_us);
void filter_words_free(struct filter_words **q);
bool filter_words_is_empty(const struct filter_words *q);
/* Is a word ignored because nothing stands behind its field, or it is wrong? More rows match than may be meant. */
bool filter_words_is_unfinished(const struct filter_words *q);
/* The error in the text: ERR_USAGE with a message and a hint; NULL = none. A wrong word is ignored in matching. */
const struct err *filter_words_error(const struct filter_words *q);
/* Does a word name a parameter? */
bool filter_words_has_param(const struct filter_words *q);
/* The text of the first word that must be in this field; NULL = there is none. */
const char *filter_words_field(const struct filter_words *q, int field);
/* A period within which every matching row began: *until_us is excluded; 0 = open. */
void filter_words_period(const struct filter_words *q, int64_t *since_us, int64_t *until_us);
/* Sets all that the changing fields of any row can contain, in lower case. Other words are not searched for in them. */
void filter_words_limit_changing(struct filter_words *q, const char *texts);
/* `all`: the row's fields in one text in lower case (utf8_lower), where words without a field are searched for. NULL =
 * read each field. A list of many rows keeps such a text for each row, because that is several times faster. */
bool filter_words_match(const struct filter_words *q, const char *all, const void *row);
/* Does every row that matches `to` also match `from`? False when that is not certain. While a filter is typed, its rows
 * can then be searched for among the rows of the previous text. */
bool filter_words_narrows(const char *from, const char *to);
/* The name of field i. since, until and at are last, if rows have a time. NULL after the last one. */
const char *filter_rows_field(const struct filter_rows *rows, size_t i);

#endif
