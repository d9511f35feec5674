/*
 * The one list: filter, tree, cursor, scrolling, columns, mouse. A view fills it with rows (key, kind, pointer to its
 * own data). Its get() returns the text of a row in a column, for drawing, filter, sorting and copying.
 *
 * Keys are hashes that may collide: two rows with one key are the same row for the cursor, which stays on the first.
 * Nothing else depends on a key, so a collision costs a misplaced cursor but never the wrong record: actions use the
 * row's data. Row data belongs to the view and must live until the next refill. Main thread only.
 */
#ifndef UI_FRAME_LIST_H
#define UI_FRAME_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ui/term/draw.h"
#include "trunkdeck/app/action.h"
#include "trunkdeck/model/filter_words.h"
#include "trunkdeck/model/records.h"
#include "ui/term/term.h"

struct list_row {
	uint64_t key;			/* identity: the cursor follows it */
	int kind;			/* an index into the view's kinds */
	bool head;			/* opens and closes: the rows up to the next head belong to it */
	bool note;			/* a remark between rows: the cursor passes over it, and it does not count */
	const void *data;
};

/* Returns the text of a row in a column: in `to` (LIST_TEXT_SIZE), or valid as long as the row. *role is ROLE_NORMAL
 * before. */
#define LIST_TEXT_SIZE 96
typedef const char *list_get_fn(void *arg, const struct list_row *row, int column, char *to, enum role *role);

enum list_align {
	LIST_LEFT,
	LIST_RIGHT,			/* such texts are the program's own; all others are cleaned */
	LIST_FLOWS,			/* left, and goes on over the free columns of the cells behind it */
};

/* A column of a table. When the width does not suffice, columns are dropped, the highest priority first. */
#define LIST_OPTIONAL 20

struct list_column {
	int id;				/* the view's own */
	const char *title;		/* N_() */
	int min, max;			/* columns; max 0 = takes the rest */
	int priority;			/* 0 = never dropped; the highest is dropped first. From LIST_OPTIONAL on it is
					 * shown only if all below LIST_OPTIONAL have their whole width */
	enum list_align align;
};

/* How the rows of one kind look. */
struct list_kind {
	const struct list_column *columns;
	size_t count;			/* 0 = the view's draw() draws the row */
	int indent, gap;		/* blanks before the first column, and between columns */
	int copy;			/* the column that is copied */
};

#define LIST_KINDS_MAX 4

/* The functions and tables that a view gives its list. */
struct list_ops {
	void (*fill)(void *arg);		/* adds all rows that pass the filter */
	list_get_fn *get;
	const struct filter_rows *rows;		/* fields of the filter, NULL = no filter; with .get = list_field
						 * they are the first columns */
	const struct list_kind *kinds;		/* by list_row.kind */
	void (*draw)(void *arg, const struct canvas *line, const struct list_row *row);	/* the rest; may be NULL */
	json_t *(*json)(void *arg, const struct list_row *row);	/* for copying; NULL = no JSON */
	size_t json_flags;			/* of jansson, besides JSON_INDENT(2) */
};

struct list_layout {
	int count;
	struct { int id, x, width; enum list_align align; } column[24];
};

struct list {
	struct list_row *rows;
	size_t count, size, notes;	/* notes: so many of the rows */
	struct list_row *old;		/* the rows before the last refill, to find neighbours */
	size_t old_count, old_size;
	size_t top;			/* first visible row */
	size_t cursor;
	uint64_t cursor_key;
	int visible;			/* rows on the screen at the last draw */
	bool placed;			/* the cursor was seen or moved: it follows its row; until then it is on the first */
	bool stale;			/* must be refilled before it is read */
	bool more;			/* further rows have not been read yet */
	bool to_end;			/* the cursor stays on the last row while more are read */
	const struct list_ops *ops;	/* NULL: rows only */
	const struct list_kind *kinds;
	void *arg;
	struct filter_words *query;	/* NULL = no filter */
	char *text;			/* the text of the query; NULL = "" */
	uint64_t *open;			/* keys of the heads that are open */
	size_t open_count, open_size;
	struct list_layout layouts[LIST_KINDS_MAX];	/* by kind, of the last frame */
	int room;			/* while a row is drawn: the columns that the text of get() may take; else 0 */
	int laid_out;			/* the layouts are for lines of so many columns, and not drawn yet; 0 = drawn */
};

