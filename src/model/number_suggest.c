/*
 * Two numbers are compared by their digits: once in full, and once without country code and trunk zeros, because a
 * carrier's form may lack the front of the number. The smaller distance counts.
 */
#include "config.h"

#include "trunkdeck/model/number_suggest.h"

#include <string.h>

#include "trunkdeck/base/mem.h"

#define DIGITS_MAX STR_WORD_MAX
#define NATIONAL_MAX 10			/* digits; a longer number without a prefix includes its country code */
#define SHORT_MAX 6

static const char *const forms[] = {
#define WIRE_FORM_ROW(id, text) [WIRE_FORM_##id] = text,
	WIRE_FORM_TABLE(WIRE_FORM_ROW)
#undef WIRE_FORM_ROW
};

const char *wire_form_text(enum wire_form f)
{
	return _(forms[f]);
}

/* Returns false if the text has other characters than digits and separators, or too many digits. */
static bool digits_of(const char *text, char out[DIGITS_MAX + 1])
{
	size_t n = 0;

	for (; *text; text++) {
		if (*text >= '0' && *text <= '9' && n < DIGITS_MAX)
			out[n++] = *text;
		else if (!strchr("+ -./()", *text))
			return false;
	}
	out[n] = '\0';
	return n > 0;
}

enum wire_form wire_form_of(const char *text)
{
	char digits[DIGITS_MAX + 1], full[DIGITS_MAX + 2];
	size_t len;

	if (e164_check(text, NULL, NULL))
		return WIRE_FORM_E164;
	if (strchr(text, ';'))
		return e164_from_wire(str_of(text), NULL, full) ? WIRE_FORM_PARAMETERS : WIRE_FORM_OTHER;
	if (!digits_of(text, digits))
		return WIRE_FORM_OTHER;
	len = strlen(digits);
	if (len <= SHORT_MAX)
		return WIRE_FORM_SHORT;
	if (strncmp(digits, "00", 2) == 0)
		return WIRE_FORM_ZEROS;
	full[0] = '+';
	memcpy(full + 1, digits, len + 1);
	if (digits[0] == '0' || len <= NATIONAL_MAX || !e164_check(full, NULL, NULL))
		return WIRE_FORM_NATIONAL;
	return WIRE_FORM_NO_PLUS;
}

static const char *without_zeros(const char *digits)
{
	return digits + strspn(digits, "0");
}

static size_t distance_to(const char *digits, const struct number *n)
{
	const struct country *country = e164_country(str_of(n->e164));
	const char *all = n->e164 + strspn(n->e164, "+");
	size_t full = str_distance(without_zeros(digits), all);
	size_t national = country ? str_distance(without_zeros(digits), all + strlen(country->code)) : full;

	return full < national ? full : national;
}

/* Inserts into `out` and keeps it sorted. Of equal entries the first one stays first. */
static size_t insert(struct number_suggestion *out, size_t used, size_t max, struct number_suggestion one)
{
	size_t at = used;

	while (at > 0 && out[at - 1].distance > one.distance)
		at--;
	if (at == max)
		return used;
	if (used < max)
		used++;
	memmove(&out[at + 1], &out[at], (used - at - 1) * sizeof(*out));
	out[at] = one;
	return used;
}

size_t number_suggest(const char *text, const struct number *const *numbers, size_t count, struct number_suggestion *out,
		    size_t max)
{
	char digits[DIGITS_MAX + 1];
	size_t used = 0;

	if (!digits_of(text, digits))
		return 0;
	for (size_t i = 0; i < count; i++) {
		size_t distance = distance_to(digits, numbers[i]);

		if (distance <= NUMBER_SUGGEST_DISTANCE_MAX)
			used = insert(out, used, max, (struct number_suggestion){ numbers[i], distance });
	}
	return used;
}
