#include "config.h"

#include "trunkdeck/model/filter_words.h"

#include <stdlib.h>
#include <string.h>

#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/utf8.h"
#include "trunkdeck/model/e164.h"

#define ANY_FIELD (-1)
#define PARAM_FIELD (-2)		/* params.NAME: `name` says which */
#define PARAM_PREFIX "params."

/* These fields come after the fields of the rows. */
static const char *const time_fields[] = { "since", "until", "at" };

struct term {
	char *text;
	int field;			/* index of filter_rows_field(), or one of the above */
	char *name;			/* of the parameter; NULL = it is no PARAM_FIELD */
	char compare;			/* '<' or '>': the field's number is less or greater than `limit`; 0 = it has the text */
	int64_t limit;			/* in millionths */
	bool negated;
	bool exact;			/* has an upper-case letter */
	bool literal;			/* was quoted */
	bool unchanging;		/* no changing field can contain it */
	int64_t moment_us;		/* the MOMENT of a field of time */
	char *typed;			/* this and `more` next words as a telephone number (e164_typed()), or NULL */
	size_t more;
};

struct filter_words {
	const struct filter_rows *rows;
	int field_count;		/* the number of fields without those of time */
	struct term *terms;
	size_t count, size;
	bool unfinished;
	struct err err;
};

static int field_count(const struct filter_rows *rows)
{
	int count = 0;

	while (rows->fields[count])
		count++;
	return count;
}

const char *filter_rows_field(const struct filter_rows *rows, size_t i)
{
	size_t count = (size_t)field_count(rows);

	if (i < count)
		return rows->fields[i];
	return rows->span && i - count < ARRAY_LEN(time_fields) ? time_fields[i - count] : NULL;
}

/* --- reading --- */

/* A field name begins with a letter. So "12:30" and "::1" name no field, but "sip:x@y" does. */
static bool is_name(struct str s)
{
	bool name = s.len > 0;

	for (size_t i = 0; i < s.len; i++) {
		char c = s.p[i];

		name = name && ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (i > 0 && ((c >= '0' && c <= '9') || strchr("_.-", c))));
	}
	return name;
}

static void refuse_field(struct filter_words *q, struct str name)
{
	const char *field;
	struct buf fields;

	if (q->err.code != ERR_NONE)
		return;
	buf_init(&fields, BUF_UNBOUNDED);
	for (size_t i = 0; (field = filter_rows_field(q->rows, i)); i++)
		buf_addf(&fields, "%s%s", i > 0 ? ", " : "", field);
	err_set_message(&q->err, ERR_USAGE, _("no such field: %.*s"), name.len < 40 ? (int)name.len : 40, name.p);
	if (q->rows->param)
		buf_adds(&fields, ", " PARAM_PREFIX "NAME");
	err_hint(&q->err, _("fields are %s"), fields.p);
	buf_clear(&fields);
}

/* Finds the field that a word begins with, and moves *word behind the colon. */
static bool take_field(struct filter_words *q, const char **word, struct term *t)
{
	const size_t prefix = strlen(PARAM_PREFIX);
	struct str name = { *word, strcspn(*word, " \":") };
	const char *known;

	t->field = ANY_FIELD;
	if ((*word)[name.len] != ':' || !is_name(name))
		return true;
	*word += name.len + 1;
	for (size_t i = 0; (known = filter_rows_field(q->rows, i)); i++) {
		if (str_eq(str_of(known), name)) {
			t->field = (int)i;
			return true;
		}
	}
	if (q->rows->param && str_starts(name, str_of(PARAM_PREFIX)) && name.len > prefix) {
		t->field = PARAM_FIELD;
		t->name = xstrndup(name.p + prefix, name.len - prefix);
		return true;
	}
	refuse_field(q, name);
	return false;
}

/* Reads up to the blank that ends the word. Blanks in quotes belong to the word; the end of the text ends quotes. */
static char *take_text(const char **at, bool *quoted)
{
	struct buf text;
	bool open = false;

	buf_init(&text, BUF_UNBOUNDED);
	*quoted = false;
	for (; **at != '\0' && (open || **at != ' '); ++*at) {
		if (**at == '"') {
			*quoted = true;
			open = !open;
		} else {
			buf_addc(&text, **at);
		}
	}
	return buf_take(&text);
}

/* Reads digits, perhaps with decimals and a per cent sign behind them, as millionths. */
static bool read_decimal(const char *text, int64_t *out)
{
	size_t whole = strspn(text, "0123456789"), decimals = text[whole] == '.' ? strspn(text + whole + 1, "0123456789") : 0;
	size_t end = whole + (decimals ? 1 + decimals : 0);

	if (!whole || whole > 12 || (text[end] && strcmp(text + end, "%") != 0))
		return false;
	*out = 0;
	for (size_t i = 0; i < whole; i++)
		*out = *out * 10 + (text[i] - '0');
	for (size_t i = 0; i < 6; i++)
		*out = *out * 10 + (i < decimals ? text[whole + 1 + i] - '0' : 0);
	return true;
}

