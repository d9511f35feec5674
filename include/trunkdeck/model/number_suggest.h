/*
 * Finds the configured numbers that a carrier or an operator probably meant, when the number as written is not
 * configured. It may lack the '+', begin with 00 or a national 0, or have a wrong digit. Pure.
 */
#ifndef TRUNKDECK_MODEL_NUMBER_SUGGEST_H
#define TRUNKDECK_MODEL_NUMBER_SUGGEST_H

#include <stdbool.h>
#include <stddef.h>

#include "trunkdeck/base/gettext.h"
#include "trunkdeck/model/e164.h"
#include "trunkdeck/model/records.h"

/* The forms in which a carrier may write a number: id, description. */
#define WIRE_FORM_TABLE(X) \
	X(E164, N_("an E.164 number")) \
	X(ZEROS, N_("an international number with 00 instead of +")) \
	X(NO_PLUS, N_("an international number without the +")) \
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
/* The form of a text by itself. Ten digits or fewer without '+', 00 or 0 are read as a national form. */
enum wire_form wire_form_of(const char *text);

struct number_suggestion {
	const struct number *number;
	size_t distance;		/* edits between the digits; 0 = the same number in another form */
};

#define NUMBER_SUGGEST_DISTANCE_MAX 3

/* Finds the nearest of `numbers`, nearest first: at most `max`, within NUMBER_SUGGEST_DISTANCE_MAX. The text may lack
 * the country code, 00 and leading zeros. Returns how many were found. */
size_t number_suggest(const char *text, const struct number *const *numbers, size_t count, struct number_suggestion *out,
		    size_t max);

#endif