struct list_counts {
	size_t at;			/* of the cursor, from 1; 0 = the list is empty */
	size_t count;			/* rows that the filter left, without notes */
	size_t visible;			/* rows on the screen at the last draw */
	bool more;
};

void list_init(struct list *l);
/* Makes a list that fills itself. ops and arg must outlive it. It begins stale. */
void list_start(struct list *l, const struct list_ops *ops, void *arg);
void list_clear(struct list *l);
/* Refill: begin, add rows in order, end. The end finds the cursor's key again, else the nearest row that is left. */
void list_begin(struct list *l);
void list_add(struct list *l, uint64_t key, int kind, const void *data);
void list_add_note(struct list *l, uint64_t key, int kind);
void list_end(struct list *l);
/* begin, ops->fill(), end. */
void list_refill(struct list *l);
/* Adds a head. True when its rows must be added: it is open, or there is a filter. */
bool list_add_head(struct list *l, uint64_t key, int kind, const void *data);
void list_count(const struct list *l, struct list_counts *out);
const struct list_row *list_selected(const struct list *l);	/* NULL when the list is empty or has only notes */
bool list_select(struct list *l, uint64_t key);
/* Handles UP ... LAST and, with heads, EXPAND, OPEN, CLOSE and EXPAND_ALL. Returns false for other actions. */
bool list_action(struct list *l, enum action_id action);
bool list_click(struct list *l, int row);			/* row relative to the drawn area */
void list_scroll(struct list *l, int rows);
/* A click selects the row, and opens or closes a head; the wheel scrolls. y is relative to the drawn area. */
void list_mouse(struct list *l, int y, const struct term_mouse *m);
/* Is the end of the rows at most two screens away, so that more should be read? */
bool list_near_end(const struct list *l);
/* Returns what `y` or `Y` copies of the selected row: its kind's column, cleaned, or JSON. Caller frees; NULL =
 * none. */
char *list_copy(const struct list *l, bool json);

/* Heads */
bool list_is_open(const struct list *l, uint64_t key);
void list_open(struct list *l, uint64_t key, bool open);	/* refill afterwards */

/* Sets the filter, "" = none; refill afterwards. Times in it are read in the zone (or NULL) at now_us. */
void list_filter(struct list *l, const char *text, const struct zone *zone, int64_t now_us);
bool list_filtering(const struct list *l);
/* Does a row pass the filter? `all` as in filter_words_match(). */
bool list_matches(struct list *l, int kind, const void *data, const char *all);
filter_get_fn list_field;		/* for ops->rows: get() of the row that is matched */
/* For filter_rows.span and param: the row that is matched, with its kind and data, and the arg of its list. */
const struct list_row *list_field_row(const void *row);
void *list_field_arg(const void *row);

/* Sorts the rows from `from` to the last by get() of a column, ignoring case. Equal rows keep their order. Between
 * begin and end. */
void list_sort(struct list *l, size_t from, int column, bool descending);

/* Draws the rows. The selected one is marked and, when `focused`, has the terminal's cursor. */
void list_draw(struct list *l, struct term *t, const struct canvas *c, bool focused);
/* Scrolls so that the cursor is visible in an area of `visible` rows. */
void list_fit(struct list *l, int visible);
/* Computes the layouts of all kinds for lines of so many columns. list_draw() does it unless it was done for this frame. */
void list_lay_out(struct list *l, int columns);

/* Fits the columns into `width`, with `gap` blanks between. Columns that do not fit are left out. */
void list_layout(struct list_layout *out, const struct list_column *columns, size_t n, int width, int gap);
/* The titles of a kind's columns; the one with id `sorted` (-1 = none) has an arrow. `c` is a whole line. */
void list_titles(const struct list *l, const struct canvas *c, int kind, int sorted, bool descending);
/* Returns the column of a kind at x of a line, -1 = none; the x where a column begins, -1 = it was left out. */
int list_column_at(const struct list *l, int kind, int x);
int list_column_x(const struct list *l, int kind, int id);
void list_cell(const struct canvas *c, int y, const struct list_layout *lay, int id, enum role r, const char *text);

#endif
