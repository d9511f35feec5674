/* A page of lines that scrolls as less does. */
#include "config.h"

#include "ui_private.h"

static void scroll_by(struct scroll *s, int rows)
{
	int last = s->lines > s->visible ? s->lines - s->visible : 0;

	s->top += rows;
	if (s->top > last)
		s->top = last;
	if (s->top < 0)
		s->top = 0;
}

void scroll_fit(struct scroll *s, int visible)
{
	s->visible = visible;
	if (s->lines > 0)
		scroll_by(s, 0);
}

bool scroll_key(struct scroll *s, key_code key)
{
	switch (key) {
	case 'j': case KEYS_DOWN: scroll_by(s, 1); break;
	case 'k': case KEYS_UP: scroll_by(s, -1); break;
	case ' ': case KEYS_PAGE_DOWN: case KEYS_CTRL('F'): scroll_by(s, s->visible); break;
	case 'b': case KEYS_PAGE_UP: case KEYS_CTRL('B'): scroll_by(s, -s->visible); break;
	case 'd': case KEYS_CTRL('D'): scroll_by(s, s->visible / 2); break;
	case 'u': case KEYS_CTRL('U'): scroll_by(s, -s->visible / 2); break;
	case 'g': case KEYS_HOME: scroll_by(s, -s->lines); break;
	case 'G': case KEYS_END: scroll_by(s, s->lines); break;
	default: return false;
	}
	return true;
}
