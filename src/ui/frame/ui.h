/*
 * The screen: views, overlays, and the frame around them. `struct ui` is the loop's client (loop.h): keys in, actions out,
 * one frame per turn.
 *
 *   row 0   trunkdeck  WORKSPACE                 store ok  na-1 ok  eu-1 retry 4 s  14:02
 *   row 1   1 Deck  2 Calls 7  4 Servers !  5 Log                            3 of 5 used
 *   row 2   ────────
 *   ...     the view(s)
 *   last-1  status line: the current message, or the filter/prompt being typed
 *   last    footer: what works here
 *
 * Views are const vtables over their own state; overlays (form, dialog, help, palette, filter line) are a stack of state
 * with callbacks: the top one gets the keys first. Nothing here waits.
 *
 * How long pointers live: a view or overlay may keep pointers to records, calls and other data of the app until its next
 * update(). The app may free the data whenever it takes mail, and then sets `dirty`; before a key, a click or a frame
 * reaches a view, ui gives that to update(). What has to live longer is copied (as forms and call_detail_open() do).
 * Texts and records given to the functions below are only read during the call, unless a function says otherwise; overlay
 * state belongs to its overlay until close(); `ops`, titles and hints must live as long as the program.
 */
#ifndef UI_FRAME_UI_H
#define UI_FRAME_UI_H

#include <stdbool.h>
#include <stdint.h>

#include "ui/term/draw.h"
#include "list.h"
#include "ui/term/term.h"
#include "trunkdeck/app/app.h"
#include "trunkdeck/app/loop.h"
#include "trunkdeck/model/filter_words.h"

struct ui;

enum view_id { VIEW_DECK, VIEW_CALLS, VIEW_METRICS, VIEW_SERVERS, VIEW_LOG, VIEW_COUNT };

/* What the cursor of a view is on; the pointers live as long as those of a list row. */
struct view_cursor {
	const struct provider *provider;	/* ... of the number, too */
	const struct number *number;		/* of the workspace; of the call, too */
	const struct call *call;
	bool live;				/* the call has not ended */
};

/* What the state of every view begins with. */
struct view {
	struct ui *ui;
	struct app *app;
	struct list list;		/* where the view has one */
};

/*
 * The frame makes, keeps and frees the state. Where the view has a list, the frame also filters it, moves its cursor, opens and
 * closes its heads, takes its clicks and copies from it; the functions are for what is the view's own. All but `draw` may be NULL.
 */
struct view_ops {
	const char *title;				/* N_() */
	unsigned scope;					/* enum action_scope bit(s) */
	size_t size;					/* of the state, which begins with a struct view */
	const struct list_ops *list;			/* its arg is the state; NULL = no list */
	void (*open)(void *state);			/* once at start; the state is zeroed, its struct view set */
	void (*close)(void *state);			/* frees what the state owns */
	/* The app changed (bits of enum app_dirty). A list whose rows come from the app is made stale here at the latest: its data
	 * may be gone. */
	void (*update)(void *state, unsigned dirty);
	/* Before the list is drawn, moved in or read. NULL = a stale list is refilled. */
	void (*refresh)(void *state);
	/* Focused: puts the hardware cursor on the selected row (term_cursor), so that screen readers and magnifiers follow. */
	void (*draw)(void *state, const struct canvas *c, bool focused);
	/* true when handled */
	bool (*action)(void *state, enum action_id action);
	/* For the `needs` of the action table; *out is zero before. NULL: no action needs what is under its cursor. */
	void (*cursor)(void *state, struct view_cursor *out);
	void (*moved)(void *state);			/* the list's cursor was moved by hand */
	void (*filtered)(void *state);			/* the list has another filter */
	/* For the rule above what was drawn last: a mode it is in, translated; writes at most size bytes, "" = none. */
	void (*note)(void *state, char *to, size_t size);
	/* For the tab: a count or "!" after the title; writes at most size bytes, "" = nothing. */
	void (*badge)(void *state, char *to, size_t size);
	/* A click or the wheel, relative to its canvas; NULL = the list's, which begins at the top of the canvas. */
	void (*click)(void *state, int y, int x, const struct term_mouse *m);
	/* Puts the cursor on a number of the workspace; the filter must not hide it. */
	void (*select_number)(void *state, const struct number *n);
	/* Two rows of today's figures for below the other views, and their title, translated. */
	const char *(*strip_title)(const struct app *a);
	void (*strip)(const struct app *a, const struct canvas *c);
	int64_t (*next_at_ms)(void *state);		/* when it changes by time alone, monotonic; -1 */
};

