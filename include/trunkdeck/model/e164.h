/*
 * Phone numbers: E.164 (ITU-T), checked against the assigned country codes (data/countries.tsv).
 * Pure functions over static tables; any thread.
 */
#ifndef TRUNKDECK_MODEL_E164_H
#define TRUNKDECK_MODEL_E164_H

#include <stdbool.h>
#include <stddef.h>

#include "trunkdeck/base/err.h"
#include "trunkdeck/base/str.h"
#include "trunkdeck/model/records.h"

#define E164_MAX 16			/* '+' and 15 digits */
#define E164_SIZE (E164_MAX + 1)

struct country {
	char iso[3];			/* ISO 3166 alpha-2; "XX" for global services such as +800 */
	const char *name;		/* English */
	const char *code;		/* longest matching prefix: "1", "44", "1242" */
	enum region region;		/* suggested */
	int digits_min, digits_max;	/* that its numbers usually have, with the country code */
};

/* ^\+[1-9][0-9]{6,14}$ and an assigned country code. On failure *e is NUMBER_REQUIRED or NUMBER_FORMAT with a hint that
 * says what is wrong and, where e164_suggest() has a reading, "did you mean +15551234567?". */
bool e164_check(const char *text, const struct country *home, struct err *e);
/* A valid number may still be a mistake: its length is not usual in its country, or no North American number can be like it. True,
 * and `to` says what is usual, translated. */
bool e164_warning(const char *number, char *to, size_t size);
/* The country of national numbers that arrive from the provider: that of its inbound prefix. NULL = not known; p may be NULL. */
const struct country *provider_country(const struct provider *p);
/* The sensible reading of what was typed ("+1 (555) 123-4567", "00442071234567", "tel:+1555…"). A national form is read with the
 * country code of `home`; where home is NULL it has no reading. False when there is none or it equals the text. A North American
 * number that can't exist is never a reading. Never applied unasked. */
bool e164_suggest(const char *text, const struct country *home, char out[E164_SIZE]);
/* '+' and the digits of what a person typed or pasted, without blanks, dashes, "tel:" and "(0)"; false when it is no number. */
#define E164_TYPED_SIZE 65
bool e164_typed(const char *text, char out[E164_TYPED_SIZE]);
/* Would a person write the number (E.164, or digits as a carrier sent them) in a form that begins with `typed`, or do its digits
 * contain it? "+4179", "004179", "079" and "123" of +41791234567. typed comes from e164_typed(). */
bool e164_is_written(const char *number, const char *typed);
/* Country of a number in international form by the longest prefix, NULL when unknown. Takes callers too ("+4915…"). */
const struct country *e164_country(struct str number);
/* What a trunk sent as a number, in E.164: digits and '+' are kept, "00" becomes '+', a missing '+' is put before. The
 * parameters of a URI's user part (";ext=102", ";npdi") are no part of the number; only ";phone-context=+44" counts, as the
 * prefix of a number without '+' (RFC 3966). The dialplan in data/asterisk has the same rules. False when nothing that looks
 * like a number is left. */
bool e164_from_wire(struct str wire, const char *prefix, char out[E164_SIZE]);
/* The same for a caller, who may be anything (an extension, a name): only what is a number of an assigned country then. */
bool e164_of_caller(struct str caller, const char *prefix, char out[E164_SIZE]);
/* Country of a caller as a trunk gives him: in international form, with 00, or without '+'. NULL when unknown. */
const struct country *e164_caller_country(struct str caller);
/* "+1 555 123 4567"-style grouping is never used: E.164 is shown as it is stored. */

#endif
