/* Queries terminfo by name. Apart, because <term.h> defines macros like `columns` and `lines`. */
#ifndef UI_TERM_TERMINFO_H
#define UI_TERM_TERMINFO_H

#include <stdbool.h>

#include "trunkdeck/base/buf.h"

/* Call it before newterm(), which leaks when it fails. */
bool terminfo_is_known(const char *type);
bool terminfo_can_move(void);		/* call it and the rest after newterm() */
/* Returns the bytes in sgr0 that leave line drawing mode; "" = none. */
const char *terminfo_charset_reset(void);
/* Appends the bytes that leave full screen mode: attributes off, cursor shown, keypad normal, the other screen. */
void terminfo_append_reset(struct buf *to);

#endif
