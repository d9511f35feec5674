#include "config.h"

#include "theme.h"

#include <stdlib.h>

#include "curses_wide.h"

/* A colour pair for each role; without colours, only the attributes. */
static const struct {
	char letter;
	short color;
	attr_t with_color, mono;
} roles[] = {
#define ROLE_ROW(id, letter, color, attr, mono) { letter, color, attr, mono },
	ROLE_TABLE(ROLE_ROW)
#undef ROLE_ROW
};

/* Set once by theme_start(), then constant. */
static bool use_color;

void theme_start(enum when color)
{
	const char *no_color = getenv("NO_COLOR");
	bool wanted = color == WHEN_AUTO ? no_color == NULL || *no_color == '\0' : color == WHEN_ALWAYS;

	use_color = false;
	if (!wanted || !has_colors() || start_color() == ERR || use_default_colors() == ERR)
		return;
	for (int r = 0; r < ROLE_COUNT; r++)
		if (roles[r].color >= 0)
			init_pair((short)(r + 1), roles[r].color, -1);
	use_color = true;
}

int theme_attr(enum role r)
{
	if (!use_color)
		return (int)roles[r].mono;
	if (roles[r].color < 0)
		return (int)roles[r].with_color;
	return (int)(roles[r].with_color | (attr_t)COLOR_PAIR(r + 1));
}

char theme_letter(int attrs)
{
	if ((attr_t)attrs & A_REVERSE)
		return roles[ROLE_SELECTED].letter;
	for (int r = 0; r < ROLE_COUNT; r++)
		if (theme_attr((enum role)r) == attrs)
			return roles[r].letter;
	return '?';
}
