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

#define WIDE_COLUMNS 136		/* so that the deck beside the calls shows no less than at 80 */
#define DECK_COLUMNS 80			/* at least, beside the calls */
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

static void split_right(struct layout *l, int columns)
{
	int left = columns * 8 / 15 > DECK_COLUMNS ? columns * 8 / 15 : DECK_COLUMNS;

	l->panel = l->body;
	l->panel.x = left + GAP;
	l->panel.columns = columns - left - GAP;
	l->body.columns = left;
	l->panel_rule = (struct rect){ l->rule.y, l->panel.x, 1, l->panel.columns };
	l->rule.columns = left;
}

static void split_strip(struct layout *l, int columns)
{
	l->body.rows -= STRIP_HEIGHT;
	l->strip_rule = row_at(l->body.y + l->body.rows, columns);
	l->strip = (struct rect){ l->strip_rule.y + 1, 0, 2, columns };
}

static void split_below(struct layout *l, int rows, int columns)
{
	int panel = rows / 3 - 2 - (l->strip.rows > 0 ? STRIP_HEIGHT : 0);	/* the deck gives up no row for the figures */

	l->body.rows -= panel + 1;
	l->panel_rule = row_at(l->body.y + l->body.rows, columns);
	l->panel = (struct rect){ l->panel_rule.y + 1, 0, panel, columns };
}

void layout_compute(struct layout *out, int rows, int columns, bool with_panel)
{
	int top;

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
	if (with_panel && columns >= STRIP_COLUMNS && rows >= (columns >= WIDE_COLUMNS ? STRIP_ROWS : STACKED_STRIP_ROWS))
		split_strip(out, columns);
	if (with_panel && columns >= WIDE_COLUMNS && rows >= RULE_ROWS)
		split_right(out, columns);
	else if (with_panel && columns >= STACKED_COLUMNS && rows >= STACKED_ROWS)
		split_below(out, rows, columns);
}
