/*
 * The one list: cursor, scrolling, filter, tree, wheel and click. A view fills it with rows (key, kind, pointer to its own
 * data) and says what a row holds in each column; the list keeps the cursor on the same key when rows come, go, or move.
 *
 * Keys are hashes that may collide: the cursor takes two rows with one key for the same row and stays on the first of them.
 * Nothing else depends on a key, so that a collision costs a misplaced cursor and never the wrong record: actions use the
 * row's data. Row data belongs to the view and must live until the next refill.
 */
#ifndef UI_FRAME_LIST_H
#define UI_FRAME_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ui/term/draw.h"
#include "trunkdeck/app/action.h"
#include "trunkdeck/model/filter_words.h"
#include "ui/term/term.h"

struct view_counts;

struct list_row {
	uint64_t key;			/* identity: the cursor follows it */
	int kind;			/* the view's own */
	bool head;			/* opens and closes: the rows up to the next head belong to it */
	const void *data;
};

/* What a row holds in a column: one function for drawing, filter, sorting and copying. Returns "" for nothing; the text is in
 * `to` (LIST_TEXT_SIZE) or lives as long as the row. *role: how it looks. */
#define LIST_TEXT_SIZE 96
typedef const char *list_get_fn(void *arg, const struct list_row *row, int column, char *to, enum role *role);

/* What a view gives its list. */
struct list_ops {
	void (*fill)(void *arg);		/* adds all rows that list_matches() */
	list_get_fn *get;			/* may be NULL: rows without columns */
	const struct filter_rows *rows;		/* its fields are the first columns; .get = list_field. NULL = no filter */
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
	const struct list_ops *ops;	/* NULL: rows only */
	void *arg;
	struct filter_words *query;	/* NULL = no filter */
	uint64_t *open;			/* keys of the heads that are open */
	size_t open_count, open_size;
};

void list_init(struct list *l);
/* A list that fills itself: ops and arg must outlive it. */
void list_start(struct list *l, const struct list_ops *ops, void *arg);
void list_clear(struct list *l);
/* Refill: begin, add rows in order, end: finds the cursor's key again, else the nearest row that is left. */
void list_begin(struct list *l);
void list_add(struct list *l, uint64_t key, int kind, const void *data);
void list_end(struct list *l);
/* begin, ops->fill(), end. */
void list_refill(struct list *l);
/* Adds a head; true when its rows are to be added: it is open, or a filter is in force. */
bool list_add_head(struct list *l, uint64_t key, int kind, const void *data);
/* The position of the cursor among all rows. */
void list_counts(const struct list *l, struct view_counts *out);
const struct list_row *list_selected(const struct list *l);	/* NULL when empty */
bool list_select(struct list *l, uint64_t key);
/* The moving actions (UP ... LAST), and with heads EXPAND, OPEN, CLOSE and EXPAND_ALL; false when the action is none of them. */
bool list_action(struct list *l, enum action_id action);
bool list_click(struct list *l, int row);			/* row relative to the drawn area */
void list_scroll(struct list *l, int rows);
/* A click selects the row, and opens or closes a head; the wheel scrolls. y is relative to the drawn area. */
void list_mouse(struct list *l, int y, const struct term_mouse *m);

/* Heads */
bool list_is_open(const struct list *l, uint64_t key);
void list_open(struct list *l, uint64_t key, bool open);	/* refill afterwards */

/* The filter, and a refill by it; "" = none. The moments of its words are read in a zone, which may be NULL, at now_us. */
void list_filter(struct list *l, const char *text, const struct zone *zone, int64_t now_us);
bool list_filtering(const struct list *l);
/* Does a row pass the filter? `all` as in filter_words_match(). */
bool list_matches(struct list *l, int kind, const void *data, const char *all);
filter_get_fn list_field;
/* Keeps the cursor visible for an area of `visible` rows; call before drawing. */
void list_fit(struct list *l, int visible);

/* Widths for the columns in `width`, `gap` blanks between; what does not fit is left out. */
void list_layout(struct list_layout *out, const struct list_column *columns, size_t n, int width, int gap);
/* The titles of the columns; the one with id `sorted` (-1 = none) has an arrow. */
void list_titles(const struct canvas *c, int y, const struct list_layout *lay, const struct list_column *columns, size_t n,
		 int sorted, bool descending);
/* The column at x, -1 = none. */
int list_column_at(const struct list_layout *lay, int x);
/* All columns of a row, by the list's get(). */
void list_cells(const struct canvas *c, const struct list_layout *lay, const struct list *l, const struct list_row *row);
bool list_has_column(const struct list_layout *lay, int id);
/* Text of records and calls is foreign: it is cleaned. Right-aligned cells are figures of the program's own. */
void list_cell(const struct canvas *c, int y, const struct list_layout *lay, int id, enum role r, const char *text);

#endif
