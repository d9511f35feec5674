/*
 * UTF-8 for a terminal: what may be shown, and how wide it is.
 *
 * Everything from the network, the database, a file or a caller must pass utf8_clean() before a screen or a CSV file.
 * Invalid bytes become U+FFFD, white space (tab, line ends) becomes a blank, and control bytes (C0, DEL, C1) become
 * '?'. ESC, bidirectional controls, zero-width joiners, variation selectors, skin tones and all but the first few
 * combining marks of a character are dropped, so that widths agree on all terminals. (The log escapes instead.)
 *
 * Pure functions. Decoding does not use the locale, but wcwidth() does: for wide text, setlocale() must have been
 * called with a UTF-8 locale.
 */
#ifndef TRUNKDECK_BASE_UTF8_H
#define TRUNKDECK_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trunkdeck/base/buf.h"
#include "trunkdeck/base/str.h"

/* Decodes one character: returns its bytes (1..4; 0 at the end). An invalid byte is 1 byte and U+FFFD. */
size_t utf8_next(struct str s, uint32_t *code);
/* Writes the bytes (1..4) of a code point, not terminated. */
#define UTF8_MAX 4
size_t utf8_encode(char *to, uint32_t code);
/* Is every byte part of valid UTF-8 (no surrogates, no overlong forms, <= U+10FFFF)? */
bool utf8_valid(struct str s);
/* Does s contain a control character, or a line or paragraph separator? */
bool utf8_has_control(struct str s);
/* Appends s in a form that is safe to show (see above). */
void utf8_clean(struct buf *out, struct str s);
char *utf8_clean_dup(struct str s);		/* caller frees */
/* The width of a clean text in columns. */
int utf8_width(const char *s);
/* Returns the bytes of the longest prefix of a clean text that fits `columns` columns; *width is its width. */
size_t utf8_fit(const char *s, int columns, int *width);
/* Appends s in exactly `columns` columns: cut with an ellipsis (".." in ASCII mode) or padded with blanks. */
void utf8_pad(struct buf *out, const char *s, int columns, bool ascii);
/* The byte offset of the character after / before `at`, for editing. Combining marks stay with their base. */
size_t utf8_forward(const char *s, size_t at);
size_t utf8_backward(const char *s, size_t at);
/* Does `text` contain `needle` (both UTF-8)? Case is ignored unless the needle has an upper-case letter. */
bool utf8_find(const char *text, const char *needle);

/* Appends the lower case of s. A text that is searched many times is converted once; then strstr() is enough. */
void utf8_lower(struct buf *out, const char *s);

#endif
