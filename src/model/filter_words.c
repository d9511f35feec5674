#include "config.h"

#include "trunkdeck/model/filter_words.h"

#include <stdlib.h>
#include <string.h>

#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/utf8.h"

#define TERMS_MAX 16

struct term {
	char *text;
	int field;			/* -1 = any */
	bool negated;
	bool exact;			/* holds an upper-case letter */
};

struct filter_words {
	struct term terms[TERMS_MAX];
	size_t count;
	int field_count;
	char *unknown;
};

static int field_index(const char *const *fields, const char *name, size_t len)
{
	for (int i = 0; fields[i]; i++) {
		if (strlen(fields[i]) == len && strncmp(fields[i], name, len) == 0)
			return i;
	}
	return -1;
}

static bool has_upper(const char *text)
{
	struct buf lower;
	bool upper;

	buf_init(&lower, BUF_UNBOUNDED);
	utf8_lower(&lower, text);
	upper = strcmp(lower.p, text) != 0;
	buf_clear(&lower);
	return upper;
}

/* One word without blanks: [!][field:]text. */
static void add_term(struct filter_words *q, const char *const *fields, const char *word, size_t len)
{
	struct term *t = &q->terms[q->count];
	const char *colon;

	t->negated = word[0] == '!';
	word += t->negated;
	len -= t->negated;
	colon = memchr(word, ':', len);
	t->field = colon ? field_index(fields, word, (size_t)(colon - word)) : -1;
	if (colon && t->field < 0 && !q->unknown)
		q->unknown = xstrndup(word, (size_t)(colon - word));
	if (t->field >= 0) {
		len -= (size_t)(colon + 1 - word);
		word = colon + 1;
	}
	if (len == 0)
		return;
	t->text = xstrndup(word, len);
	t->exact = has_upper(t->text);
	q->count++;
}

struct filter_words *filter_words_new(const char *text, const char *const *fields)
{
	struct filter_words *q = xcalloc(1, sizeof(*q));

	while (fields[q->field_count])
		q->field_count++;
	for (text += strspn(text, " "); *text != '\0' && q->count < TERMS_MAX; text += strspn(text, " ")) {
		size_t len = strcspn(text, " ");

		add_term(q, fields, text, len);
		text += len;
	}
	return q;
}

void filter_words_free(struct filter_words **q)
{
	if (!*q)
		return;
	for (size_t i = 0; i < (*q)->count; i++)
		free((*q)->terms[i].text);
	free((*q)->unknown);
	FREE(q);
}

bool filter_words_is_empty(const struct filter_words *q)
{
	return q->count == 0;
}

const char *filter_words_unknown_field(const struct filter_words *q)
{
	return q->unknown;
}

const char *filter_words_field(const struct filter_words *q, int field)
{
	for (size_t i = 0; i < q->count; i++)
		if (q->terms[i].field == field && !q->terms[i].negated)
			return q->terms[i].text;
	return NULL;
}

static bool field_has(filter_get_fn *get, const void *row, int field, const char *text)
{
	const char *value = get(row, field);

	return value && utf8_find(value, text);
}

static bool term_match(const struct filter_words *q, const struct term *t, const char *all, filter_get_fn *get, const void *row)
{
	if (t->field >= 0)
		return field_has(get, row, t->field, t->text);
	if (all && !t->exact)
		return strstr(all, t->text) != NULL;
	for (int i = 0; i < q->field_count; i++) {
		if (field_has(get, row, i, t->text))
			return true;
	}
	return false;
}

bool filter_words_match(const struct filter_words *q, const char *all, filter_get_fn *get, const void *row)
{
	for (size_t i = 0; i < q->count; i++) {
		if (term_match(q, &q->terms[i], all, get, row) == q->terms[i].negated)
			return false;
	}
	return true;
}