struct overlay_ops {
	const char *name;
	void (*draw)(void *state, const struct canvas *screen);
	/* Every key goes to the top overlay. Returns true when the overlay is finished and must be popped. */
	bool (*key)(void *state, key_code key);
	void (*update)(void *state, unsigned dirty);	/* may be NULL */
	void (*close)(void *state);			/* frees the state */
	bool wants_freeze;				/* lists keep their order while it is open */
	bool page;					/* covers the view: the keys of the other views close it and show them */
	const char *hint;				/* N_(): its keys, for the footer, "Enter choose  Esc close"; may be NULL */
};

struct ui_options {
	bool headless;
	int rows, columns;
	const struct view_ops *const *views;	/* VIEW_COUNT of them, by id: ui_views, or those of a test */
};

bool ui_new(struct ui **out, struct app *app, const struct ui_options *options, struct err *e);
void ui_free(struct ui **ui);
void ui_loop_client(struct ui *ui, struct loop_client *out);

/* For views and overlays. */
struct app *ui_app(struct ui *ui);
struct term *ui_term(struct ui *ui);
void ui_push(struct ui *ui, const struct overlay_ops *ops, void *state);
/* Closes the overlay with this state, wherever it is on the stack: for results that come while nobody presses a key. Not from
 * inside its own key(), which returns true instead. */
void ui_pop(struct ui *ui, void *state);
void ui_touch(struct ui *ui);			/* draw at the end of this turn */
bool ui_frozen(const struct ui *ui);		/* an overlay wants the order of rows to hold */
void ui_show(struct ui *ui, enum view_id view);
void ui_do(struct ui *ui, enum action_id action);
/* needs.c: why an action can't be done now, translated (dims it in footer and help); NULL = it can. */
const char *ui_why_not(struct ui *ui, enum action_id action);
/* Shows the view that a key belongs to ("1" to "5"); false when it belongs to none. */
bool ui_view_key(struct ui *ui, key_code key);
/* Between a number and its calls: shows the Deck with the cursor on a number of the workspace; the calls a filter lets through. */
void ui_show_number(struct ui *ui, const char *e164);
void ui_show_calls(struct ui *ui, const char *filter);
/* The state of a view, its list fresh. */
void *ui_view_state(struct ui *ui, enum view_id view);
/* Says that a key does nothing here; not again until a key that does something. */
void ui_no_such_key(struct ui *ui, key_code key);
/* To the clipboard; `said` is the message when that went well. */
void ui_copy(struct ui *ui, const char *text, const char *said);

/* For the script driver: as the loop would. */
void ui_key(struct ui *ui, key_code key);
void ui_paint(struct ui *ui);

/* Overlays (each in its own file). Callbacks run on the main thread. */

/* A question with the safe choice focused. `consequence` may have several lines. confirmed() runs only on yes; the second yes has no
 * key of its own, it has to be moved to. */
struct dialog_options {
	const char *title;
	const char *text;
	const char *yes;		/* the word of the action: "Delete" */
	const char *no;			/* "Keep" */
	const char *also;		/* a second yes that goes further: "Delete and hang up 2 calls"; NULL = there is none */
	const char *typed;		/* when set, this word must be typed to say yes */
	void (*confirmed)(void *arg);
	void (*also_confirmed)(void *arg);
	void (*closed)(void *arg);	/* always, last; frees arg. May be NULL */
	void *arg;
};
void dialog_ask(struct ui *ui, const struct dialog_options *o);
void help_open(struct ui *ui);
void palette_open(struct ui *ui);
void filter_open(struct ui *ui, const char *text);	/* live; Enter keeps, Esc clears */
void text_open(struct ui *ui, const char *title, const char *text);	/* a page to read: full messages, stats */
/* Both start at once, and stop when the page is closed. On the doctor's page Enter does what the marked finding advises. number: as
 * it arrived or is configured; number and provider NULL: check everything. */
void doctor_open(struct ui *ui, const char *number, const struct provider *provider);
void test_open(struct ui *ui, const char *number);
/* A call in detail, live or finished; copied. Follows it while open. */
void call_detail_open(struct ui *ui, const struct call *c);
/* The record forms, driven by the field table; a record given is copied. field: the JSON key of the field where the focus begins;
 * NULL = where the form begins. */
void form_number_edit(struct ui *ui, const struct number *n, const char *field);
/* A new number with provider and number filled in; an unknown provider and "" leave the field empty. */
void form_number_add(struct ui *ui, const char *provider_id, const char *e164);
/* original NULL = add. */
void form_provider_open(struct ui *ui, const struct provider *original, const char *field);

#endif
