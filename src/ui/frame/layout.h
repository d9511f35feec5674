/* Computes the places of all parts for a size of the screen. Pure, for tests. A part without rows is not shown. */
#ifndef UI_FRAME_LAYOUT_H
#define UI_FRAME_LAYOUT_H

#include <stdbool.h>

#include "ui/term/draw.h"

struct layout {
	struct rect header, tabs, rule;
	struct rect body;		/* the view */
	struct rect panel_rule;		/* above the panel, or beside it (then in the rule's row) */
	struct rect panel;		/* the live calls beside or below the deck */
	struct rect strip_rule, strip;	/* today's figures below both */
	struct rect status;
	struct rect footer;
};

/* with_panel: the live calls may be shown beside the view. */
void layout_compute(struct layout *out, int rows, int columns, bool with_panel);

#endif