/* Reads the comparison of a field of numbers, if the word has one. */
static bool take_comparison(struct filter_words *q, struct term *t)
{
	bool number = t->field >= 0 && t->field < q->field_count && (q->rows->numbers & FILTER_FIELD(t->field));

	if (!number || (t->text[0] != '<' && t->text[0] != '>'))
		return true;
	t->compare = t->text[0];
	if (read_decimal(t->text + 1, &t->limit))
		return true;
	if (q->err.code == ERR_NONE && t->text[1]) {
		err_set_message(&q->err, ERR_USAGE, _("%s:%.40s compares with no number"), q->rows->fields[t->field], t->text);
		err_hint(&q->err, _("write %s:%c2 or %s:%c0.5"), q->rows->fields[t->field], t->compare, q->rows->fields[t->field], t->compare);
	}
	return false;
}

static void add_term(struct filter_words *q, struct term *t, const struct zone *zone, int64_t now_us)
{
	bool time = t->field >= q->field_count, ok;
	struct buf lower;

	ok = t->text[0] != '\0';
	if (ok && time && !zone_parse_moment(zone, t->text, now_us, &t->moment_us)) {
		ok = false;
		if (q->err.code == ERR_NONE) {
			err_set_message(&q->err, ERR_USAGE, _("%s:%.40s is no moment"), time_fields[t->field - q->field_count], t->text);
			err_hint(&q->err, "%s", _("write 30m, 2h, 7d, 23:35, today, yesterday, 2026-11-22 or 2026-11-22T23:35"));
		}
	}
	if (!ok || !take_comparison(q, t)) {
		q->unfinished = true;
		free(t->text);
		free(t->name);
		return;
	}
	buf_init(&lower, BUF_UNBOUNDED);
	utf8_lower(&lower, t->text);
	t->exact = strcmp(lower.p, t->text) != 0;
	buf_clear(&lower);
	ARRAY_GROW(q->terms, q->count, q->size);
	q->terms[q->count++] = *t;
}

/* Could this word be a telephone number, or (goes_on) continue one? */
static bool is_digits(const struct filter_words *q, const struct term *t, bool goes_on)
{
	if (t->literal && goes_on)
		return false;
	if (t->field != ANY_FIELD && (goes_on || t->field < 0 || t->field >= q->field_count || !(q->rows->phones & FILTER_FIELD(t->field))))
		return false;
	return t->text[strspn(t->text, goes_on ? "0123456789-./()" : "+0123456789-./() ")] == '\0';
}

/* "079 123 45 67" is four words and one number. */
static void find_numbers(struct filter_words *q)
{
	for (size_t i = 0; i < q->count && q->rows->phones; i += q->terms[i].more + 1) {
		struct term *t = &q->terms[i];
		char typed[E164_TYPED_SIZE];
		struct buf text;

		if (!is_digits(q, t, false))
			continue;
		buf_init(&text, BUF_UNBOUNDED);
		buf_adds(&text, t->text);
		while (!t->negated && i + t->more + 1 < q->count && !t[t->more + 1].negated && is_digits(q, &t[t->more + 1], true))
			buf_adds(&text, t[++t->more].text);
		if (!e164_typed(text.p, typed))
			t->more = 0;
		else if (t->more > 0 || strchr("+08", typed[0]) || strcmp(typed, t->text) != 0)
			t->typed = xstrdup(typed);
		/* Otherwise a search for the word finds the same: it has no country or network prefix. */
		buf_clear(&text);
	}
}

struct filter_words *filter_words_new(const char *text, const struct filter_rows *rows, const struct zone *zone, int64_t now_us)
{
	struct filter_words *q = xcalloc(1, sizeof(*q));

	q->rows = rows;
	q->field_count = field_count(rows);
	for (text += strspn(text, " "); *text != '\0'; text += strspn(text, " ")) {
		struct term t = { .negated = *text == '!' };
		bool known;

		text += t.negated;
		known = take_field(q, &text, &t);
		t.text = take_text(&text, &t.literal);
		if (known)
			add_term(q, &t, zone, now_us);
		else
			free(t.text);
	}
	find_numbers(q);
	return q;
}

void filter_words_free(struct filter_words **q)
{
	if (!*q)
		return;
	for (size_t i = 0; i < (*q)->count; i++) {
		free((*q)->terms[i].text);
		free((*q)->terms[i].name);
		free((*q)->terms[i].typed);
	}
	free((*q)->terms);
	FREE(q);
}

