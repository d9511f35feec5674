/*
 * Drawing inside a rectangle: clipped, cleaned, aligned. Everything on the screen is drawn by these functions, so that no view
 * counts columns or trusts foreign bytes. Attributes end with the text.
 */
#ifndef UI_TERM_DRAW_H
#define UI_TERM_DRAW_H

#include <stdbool.h>
#include <stdint.h>

#include "theme.h"
#include "trunkdeck/base/zone.h"

struct rect {
	int y, x, rows, columns;
};

static inline bool rect_has(const struct rect *r, int y, int x)
{
	return y >= r->y && y < r->y + r->rows && x >= r->x && x < r->x + r->columns;
}

struct canvas {
	struct rect area;		/* on the screen */
	bool ascii;			/* no line drawing, no marks outside ASCII */
};

struct canvas canvas_of(struct rect area, bool ascii);
/* Returns a part of a canvas, clipped to it. */
struct canvas canvas_rect(const struct canvas *c, const struct rect *r);
struct canvas canvas_sub(const struct canvas *c, int y, int x, int rows, int columns);

/* Draws at most `width` columns (<= 0: to the right edge), cut with an ellipsis; returns the columns used. Coordinates
 * are relative to the canvas. The text must be clean (utf8_clean) unless it is the program's own. */
int draw_text(const struct canvas *c, int y, int x, int width, enum role r, const char *text);
int draw_textf(const struct canvas *c, int y, int x, int width, enum role r, const char *format, ...)
	__attribute__((format(printf, 6, 7)));
/* Draws hostile text after cleaning it. */
int draw_foreign(const struct canvas *c, int y, int x, int width, enum role r, const char *text);
int draw_right(const struct canvas *c, int y, int x, int width, enum role r, const char *text);
/* Draws a horizontal rule with an optional title on the left and note on the right: "── Live calls ───── 7 ──". */
void draw_rule(const struct canvas *c, int y, const char *title, const char *note);
/* Paints the first columns of a row as selected (reverse); call it after the texts of the row are drawn. The roles of
 * those texts are lost. columns <= 0: the whole row. Otherwise it ends at a blank, so that no word is cut. */
void draw_selected(const struct canvas *c, int y, int columns);

/* Clears the whole canvas before something is drawn over it. */
void draw_clear(const struct canvas *c);
/* Draws text split at '\n' and wrapped at blanks, from line `skip` on, into the rows from y on. Returns the count of
 * all lines; with rows 0 in the canvas it only counts. */
int draw_wrapped(const struct canvas *c, int y, int skip, enum role r, const char *text);
/* Draws a centred, cleared box with an inside of rows x columns (smaller when the canvas is), and the title in its
 * frame. Returns the inside, one blank off the frame on both sides. Without room for a frame, the whole canvas. */
struct canvas draw_box(const struct canvas *c, int rows, int columns, const char *title);

/* Marks with their ASCII twins. */
enum mark { MARK_OPEN, MARK_CLOSED, MARK_CURSOR, MARK_OK, MARK_WARN, MARK_ALARM, MARK_ELLIPSIS, MARK_DOT, MARK_UP, MARK_DOWN };
const char *mark_text(const struct canvas *c, enum mark m);

/* Buffers of SHORT_SIZE. "0:42", "1:03:10", "2 d": ages in a row; "0.6s", "12s": response times, "" when negative. */
#define SHORT_SIZE 16
void format_age(char *to, int64_t us);
void format_seconds(char *to, int64_t us);
/* "0.2 s ago", "12 s ago", "3 min ago", "2 h ago", "5 d ago". */
void format_ago(char *to, int64_t ms);
/* "12 s", "3 min", "2 h", "5 d". */
void format_span(char *to, int64_t ms);
/* "23:35" or "23:35:10"; with the date before it when that is not today's: "11-26 23:35", "2025-11-26 23:35". "" for 0. */
#define WHEN_SIZE 32
void format_when(char *to, const struct zone *z, int64_t wall_us, int64_t now_us, bool seconds);
/* "2026-11-26 23:35:10", also for times of today. */
void format_date(char *to, const struct zone *z, int64_t wall_us);

#endif
