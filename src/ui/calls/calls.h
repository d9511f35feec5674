/*
 * The Calls view's state, shared by view.c (rows, actions), columns.c, past.c (finished calls of the store), hangup.c.
 *
 * Rows are made when they are drawn or read, not when calls change, so that a hidden view costs nothing. They point to
 * the app's live calls, which are valid until the app changes. While the list is paused or a question is open, they
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
	CALLS_PROVIDER, CALLS_SERVER, CALLS_SERVED,
	CALLS_COLUMNS,		/* those of live calls; finished ones have more */
	CALLS_ENDED = CALLS_COLUMNS, CALLS_HUNG_UP_BY, CALLS_REASON, CALLS_LOSS, CALLS_SCORE, CALLS_ARRIVED, CALLS_UUID,
	CALLS_CALLER_BARE,	/* "" when it is withheld */
	CALLS_STATE_RANK, CALLS_RESPONSE_RANK,	/* for sorting */
};
#define CALLS_PAST_COLUMNS 18

struct past_call;

/* Finished calls that match the filter, newest end first: those read from the store down to `mark`, and later ones. */
struct calls_past {
	struct past_row { uint64_t key; const struct call *call; } *rows;
	size_t count, size;
	struct past_call *by_key;
	uint64_t token;			/* of the page that was asked for; 0 = none */
	struct call_mark mark;		/* the store was read down to here; at_us 0 = not read yet */
	bool complete;			/* read down to the first call ever */
	bool unproven;			/* the filter has changed: rows below the next page's mark are dropped */
	struct err err;
	uint64_t seen;			/* how many of the app's finished calls were taken */
};

struct calls {
	struct view view;
	struct list panel;		/* beside or below the Deck: all live calls, newest first */
	bool reordered;			/* the stale list is shown from the top, if the cursor allows it */
	bool from_top;			/* new filter: the cursor stays on the first row until the first page came */
	size_t shown, all;		/* live calls that match, and all live calls */
	uint64_t newest;		/* key of the newest live call that matches; 0 = none */
	enum calls_column sort;
	bool descending;
	bool follow;			/* the cursor is kept on the newest live call */
	bool paused;
	struct call *held;		/* NULL = rows show the app's calls */
	size_t held_count;
	int64_t held_at_us;
	uint64_t held_events;		/* calls that had begun or ended when the copies were made */
	struct calls_past past;
	bool as_panel;			/* the last frame drew it beside the Deck */
	struct list_kind kinds[LIST_KINDS_MAX];
	struct list_column past_columns[CALLS_PAST_COLUMNS];	/* as wide as the times in view need */
	bool seconds;			/* the column of times has room for seconds */
	int head;			/* lines above its rows ... */
	int titles;			/* ... the last of them with the titles of this kind; -1 = none */
};

/* columns.c */
list_get_fn calls_get, calls_get_calm;	/* calm: without marks of change, by the running clock */
extern const struct list_kind calls_kinds[LIST_KINDS_MAX];
/* Fits the columns of finished calls to the times of the rows in view. */
void calls_fit_columns(struct calls *v, int columns);
/* Returns the state to show: if the agent of a talking call was never heard, the agent is silent. */
enum call_state calls_state(const struct calls *v, const struct call *c, int64_t now_us);
/* Did the state begin less than two seconds ago? Such a state has a mark. */
bool calls_is_young(const struct call *c, int64_t now_us);
bool calls_match(const struct calls *v, const struct call *c);
/* Returns the time of the rows' clock, which stands still while the list is paused. */
int64_t calls_now_us(const struct calls *v);

/* view.c */
/* Copies the live calls. The rows show the copies until the list is not paused and no question is open. */
void calls_freeze(struct calls *v);

/* past.c */
void past_free(struct calls *v);
/* Call it when the filter has changed. */
void past_filter(struct calls *v);
/* Takes the page that was read and, unless rows are held, the calls that finished. Returns true when some are new. */
bool past_take(struct calls *v);
/* Asks for the next page when the cursor comes near the last row. */
void past_want(struct calls *v);
/* Returns the text below the last row, translated; NULL = none. */
const char *past_end_text(const struct calls *v);

/* hangup.c: asks for confirmation, with the names of the two parties. */
void calls_ask_hangup(struct calls *v, const struct call *c);

extern const struct view_ops view_calls_ops;

#endif
