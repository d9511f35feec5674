/*
 * UTF-8 for a terminal: what may be shown, and how wide it is.
 *
 * Everything that comes from the network, the database, a file or a caller goes through utf8_clean() before it
 * reaches a screen or a CSV file: invalid bytes become U+FFFD, white space (tab, line ends) a blank, control bytes
 * (C0, DEL, C1) '?'; ESC, bidirectional controls, zero-width joiners, variation selectors, skin tones and all but the first
 * few combining marks of a character are dropped, so that one cell count holds on every terminal. (The log escapes instead, see log.h.)
 *
 * Pure functions; the locale is not consulted for decoding, wcwidth() is for the width, so setlocale() must have been
 * called with a UTF-8 locale for wide text.
 */
#ifndef TRUNKDECK_BASE_UTF8_H
#define TRUNKDECK_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trunkdeck/base/buf.h"
#include "trunkdeck/base/str.h"

/* Decodes one character: returns its bytes (1..4) and the code point; an invalid byte is 1 byte and U+FFFD. 0 at the end. */
size_t utf8_next(struct str s, uint32_t *code);
/* The bytes (1..4) of a code point, not terminated. */
#define UTF8_MAX 4
size_t utf8_encode(char *to, uint32_t code);
/* Is every byte part of valid UTF-8 (no surrogates, no overlong forms, <= U+10FFFF)? */
bool utf8_valid(struct str s);
/* Is there a control character, or a line or paragraph separator, in s? */
bool utf8_has_control(struct str s);
/* Appends a form of s safe to show (see above). */
void utf8_clean(struct buf *out, struct str s);
char *utf8_clean_dup(struct str s);		/* caller frees */
/* Columns of an already clean text. */
int utf8_width(const char *s);
/* The longest prefix of a clean text in at most `columns` columns: its bytes; *width its columns. */
size_t utf8_fit(const char *s, int columns, int *width);
/* Appends s in exactly `columns` columns: cut with an ellipsis (".." in ASCII mode) or padded with blanks on the right. */
void utf8_pad(struct buf *out, const char *s, int columns, bool ascii);
/* Byte offset of the character after / before `at`: for editing fields. Combining marks stay with their base. */
size_t utf8_forward(const char *s, size_t at);
size_t utf8_backward(const char *s, size_t at);
/* ASCII-fold and lower-case compare for "find as you type": does `text` contain `needle` (both UTF-8)? Smart case:
 * an upper-case letter in the needle makes it exact. */
bool utf8_find(const char *text, const char *needle);

/* Appends the lower case of s: what a text looked into many times is folded to once (then strstr() is enough). */
void utf8_lower(struct buf *out, const char *s);

#endif
