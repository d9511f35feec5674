/*
 * Edits one line: forms, the filter and the palette use it. Keys are those of readline unless they collide: arrows,
 * Home/End (^A, ^E), Backspace, Delete, ^U (to the start), ^K (to the end), ^W (word). Typed and pasted text is
 * cleaned: it has no control bytes and no line ends (one inside a paste becomes a blank).
 *
 * Embedded: line_init()/line_clear(). While line_pasting() is true, the owner gives keys to line_key() first, because a
 * line end inside a paste would be taken for Enter.
 */
#ifndef UI_FRAME_LINE_EDIT_H
#define UI_FRAME_LINE_EDIT_H

#include <stdbool.h>
#include <stddef.h>

#include "ui/term/draw.h"
#include "trunkdeck/app/keymap.h"
#include "trunkdeck/base/buf.h"

struct line_edit {
	struct buf text;		/* clean UTF-8, NUL terminated: line_text() */
	size_t at;			/* byte offset of the cursor; never inside a character */
	size_t max;			/* maximum of bytes; further text is refused */
	int shift;			/* columns scrolled off to the left at the last draw */
	bool pasting;
	size_t paste_end;		/* where trailing blanks of this paste may be cut */
};

enum line_result {
	LINE_IGNORED,			/* not an editing key: Enter, Tab, Esc, Up, Down, F-keys, other Ctrl */
	LINE_MOVED,			/* the cursor moved, or nothing was left to do */
	LINE_CHANGED,
};

void line_init(struct line_edit *l, const char *text, size_t max);	/* cursor at the end; text NULL = "" */
void line_clear(struct line_edit *l);
void line_set(struct line_edit *l, const char *text);			/* cursor at the end */
const char *line_text(const struct line_edit *l);			/* never NULL; valid until the next change */
bool line_pasting(const struct line_edit *l);
enum line_result line_key(struct line_edit *l, key_code key);

/* Draws in exactly `width` columns, scrolled so that the cursor is visible. Returns the column of the cursor relative
 * to the canvas: pass it to term_cursor() (with c->area added) when the line has the focus. */
int line_draw(struct line_edit *l, const struct canvas *c, int y, int x, int width, enum role r);

#endif
