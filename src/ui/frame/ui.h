/*
 * The screen: views, overlays, and the frame around them. `struct ui` is the loop's client (loop.h): keys in, actions out,
 * one frame per turn.
 *
 *   row 0   trunkdeck  WORKSPACE                 store ok  na-1 ok  eu-1 retry 4 s  14:02
 *   row 1   1 Deck  2 Calls 7  4 Servers !  5 Log                            3 of 5 used
 *   row 2   ────────
 *   ...     the view(s)
 *   last-1  status line: the current message, or the filter/prompt being typed
 *   last    footer: the keys of the view
 *
 * Views are const vtables over their own state; overlays (form, dialog, help, palette, filter line) are a stack of state
 * with callbacks: the top one gets the keys first. Nothing here waits.
 *
 * How long pointers live: a view or overlay may keep pointers to records, calls and other data of the app until its next
 * update(). The app may free the data whenever it takes mail, and then sets `dirty`; before a key, a click or a frame
 * reaches a view, ui passes `dirty` to update(). Data that must live longer is copied (as by forms, call_detail_open()).
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

/* The records under the cursor of a view. The pointers live as long as those of a list row. */
struct view_cursor {
	const struct provider *provider;	/* also the provider of the number */
	const struct number *number;		/* of the workspace; also the number of the call */
	const struct call *call;
	bool live;				/* the call has not ended */
};

/* The beginning of every view's state. */
struct view {
	struct ui *ui;
	struct app *app;
	struct list list;		/* unused by a view without a list */
};

/*
 * The frame makes, keeps and frees the state. For a view with a list, the frame also filters it, moves its cursor,
 * opens and closes its heads, handles its clicks and copies from it. All functions but `draw` may be NULL.
 */
struct view_ops {
	const char *title;				/* N_() */
	unsigned scope;					/* enum action_scope bit(s) */
	size_t size;					/* of the state, which begins with a struct view */
	const struct list_ops *list;			/* its arg is the state; NULL = no list */
	void (*open)(void *state);			/* once at start; the state is zeroed, its struct view set */
	void (*close)(void *state);			/* frees what the state owns */
	/* The app changed (bits of enum app_dirty). The view marks a list of the app's data as stale: it may be
	 * gone. */
	void (*update)(void *state, unsigned dirty);
	/* Called before the list is drawn, moved in or read. NULL = a stale list is refilled. */
	void (*refresh)(void *state);
	/* focused: puts the terminal's cursor on the selected row (term_cursor), for screen readers and magnifiers. */
	void (*draw)(void *state, const struct canvas *c, bool focused);
	/* Returns true when it handled the action. */
	bool (*action)(void *state, enum action_id action);
	/* Gives the records that the `needs` of the action table check; *out is zero before. NULL: none. */
	void (*cursor)(void *state, struct view_cursor *out);
	void (*moved)(void *state);			/* the list's cursor was moved by hand */
	void (*filtered)(void *state);			/* the list has another filter */
	/* Writes the view's mode, translated, for the rule above it; at most size bytes, "" = none. */
	void (*note)(void *state, char *to, size_t size);
	/* Writes the badge of the tab: a count or "!"; at most size bytes, "" = none. */
	void (*badge)(void *state, char *to, size_t size);
	/* Handles a click or the wheel, relative to its canvas. NULL = the list does, at the top of the canvas. */
	void (*click)(void *state, int y, int x, const struct term_mouse *m);
	/* Puts the cursor on a number of the workspace; the filter must not hide it. */
	void (*select_number)(void *state, const struct number *n);
	/* Draw two rows of today's figures below the other views; return their title, translated. */
	const char *(*strip_title)(const struct app *a);
	void (*strip)(const struct app *a, const struct canvas *c);
	int64_t (*next_at_ms)(void *state);		/* when the view changes by time alone, monotonic; -1 = never */
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
/* Closes the overlay with this state, wherever it is on the stack, for results that come without a key. Its own key()
 * must not call this; it returns true instead. */
void ui_pop(struct ui *ui, void *state);
void ui_touch(struct ui *ui);			/* draw at the end of this turn */
bool ui_frozen(const struct ui *ui);		/* an overlay keeps the order of the rows */
void ui_show(struct ui *ui, enum view_id view);
void ui_do(struct ui *ui, enum action_id action);
/* needs.c: returns why an action is not possible now, translated (footer and help dim it); NULL = it is possible. */
const char *ui_why_not(struct ui *ui, enum action_id action);
/* Shows the view of a key ("1" to "5"); false when the key belongs to no view. */
bool ui_view_key(struct ui *ui, key_code key);
/* Shows the Deck with the cursor on a number of the workspace; shows the calls that match a filter. */
void ui_show_number(struct ui *ui, const char *e164);
void ui_show_calls(struct ui *ui, const char *filter);
/* Returns the state of a view, with its list refilled. */
void *ui_view_state(struct ui *ui, enum view_id view);
/* Reports that a key does nothing here. Repeats it only after a key that did something. */
void ui_no_such_key(struct ui *ui, key_code key);
/* Copies to the clipboard; `said` is the message after success. */
void ui_copy(struct ui *ui, const char *text, const char *said);

/* For the script driver: these do what the loop does. */
void ui_key(struct ui *ui, key_code key);
void ui_paint(struct ui *ui);

/* Overlays (each in its own file). Callbacks run on the main thread. */

/* A question with the safe choice focused. `consequence` may have several lines. confirmed() runs only on yes. The
 * second yes has no key of its own: the focus must be moved to it. */
struct dialog_options {
	const char *title;
	const char *text;
	const char *yes;		/* the word of the action: "Delete" */
	const char *no;			/* "Keep" */
	const char *also;		/* a second, stronger yes: "Delete and hang up 2 calls"; NULL = none */
	const char *typed;		/* when set, this word must be typed to say yes */
	void (*confirmed)(void *arg);
	void (*also_confirmed)(void *arg);
	void (*closed)(void *arg);	/* always called, last; frees arg. May be NULL */
	void *arg;
};
void dialog_ask(struct ui *ui, const struct dialog_options *o);
void help_open(struct ui *ui);
void palette_open(struct ui *ui);
void filter_open(struct ui *ui, const char *text);	/* live; Enter keeps, Esc clears */
void text_open(struct ui *ui, const char *title, const char *text);	/* a page to read: full messages, stats */
/* Both start at once, and stop when the page is closed. On the doctor's page Enter does what the marked finding
 * advises. number: as it arrived or is configured; number and provider NULL: everything is checked. */
void doctor_open(struct ui *ui, const char *number, const struct provider *provider);
void test_open(struct ui *ui, const char *number);
/* Shows a live or finished call, which is copied, and follows it while the page is open. */
void call_detail_open(struct ui *ui, const struct call *c);
/* The record forms, driven by the field table. The given record is copied. field: the JSON key of the field that gets
 * the focus first; NULL = the form's own first field. */
void form_number_edit(struct ui *ui, const struct number *n, const char *field);
/* Opens the form of a new number with these values. An unknown provider and "" leave the field empty. */
void form_number_add(struct ui *ui, const char *provider_id, const char *e164);
/* original NULL = add. */
void form_provider_open(struct ui *ui, const struct provider *original, const char *field);

#endif