bool filter_words_narrows(const char *from, const char *to)
{
	const char *word = from, *more = to + strlen(from);

	if (*from == '\0' || strncmp(from, to, strlen(from)) != 0)
		return false;
	for (const char *c = from; *c != '\0'; c++)
		word = *c == ' ' || *c == ':' ? c + 1 : word;
	/* All words must match, and a text that contains a longer word also contains the shorter one. But a colon or a
	 * quote changes the meaning of a word, digits may become a number in a country's form (whose prefixes have at
	 * most four), and a wrong moment or comparison is ignored. */
	return !strpbrk(from, "!\"<>") && !strpbrk(more, "!\":<>") && (strlen(word) > 4 || !strpbrk(more, "+0123456789-./()")) &&
	       !strstr(from, "since:") && !strstr(from, "until:") && !strstr(from, "at:");
}

bool filter_words_is_empty(const struct filter_words *q)
{
	return q->count == 0;
}

bool filter_words_is_unfinished(const struct filter_words *q)
{
	return q->unfinished;
}

const struct err *filter_words_error(const struct filter_words *q)
{
	return q->err.code != ERR_NONE ? &q->err : NULL;
}

bool filter_words_has_param(const struct filter_words *q)
{
	for (size_t i = 0; i < q->count; i++)
		if (q->terms[i].field == PARAM_FIELD)
			return true;
	return false;
}

const char *filter_words_field(const struct filter_words *q, int field)
{
	for (size_t i = 0; i < q->count; i++)
		if (q->terms[i].field == field && !q->terms[i].negated && q->terms[i].more == 0)
			return q->terms[i].text;
	return NULL;
}

void filter_words_period(const struct filter_words *q, int64_t *since_us, int64_t *until_us)
{
	*since_us = *until_us = 0;
	for (size_t i = 0; i < q->count; i++) {
		const struct term *t = &q->terms[i];
		int64_t until_us_of = t->moment_us + (t->field == q->field_count + 2);

		if (t->field < q->field_count || t->negated)
			continue;
		if (t->field == q->field_count)
			*since_us = t->moment_us > *since_us ? t->moment_us : *since_us;
		else if (*until_us == 0 || until_us_of < *until_us)
			*until_us = until_us_of;
	}
}

void filter_words_limit_changing(struct filter_words *q, const char *texts)
{
	for (size_t i = 0; i < q->count; i++)
		q->terms[i].unchanging = !strstr(texts, q->terms[i].text);
}

/* --- matching --- */

static bool field_has(const struct filter_rows *rows, const void *row, int field, const char *text)
{
	const char *value = rows->get(row, field);

	return value && utf8_find(value, text);
}

static bool time_matches(const struct filter_words *q, const struct term *t, const void *row)
{
	int64_t from_us, to_us;

	q->rows->span(row, &from_us, &to_us);
	switch (t->field - q->field_count) {
	case 0:
		return from_us >= t->moment_us;
	case 1:
		return from_us < t->moment_us;
	default:
		return from_us <= t->moment_us && t->moment_us < to_us;
	}
}

static bool number_compares(const struct filter_rows *rows, const void *row, const struct term *t)
{
	const char *value = rows->get(row, t->field);
	int64_t number;

	return value && read_decimal(value, &number) && (t->compare == '<' ? number < t->limit : number > t->limit);
}

static bool param_has(const struct filter_rows *rows, const void *row, const struct term *t)
{
	const char *value = rows->param(row, t->name);

	return value && utf8_find(value, t->text);
}

static bool text_matches(const struct filter_words *q, const struct term *t, const char *all, const void *row)
{
	uint32_t fields = ~q->rows->by_name;

	if (t->compare)
		return number_compares(q->rows, row, t);
	if (t->field == PARAM_FIELD)
		return param_has(q->rows, row, t);
	if (t->field != ANY_FIELD)
		return field_has(q->rows, row, t->field, t->text);
	if (all && !t->exact) {
		if (strstr(all, t->text))
			return true;
		fields = t->unchanging ? 0 : q->rows->changing;
	}
	for (int i = 0; i < q->field_count; i++)
		if ((fields & FILTER_FIELD(i)) && field_has(q->rows, row, i, t->text))
			return true;
	return false;
}

static bool number_matches(const struct filter_words *q, const struct term *t, const void *row)
{
	for (int i = 0; i < q->field_count; i++) {
		const char *number;

		if (t->field != ANY_FIELD ? t->field != i : !(q->rows->phones & FILTER_FIELD(i)))
			continue;
		number = q->rows->get(row, i);
		if (number && e164_is_written(number, t->typed))
			return true;
	}
	return false;
}

bool filter_words_match(const struct filter_words *q, const char *all, const void *row)
{
	for (size_t i = 0; i < q->count; i++) {
		const struct term *t = &q->terms[i];
		bool matches;

		if (t->typed && number_matches(q, t, row)) {
			if (t->negated)
				return false;
			i += t->more;
			continue;
		}
		matches = t->field >= q->field_count ? time_matches(q, t, row) : text_matches(q, t, all, row);
		if (matches == t->negated)
			return false;
	}
	return true;
}
