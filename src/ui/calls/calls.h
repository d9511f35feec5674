/*
 * The Calls view's state, shared by its files: ui/calls/view.c (actions), ui/calls/rows.c (which rows, in which order), ui/calls/columns.c
 * (what a call is in each column), ui/calls/draw_rows.c, ui/calls/past.c (finished calls out of the store), ui/calls/hangup.c.
 *
 * Rows are made when they are looked at, not when calls change: a view that is not shown costs nothing. They point to the app's
 * live calls, which hold still until the app changes; while rows must outlive that (paused, or a question is open) they
 * point to copies, `held`.
 */
#ifndef UI_CALLS_CALLS_H
#define UI_CALLS_CALLS_H

#include "ui/frame/list.h"
#include "trunkdeck/model/filter_words.h"
#include "ui/frame/ui.h"

enum calls_row {
	CALLS_LIVE,		/* data: struct call, of the app or held */
	CALLS_RULE,		/* between live and finished calls; no data */
	CALLS_PAST,		/* data: struct call, of the view's past */
	CALLS_END,		/* what is to be said below the last one; no data */
};

enum calls_column {
	CALLS_NUMBER, CALLS_LABEL, CALLS_AGENT, CALLS_CALLER, CALLS_COUNTRY, CALLS_STATE, CALLS_AGE, CALLS_RESPONSE,
	CALLS_PROVIDER, CALLS_SERVER,
	CALLS_COLUMNS,		/* those of live calls; finished ones have more */
	CALLS_ENDED = CALLS_COLUMNS, CALLS_HUNG_UP_BY,
};

struct past_call;

/* Finished calls, newest end first, that match the filter: what was read of the store down to `mark`, and on top of it what
 * finished since. */
struct calls_past {
	struct past_row { uint64_t key; const struct call *call; } *rows;
	size_t count, size;
	struct past_call *by_key;
	uint64_t token;			/* of the page that is awaited; 0 = none */
	struct call_mark mark;		/* read down to here; at_us 0 = nothing was read yet */
	bool complete;			/* down to the first call ever */
	bool unproven;			/* the filter is another one since: what is behind the next page's mark has gaps */
	struct err err;
	uint64_t seen;			/* of the app's finished calls */
};

struct calls {
	struct ui *ui;
	struct app *app;
	struct list list;
	struct filter_words *query;
	bool stale;			/* the rows are to be made before they are looked at */
	bool reordered;			/* ... by another rule: shown from the top, if the cursor allows */
	bool from_top;			/* ... by another filter: the cursor is on the first row until the first page is there */
	size_t shown, all;		/* live calls that match, of how many */
	enum calls_column sort;
	bool descending;
	bool follow;			/* the cursor is kept on the newest live call */
	bool to_end;			/* the cursor is kept on the last row while pages are read, down to the first call ever */
	bool paused;
	struct call *held;		/* NULL = rows show the app's calls */
	size_t held_count;
	int64_t held_at_us;
	uint64_t held_events;		/* calls come and gone, ever, by then */
	struct calls_past past;
	bool as_panel;			/* the last frame had it beside the Deck */
	size_t panel_top;
	struct list_layout layout;	/* of live calls, in the last frame */
	int head;			/* lines above its rows ... */
	bool titled;			/* ... the last of them with titles */
	bool sortable;			/* these were those of live calls */
};

/* ui/calls/columns.c */
/* The text of a column that is one; NULL for figures. */
const char *calls_text(const struct app *a, const struct call *c, enum calls_column column);
const char *calls_country(const struct call *c);
/* As a person should see it: a talking call whose agent was never heard is a silent agent. */
enum call_state calls_state(const struct calls *v, const struct call *c, int64_t now_us);
bool calls_match(const struct calls *v, const struct call *c);
/* In the order of the sort column; of equal ones the order stays. */
void calls_sort(const struct calls *v, const struct call **calls, size_t count);

/* ui/calls/rows.c */
/* The rows as they are now: before the list is drawn, moved in, or read. */
void calls_refresh(struct calls *v);
/* Copies the live calls, so that the rows hold still; let go by calls_refresh() once neither paused nor a question open. */
void calls_freeze(struct calls *v);
/* The clock of what is shown: it stands still while paused. */
int64_t calls_now_us(const struct calls *v);
/* The call under the cursor, NULL; *live says which kind. */
const struct call *calls_selected(struct calls *v, bool *live);
/* Off rows that are no calls, on in the direction of the move. */
void calls_settle(struct calls *v, enum action_id direction);
size_t calls_backlog(const struct calls *v);

/* ui/calls/past.c */
void past_free(struct calls *v);
/* The filter is another one. */
void past_filter(struct calls *v);
/* Takes what was read and, unless rows are held, what finished; true when something is new. */
bool past_take(struct calls *v);
/* Asks for the next page when the rows at hand come to their end; true while a page is awaited. */
bool past_want(struct calls *v);
/* What is to be said below the last one, translated; NULL = nothing. */
const char *past_end_text(const struct calls *v);

/* ui/calls/draw_rows.c */
void calls_draw_view(struct calls *v, const struct canvas *c);
void calls_draw_panel(struct calls *v, const struct canvas *c);

/* ui/calls/hangup.c: asks, saying who is cut off. */
void calls_ask_hangup(struct calls *v);

extern const struct view_ops view_calls_ops;

#endif
