/*
 * The words of an enumeration. Each value has a name (JSON, SQL, CSV, options) and a text on the screen. They come from
 * one X table with rows (id, name, text to translate, ...) in the order of the values, from 0 on:
 *
 *     WORDS_DEFINE(call_state, enum call_state, CALL_STATE_TABLE)
 *
 * defines call_state_name(), call_state_text() (translated; "" stays ""), and call_state_words for code that handles
 * words of any type. The header declares them. Pure; any thread.
 */
#ifndef TRUNKDECK_BASE_WORDS_H
#define TRUNKDECK_BASE_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "trunkdeck/base/gettext.h"

struct word {
	const char *name, *text;
};

struct words {
	const struct word *rows;
	int count;
};

/* Returns the value with this name; -1 when there is none. */
int words_find(const struct words *w, const char *name);

#define WORDS_ROW(id, name, text, ...) { name, text },
#define WORDS_DEFINE(prefix, type, TABLE) \
	static const struct word prefix##_rows[] = { TABLE(WORDS_ROW) }; \
	const struct words prefix##_words = { prefix##_rows, (int)(sizeof(prefix##_rows) / sizeof(*prefix##_rows)) }; \
	const char *prefix##_name(type v) { return (int)v >= 0 && (int)v < prefix##_words.count ? prefix##_rows[v].name : ""; } \
	const char *prefix##_text(type v) { return *prefix##_rows[v].text ? _(prefix##_rows[v].text) : ""; }
/* Also defines prefix_parse(), which is false when no value has the name. */
#define WORDS_PARSE(prefix, type) \
	bool prefix##_parse(const char *name, type *out) \
	{ \
		int found = words_find(&prefix##_words, name); \
		if (found >= 0) \
			*out = (type)found; \
		return found >= 0; \
	}
#define WORDS_DECLARE(prefix, type) \
	extern const struct words prefix##_words; \
	const char *prefix##_name(type v); \
	const char *prefix##_text(type v);

#endif
