/*
 * The Calls view's state, shared by its files: view.c (rows and actions), columns.c (what a call is in each column), past.c
 * (finished calls out of the store), hangup.c.
 *
 * Rows are made when they are looked at, not when calls change: a view that is not shown costs nothing. They point to the app's
 * live calls, which hold still until the app changes; while rows must outlive that (paused, or a question is open) they
 * point to copies, `held`.
 */
#ifndef UI_CALLS_CALLS_H
#define UI_CALLS_CALLS_H

#include "ui/frame/ui.h"

enum calls_row {
	CALLS_LIVE,		/* data: struct call, of the app or held */
	CALLS_PAST,		/* data: struct call, of the view's past */
	CALLS_RULE,		/* a note: between live and finished calls */
	CALLS_END,		/* a note: the text below the last row */
};

enum calls_column {
	CALLS_NUMBER, CALLS_LABEL, CALLS_AGENT, CALLS_CALLER, CALLS_COUNTRY, CALLS_STATE, CALLS_AGE, CALLS_RESPONSE,
	CALLS_PROVIDER, CALLS_SERVER,
	CALLS_COLUMNS,		/* those of live calls; finished ones have more */
	CALLS_ENDED = CALLS_COLUMNS, CALLS_HUNG_UP_BY,
	CALLS_CALLER_BARE,	/* "" when it is withheld */
	CALLS_STATE_RANK, CALLS_RESPONSE_RANK,	/* to sort by */
};
#define CALLS_PAST_COLUMNS 12

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
	bool unproven;			/* the filter has changed since: calls may be missing behind the next page's mark */
	struct err err;
	uint64_t seen;			/* of the app's finished calls */
};

struct calls {
	struct view view;
	struct list panel;		/* beside or below the Deck: all live calls, newest first */
	bool reordered;			/* the stale list is shown from the top, if the cursor allows */
	bool from_top;			/* after a new filter: the cursor is on the first row until the first page is there */
	size_t shown, all;		/* live calls that match, of how many */
	uint64_t newest;		/* key of the newest that matches; 0 = none */
	enum calls_column sort;
	bool descending;
	bool follow;			/* the cursor is kept on the newest live call */
	bool paused;
	struct call *held;		/* NULL = rows show the app's calls */
	size_t held_count;
	int64_t held_at_us;
	uint64_t held_events;		/* calls come and gone, ever, by then */
	struct calls_past past;
	bool as_panel;			/* the last frame had it beside the Deck */
	struct list_kind kinds[LIST_KINDS_MAX];
	struct list_column past_columns[CALLS_PAST_COLUMNS];	/* with the room that the times in view need */
	bool seconds;			/* there is room for them in a time */
	int head;			/* lines above its rows ... */
	int titles;			/* ... the last of them with the titles of this kind; -1 = none */
};

/* columns.c */
list_get_fn calls_get, calls_get_calm;	/* calm: without marks of change, by the running clock */
extern const struct list_kind calls_kinds[LIST_KINDS_MAX];
/* Fits the columns of finished calls to the times of the rows in view. */
void calls_fit_columns(struct calls *v, int columns);
/* As a person should see it: a talking call whose agent was never heard is a silent agent. */
enum call_state calls_state(const struct calls *v, const struct call *c, int64_t now_us);
/* A state that is two seconds young has a mark. */
bool calls_is_young(const struct call *c, int64_t now_us);
bool calls_match(const struct calls *v, const struct call *c);
/* The clock of the rows: it stands still while paused. */
int64_t calls_now_us(const struct calls *v);

/* view.c */
/* Copies the live calls, so that the rows hold still until neither the list is paused nor a question is open. */
void calls_freeze(struct calls *v);

/* past.c */
void past_free(struct calls *v);
/* The filter has changed. */
void past_filter(struct calls *v);
/* Takes what was read and, unless rows are held, what finished; true when something is new. */
bool past_take(struct calls *v);
/* Asks for the next page when the rows at hand come to their end. */
void past_want(struct calls *v);
/* The text below the last row, translated; NULL = none. */
const char *past_end_text(const struct calls *v);

/* hangup.c: asks, and names who is cut off. */
void calls_ask_hangup(struct calls *v, const struct call *c);

extern const struct view_ops view_calls_ops;

#endif
