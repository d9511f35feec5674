/*
 * "Which number did they mean?" - for what a carrier sends or an operator types that is not configured as it stands
 * (the commonest support question there is: with or without '+', 00, a national 0, a digit wrong). Pure.
 */
#ifndef TRUNKDECK_MODEL_NUMBER_SUGGEST_H
#define TRUNKDECK_MODEL_NUMBER_SUGGEST_H

#include <stdbool.h>
#include <stddef.h>

#include "trunkdeck/base/gettext.h"
#include "trunkdeck/model/e164.h"
#include "trunkdeck/model/records.h"

/* How a carrier may write a number: id, what it looks like. */
#define WIRE_FORM_TABLE(X) \
	X(E164, N_("E.164, as it should be")) \
	X(ZEROS, N_("international with 00 instead of +")) \
	X(NO_PLUS, N_("international without the +")) \
	X(NATIONAL, N_("a national form: it needs the provider's inbound prefix")) \
	X(PARAMETERS, N_("a number with parameters of a SIP address behind it")) \
	X(SHORT, N_("too short for a telephone number")) \
	X(OTHER, N_("not a telephone number"))

enum wire_form {
#define WIRE_FORM_ENUM(id, text) WIRE_FORM_##id,
	WIRE_FORM_TABLE(WIRE_FORM_ENUM)
#undef WIRE_FORM_ENUM
	WIRE_FORM_COUNT
};

const char *wire_form_text(enum wire_form f);		/* translated */
/* What the text looks like by itself. Ten digits or fewer without '+', 00 or 0 are taken for a national form. */
enum wire_form wire_form_of(const char *text);

struct number_suggestion {
	const struct number *number;
	size_t distance;		/* edits between the digits; 0 = the same number in another form */
};

#define NUMBER_SUGGEST_DISTANCE_MAX 3

/* The nearest of `numbers`, nearest first; at most `max`, none further than NUMBER_SUGGEST_DISTANCE_MAX. The country code, 00 and
 * leading zeros may be missing from the text. Returns how many. */
size_t number_suggest(const char *text, const struct number *const *numbers, size_t count, struct number_suggestion *out,
		    size_t max);

#endif
