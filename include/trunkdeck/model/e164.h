/*
 * Phone numbers: E.164 (ITU-T), checked against the assigned country codes (data/countries.tsv). Pure functions over
 * static tables; any thread.
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
	enum region region;		/* the default region */
	int digits_min, digits_max;	/* the usual lengths of its numbers, including the country code */
};

/* Accepts ^\+[1-9][0-9]{6,14}$ with an assigned country code. If not, *e is NUMBER_REQUIRED or NUMBER_FORMAT. The hint
 * says what is wrong, with "did you mean +15551234567?" if e164_suggest() has one. */
bool e164_check(const char *text, const struct country *home, struct err *e);
/* Warns of a valid number that may be a mistake: its length is unusual in its country, or no North American number has
 * this form. Returns true then, and `to` tells what is usual, translated. */
bool e164_warning(const char *number, char *to, size_t size);
/* The country of national numbers from the provider: that of its inbound prefix. NULL = unknown; p may be NULL. */
const struct country *provider_country(const struct provider *p);
/* Suggests the number that a typed text probably means ("+1 (555) 123-4567", "00442071234567", "tel:+1555…"). A
 * national form is read with the country code of `home`, and not at all if home is NULL. False when there is none, or
 * it equals the text. An impossible North American number is never suggested. Never apply one without asking. */
bool e164_suggest(const char *text, const struct country *home, char out[E164_SIZE]);
/* Reduces a typed text to '+' and digits, without blanks, dashes, "tel:" and "(0)". False if it is no number. */
#define E164_TYPED_SIZE 65
bool e164_typed(const char *text, char out[E164_TYPED_SIZE]);
/* Do people write the number (E.164, or digits as a carrier sent them) in a form that begins with `typed`, or do its
 * digits contain `typed`? "+4179", "004179", "079" and "123" match +41791234567. typed comes from e164_typed(). */
bool e164_is_written(const char *number, const char *typed);
/* The country of a number in international form by the longest prefix, NULL = unknown. Also for callers ("+4915…"). */
const struct country *e164_country(struct str number);
/* Finds a country as people and files write it: "GB", "44", "+44" or "United Kingdom", in any case. NULL = unknown. */
const struct country *e164_country_named(const char *name);
/* Converts a number that a trunk sent to E.164. Digits and '+' are kept, "00" becomes '+', and a missing '+' is added.
 * The parameters of a URI's user part (";ext=102", ";npdi") are not part of the number, but ";phone-context=+44" is the
 * prefix of a number without '+' (RFC 3966). The dialplan in data/asterisk has the same rules. False when the rest does
 * not look like a number. */
bool e164_from_wire(struct str wire, const char *prefix, char out[E164_SIZE]);
/* The same for a caller, which may be an extension or a name. False unless its country code is assigned. */
bool e164_of_caller(struct str caller, const char *prefix, char out[E164_SIZE]);
/* The country of a caller as a trunk sends it: in international form, with 00, or without '+'. NULL = unknown. */
const struct country *e164_caller_country(struct str caller);
/* E.164 numbers are shown as they are stored, without "+1 555 123 4567"-style grouping. */

#endif
