/*
 *   >= 136 columns            deck left, live calls right; from 24 rows on today's figures below them
 *   80..135, >= 20 rows       live calls below the deck, a third of the height; from 120 columns and 32 rows on today's figures
 *                             below them
 *   below that                one view
 *   < 14 rows                 without the rule
 *   < 40 columns or < 10 rows the view and the status line
 *   < 20 columns or < 4 rows  one status line
 */
#include "config.h"

#include "layout.h"

#include <string.h>

#define WIDE_COLUMNS 136		/* so that the deck is as wide as alone at 80 columns */
#define DECK_COLUMNS 80			/* minimum, beside the calls */
#define STRIP_COLUMNS 120
#define STRIP_HEIGHT 3			/* with its rule */
#define STACKED_COLUMNS 80
#define STACKED_ROWS 20
#define RULE_ROWS 14
#define STRIP_ROWS 24			/* for today's figures, deck and calls side by side */
#define STACKED_STRIP_ROWS 32		/* ... one above the other */
#define FULL_COLUMNS 40
#define FULL_ROWS 10
#define LIST_COLUMNS 20
#define LIST_ROWS 4
#define GAP 1				/* blanks between deck and panel; rows begin with one more */

static struct rect row_at(int y, int columns)
{
	return (struct rect){ .y = y, .x = 0, .rows = 1, .columns = columns };
}

void layout_compute(struct layout *out, int rows, int columns, bool with_panel)
{
	int top, left, panel;
	bool wide;

	memset(out, 0, sizeof(*out));
	out->status = row_at(rows - 1, columns);
	if (rows < LIST_ROWS || columns < LIST_COLUMNS)
		return;
	out->body = (struct rect){ 0, 0, rows - 1, columns };
	if (rows < FULL_ROWS || columns < FULL_COLUMNS)
		return;
	out->header = row_at(0, columns);
	out->tabs = row_at(1, columns);
	if (rows >= RULE_ROWS)
		out->rule = row_at(2, columns);
	top = rows >= RULE_ROWS ? 3 : 2;
	out->status = row_at(rows - 2, columns);
	out->footer = row_at(rows - 1, columns);
	out->body = (struct rect){ top, 0, rows - top - 2, columns };
	wide = columns >= WIDE_COLUMNS;
	if (with_panel && columns >= STRIP_COLUMNS && rows >= (wide ? STRIP_ROWS : STACKED_STRIP_ROWS)) {
		out->body.rows -= STRIP_HEIGHT;
		out->strip_rule = row_at(out->body.y + out->body.rows, columns);
		out->strip = (struct rect){ out->strip_rule.y + 1, 0, 2, columns };
	}
	if (with_panel && wide && rows >= RULE_ROWS) {
		left = columns * 8 / 15 > DECK_COLUMNS ? columns * 8 / 15 : DECK_COLUMNS;
		out->panel = (struct rect){ top, left + GAP, out->body.rows, columns - left - GAP };
		out->panel_rule = (struct rect){ out->rule.y, out->panel.x, 1, out->panel.columns };
		out->body.columns = out->rule.columns = left;
	} else if (with_panel && columns >= STACKED_COLUMNS && rows >= STACKED_ROWS) {
		panel = rows / 3 - 2 - (out->strip.rows > 0 ? STRIP_HEIGHT : 0);	/* the figures take their rows from the panel */
		out->body.rows -= panel + 1;
		out->panel_rule = row_at(out->body.y + out->body.rows, columns);
		out->panel = (struct rect){ out->panel_rule.y + 1, 0, panel, columns };
	}
}
