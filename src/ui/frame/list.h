/*
 * The one list: cursor, scrolling, selection by identity, columns as data. Views fill it with rows (key + kind + pointer
 * to their own data), it keeps the cursor on the same key when rows come, go, or move, and draws columns by priority.
 */
#ifndef UI_FRAME_LIST_H
#define UI_FRAME_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ui/term/draw.h"
#include "trunkdeck/app/action.h"

struct list_row {
	uint64_t key;			/* identity: the cursor follows it; unique in the list */
	int kind;			/* the view's own */
	const void *data;
};

/* A column of a table: dropped from the lowest priority up when the width does not suffice. */
struct list_column {
	int id;				/* the view's own */
	const char *title;		/* N_() */
	int min, max;			/* columns; max 0 = takes what is left */
	int priority;			/* 0 = always there, higher goes first */
	bool right;			/* right aligned */
};

struct list_layout {
	int count;
	struct { int id, x, width; bool right; } column[24];
};

struct list {
	struct list_row *rows;
	size_t count, size;
	struct list_row *old;		/* before the last refill: who was next to whom */
	size_t old_count, old_size;
	size_t top;			/* first visible row */
	size_t cursor;
	uint64_t cursor_key;
	int visible;			/* rows on the screen at the last draw */
};

void list_init(struct list *l);
void list_clear(struct list *l);
/* Refill: begin, add rows in order, end: finds the cursor's key again, else the nearest row that is left. */
void list_begin(struct list *l);
void list_add(struct list *l, uint64_t key, int kind, const void *data);
void list_end(struct list *l);
const struct list_row *list_selected(const struct list *l);	/* NULL when empty */
bool list_select(struct list *l, uint64_t key);
/* The moving actions (UP ... LAST); false when the action is none of them. */
bool list_action(struct list *l, enum action_id action);
bool list_click(struct list *l, int row);			/* row relative to the drawn area */
void list_scroll(struct list *l, int rows);
/* Keeps the cursor visible for an area of `visible` rows; call before drawing. */
void list_fit(struct list *l, int visible);

/* Widths for the columns in `width`, `gap` blanks between; what does not fit is left out. */
void list_layout(struct list_layout *out, const struct list_column *columns, size_t n, int width, int gap);
/* The titles of the columns; the one with id `sorted` (-1 = none) has an arrow. */
void list_titles(const struct canvas *c, int y, const struct list_layout *lay, const struct list_column *columns, size_t n,
		 int sorted, bool descending);
/* The column at x, -1 = none. */
int list_column_at(const struct list_layout *lay, int x);
/* Text of records and calls is foreign: it is cleaned. Right-aligned cells are figures of the program's own. */
void list_cell(const struct canvas *c, int y, const struct list_layout *lay, int id, enum role r, const char *text);

#endif
