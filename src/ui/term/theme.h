/*
 * Roles name the meaning of a text, not its colour. One table gives each role its look: with the terminal's colours,
 * without colours (NO_COLOR, mono), and as a letter in screen dumps. The default background and foreground are the
 * terminal's own, so that light and dark themes both work. No state is shown by colour alone.
 */
#ifndef UI_TERM_THEME_H
#define UI_TERM_THEME_H

#include <stdbool.h>

#include "trunkdeck/config/config.h"

/* id, dump letter, curses colour (-1 = the terminal's), attributes with colour, attributes without */
#define ROLE_TABLE(X) \
	X(NORMAL, '.', -1, A_NORMAL, A_NORMAL) \
	X(DIM, 'd', -1, A_DIM, A_DIM) \
	X(STRONG, 'b', -1, A_BOLD, A_BOLD) \
	X(TITLE, 't', -1, A_BOLD, A_BOLD) \
	X(ACCENT, 'a', COLOR_CYAN, A_NORMAL, A_BOLD) \
	X(KEY, 'k', COLOR_CYAN, A_NORMAL, A_BOLD) \
	X(GOOD, 'g', COLOR_GREEN, A_NORMAL, A_NORMAL) \
	X(WARN, 'w', COLOR_YELLOW, A_NORMAL, A_BOLD) \
	X(ALARM, 'r', COLOR_RED, A_BOLD, A_BOLD | A_UNDERLINE) \
	X(SELECTED, 's', -1, A_REVERSE, A_REVERSE) \
	X(RULE, '-', -1, A_DIM, A_NORMAL) \
	X(FIELD, 'f', -1, A_UNDERLINE, A_UNDERLINE)

enum role {
#define ROLE_ENUM(id, letter, color, attr, mono) ROLE_##id,
	ROLE_TABLE(ROLE_ENUM)
#undef ROLE_ENUM
	ROLE_COUNT
};

/* Call it after curses has started. Colours are used when `color` allows it, the terminal has them, and NO_COLOR is
 * empty (an explicit WHEN_ALWAYS wins over NO_COLOR). */
void theme_start(enum when color);
int theme_attr(enum role r);		/* curses attributes */
char theme_letter(int attrs);		/* for screen dumps */

#endif
