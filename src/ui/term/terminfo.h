/* What is asked of terminfo by name. Apart, because <term.h> defines macros called `columns`, `lines` and the like. */
#ifndef UI_TERM_TERMINFO_H
#define UI_TERM_TERMINFO_H

#include <stdbool.h>

#include "trunkdeck/base/buf.h"

/* Before newterm(), which leaks when it fails. */
bool terminfo_is_known(const char *type);
bool terminfo_can_move(void);		/* after newterm(), as the rest */
/* What sgr0 says to leave line drawing mode; "" = nothing. */
const char *terminfo_charset_reset(void);
/* The bytes that leave full screen mode: attributes off, cursor shown, keypad normal, the other screen. */
void terminfo_append_reset(struct buf *to);

#endif
