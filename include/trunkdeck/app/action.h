/*
 * The table of every action that an operator can take on the screen. Keys, the `:` palette, help, the footer and the
 * manual's key table are made from it. The name is the word in the palette, and of the batch command if there is one.
 */
#ifndef TRUNKDECK_APP_ACTION_H
#define TRUNKDECK_APP_ACTION_H

#include <stdbool.h>
#include <stddef.h>

#include "trunkdeck/base/gettext.h"

/* Where an action works. */
enum action_scope {
	SCOPE_ALL = 0,
	SCOPE_DECK = 1,
	SCOPE_CALLS = 2,
	SCOPE_SERVERS = 4,
	SCOPE_LOG = 8,
	SCOPE_METRICS = 32,
	SCOPE_LIST = 16,		/* any view with a cursor */
	SCOPE_REPLAY = 64,		/* every view, while a recorded stream is shown */
};

/*
 * Conditions of an action (ui/frame/needs.c has the message for each). The lowest bit is checked first, so that the
 * most general reason is reported.
 */
enum action_need {
	NEED_CHANGE = 1 << 0,		/* the workspace can be changed */
	NEED_SERVER = 1 << 1,		/* servers can be asked: this is no replay */
	NEED_CONFIGURED = 1 << 2,	/* a server is configured */
	NEED_AGENT = 1 << 3,		/* agents may be called: not in read-only mode */
	NEED_ADDABLE = 1 << 4,		/* a provider for a new number, or a call to an unknown number */
	NEED_RECORD = 1 << 5,		/* a provider or number under the cursor */
	NEED_NUMBER = 1 << 6,		/* a number of the workspace under the cursor */
	NEED_CALL = 1 << 7,		/* a call under the cursor */
	NEED_LIVE_CALL = 1 << 8,	/* ... that can be hung up */
	NEED_CALLER = 1 << 9,		/* ... whose caller is known */
	NEED_SUBJECT = 1 << 10,		/* a record, or a call to a number */
	NEED_TARGET = 1 << 11,		/* a record, or a call to a number of the workspace */
	NEED_UNDO = 1 << 12,
	NEED_REDO = 1 << 13,
	NEED_REPLAY = 1 << 14,		/* a recorded stream that has not ended */
	NEED_FASTER = 1 << 15,		/* ... and can be played faster */
	NEED_SLOWER = 1 << 16,
	NEED_FILTER = 1 << 17,		/* a view that can be filtered */
	NEED_COPY = 1 << 18,		/* a view with something to copy */
	NEED_MESSAGE = 1 << 19,
	NEED_TERMINAL = 1 << 20,
};

/*
 * id, name, default keys (separated by blanks; key names as in keymap.h), scope, needs, word in the footer ("" = not
 * shown; the footer has the order of this table), help
 */
#define ACTION_TABLE(X) \
	X(NUMBER_ADD, "number add", "a", SCOPE_DECK | SCOPE_CALLS, NEED_ADDABLE, N_("add"), N_("Add a number to the provider under the cursor, or the unknown number of the call under the cursor")) \
	X(NUMBER_EDIT, "edit", "e", SCOPE_DECK, NEED_CHANGE | NEED_RECORD, N_("edit"), N_("Edit the number or provider under the cursor")) \
	X(NUMBER_DELETE, "delete", "d", SCOPE_DECK, NEED_CHANGE | NEED_RECORD, N_("delete"), N_("Delete the number or provider under the cursor, after asking")) \
	X(DETAIL, "details", "Enter", SCOPE_CALLS, NEED_CALL, N_("details"), N_("Show the call under the cursor: its story, its legs, its number")) \
	X(HANGUP, "hang up", "h", SCOPE_CALLS, NEED_LIVE_CALL, N_("hang up"), N_("Hang up the call under the cursor, after asking")) \
	X(PAUSE, "pause", "p", SCOPE_CALLS, 0, N_("pause"), N_("Pause the list; new and ended calls are counted until the key is pressed again")) \
	X(TEST, "test", "t", SCOPE_DECK, NEED_SERVER | NEED_AGENT | NEED_NUMBER, N_("test"), N_("Make a test call to the number under the cursor")) \
	X(DOCTOR, "doctor", "D", SCOPE_DECK | SCOPE_CALLS, NEED_SERVER | NEED_SUBJECT, N_("doctor"), N_("Check the number or provider under the cursor, and all that its calls depend on")) \
	X(DOCTOR_ALL, "doctor all", "", SCOPE_DECK, NEED_SERVER, "", N_("Check every provider, number and server")) \
	X(UNDO, "undo", "u", SCOPE_ALL, NEED_CHANGE | NEED_UNDO, N_("undo"), N_("Undo the last change made here; press again for the one before it")) \
	X(REDO, "redo", "U", SCOPE_ALL, NEED_CHANGE | NEED_REDO, N_("redo"), N_("Redo the change that was undone last")) \
	X(PROVIDER_ADD, "provider add", "A", SCOPE_DECK, NEED_CHANGE, "", N_("Add a SIP provider")) \
	X(EXPAND, "expand", "Enter Space", SCOPE_DECK | SCOPE_SERVERS, 0, "", N_("Open or close the provider or server")) \
	X(OPEN, "open", "l Right", SCOPE_DECK | SCOPE_SERVERS, 0, "", N_("Open the provider or server")) \
	X(CLOSE, "close", "h Left", SCOPE_DECK | SCOPE_SERVERS, 0, "", N_("Close the provider or server, or go up to it")) \
	X(EXPAND_ALL, "expand all", "E", SCOPE_DECK | SCOPE_SERVERS, 0, "", N_("Open or close all providers or servers")) \
	X(FOLLOW, "follow", "F", SCOPE_CALLS, 0, "", N_("Keep the cursor on the newest live call until it is moved")) \
	X(SORT_NEXT, "sort by next", ">", SCOPE_CALLS, 0, "", N_("Sort live calls by the next column; finished ones stay newest first")) \
	X(SORT_PREVIOUS, "sort by previous", "<", SCOPE_CALLS, 0, "", N_("Sort live calls by the previous column")) \
	X(SORT_INVERT, "sort inverted", "I", SCOPE_CALLS, 0, "", N_("Sort live calls in the opposite order")) \
	X(CALLER, "calls of caller", "C", SCOPE_CALLS, NEED_CALLER, "", N_("Show all calls of the caller under the cursor")) \
	X(FIGURE_CALLS, "calls of figure", "Enter", SCOPE_METRICS, 0, N_("calls"), N_("Show the calls that the marked figure counts, or all that are counted")) \
	X(FIGURE_NEXT, "next figure", "l Right", SCOPE_METRICS, 0, "", N_("Mark the next outcome, weekday, cause or country")) \
	X(FIGURE_PREVIOUS, "previous figure", "h Left", SCOPE_METRICS, 0, "", N_("Mark the previous outcome, weekday, cause or country")) \
	X(HOUR_NEXT, "next hour", ">", SCOPE_METRICS, 0, "", N_("Mark the next hour of the marked weekday")) \
	X(HOUR_PREVIOUS, "previous hour", "<", SCOPE_METRICS, 0, "", N_("Mark the previous hour of the marked weekday")) \
	X(SUBJECT, "subject", "Space", SCOPE_METRICS, 0, N_("subject"), N_("Choose the subject: the number under the Deck's cursor, its provider, agent or region, or all calls")) \
	X(WINDOW_NEXT, "window longer", "]", SCOPE_METRICS, 0, N_("longer"), N_("The next window: live, today, 1h, 24h, 7d, 30d")) \
	X(WINDOW_PREVIOUS, "window shorter", "[", SCOPE_METRICS, 0, N_("shorter"), N_("The previous window: live, today, 1h, 24h, 7d, 30d")) \
	X(SYNC, "sync", "s", SCOPE_SERVERS, NEED_SERVER | NEED_CONFIGURED, N_("sync"), N_("Read back and repair all routes; ask about routes that the store does not know")) \
	X(REPLAY_PAUSE, "replay pause", "P", SCOPE_REPLAY, NEED_REPLAY, N_("pause"), N_("Pause the replay, or continue it")) \
	X(REPLAY_STEP, "replay step", ".", SCOPE_REPLAY, NEED_REPLAY, N_("step"), N_("Go to the next event that changes a call, and pause")) \
	X(REPLAY_FASTER, "replay faster", "}", SCOPE_REPLAY, NEED_REPLAY | NEED_FASTER, N_("faster"), N_("Play twice as fast")) \
	X(REPLAY_SLOWER, "replay slower", "{", SCOPE_REPLAY, NEED_REPLAY | NEED_SLOWER, N_("slower"), N_("Play half as fast")) \
	X(UP, "up", "k Up", SCOPE_LIST, 0, "", N_("One row up")) \
	X(DOWN, "down", "j Down", SCOPE_LIST, 0, "", N_("One row down")) \
	X(HALF_UP, "half page up", "^U", SCOPE_LIST, 0, "", N_("Half a page up")) \
	X(HALF_DOWN, "half page down", "^D", SCOPE_LIST, 0, "", N_("Half a page down")) \
	X(PAGE_UP, "page up", "PageUp ^B", SCOPE_LIST, 0, "", N_("One page up")) \
	X(PAGE_DOWN, "page down", "PageDown ^F", SCOPE_LIST, 0, "", N_("One page down")) \
	X(FIRST, "first", "g Home", SCOPE_LIST, 0, "", N_("First row")) \
	X(LAST, "last", "G End", SCOPE_LIST, 0, "", N_("Last row")) \
	X(FILTER, "filter", "/", SCOPE_LIST, NEED_FILTER, N_("filter"), N_("Show only rows that match; Esc in the filter clears it")) \
	X(COPY, "copy", "y", SCOPE_LIST, NEED_COPY, "", N_("Copy the number or row under the cursor to the clipboard (OSC 52)")) \
	X(COPY_JSON, "copy json", "Y", SCOPE_LIST, NEED_COPY, "", N_("Copy the record under the cursor as JSON")) \
	X(PALETTE, "command", ":", SCOPE_ALL, 0, N_("command"), N_("Type an action by name")) \
	X(JUMP, "jump", "c", SCOPE_DECK | SCOPE_CALLS, NEED_TARGET, N_("jump"), N_("Go from a number or provider to its calls, or from a call to its number")) \
	X(HELP, "help", "? F1", SCOPE_ALL, 0, N_("help"), N_("Show the keys of this view")) \
	X(QUIT, "quit", "q", SCOPE_ALL, 0, N_("quit"), N_("Leave trunkdeck")) \
	X(VIEW_DECK, "deck", "1", SCOPE_ALL, 0, "", N_("Providers and numbers")) \
	X(VIEW_CALLS, "calls", "2", SCOPE_ALL, 0, "", N_("Live calls, then finished ones")) \
	X(VIEW_METRICS, "metrics", "3", SCOPE_ALL, 0, "", N_("Figures of a number, provider, agent, region, or all")) \
	X(VIEW_SERVERS, "servers", "4", SCOPE_ALL, 0, "", N_("Servers: connections, routes, providers' endpoints, registrations")) \
	X(VIEW_LOG, "log", "5", SCOPE_ALL, 0, "", N_("Messages and changes")) \
	X(NEXT_VIEW, "next view", "Tab", SCOPE_ALL, 0, "", N_("Next view")) \
	X(PREVIOUS_VIEW, "previous view", "BackTab", SCOPE_ALL, 0, "", N_("Previous view")) \
	X(LAST_VIEW, "last view", "-", SCOPE_ALL, 0, "", N_("The view that was shown before this one")) \
	X(FULL_MESSAGE, "message", "!", SCOPE_ALL, NEED_MESSAGE, "", N_("Show the last message in full")) \
	X(REDRAW, "redraw", "^L", SCOPE_ALL, 0, "", N_("Draw the whole screen again")) \
	X(STATS, "stats", "", SCOPE_ALL, 0, "", N_("Show how many frames, bytes and writes were made")) \
	X(SUSPEND, "suspend", "^Z", SCOPE_ALL, NEED_TERMINAL, "", N_("Suspend trunkdeck; fg in the shell continues it"))

enum action_id {
	ACTION_NONE,
#define ACTION_ENUM(id, name, keys, scope, needs, footer, help) ACTION_##id,
	ACTION_TABLE(ACTION_ENUM)
#undef ACTION_ENUM
	ACTION_COUNT
};

struct action {
	enum action_id id;
	const char *name;
	const char *keys;
	unsigned scope;			/* enum action_scope bits, 0 = everywhere */
	unsigned needs;			/* enum action_need bits */
	const char *footer;		/* N_() */
	const char *help;		/* N_() */
};

const struct action *action_get(enum action_id id);
/* The action with this name or with this unambiguous prefix; ACTION_NONE when there is none. */
enum action_id action_by_name(const char *name);
bool action_in_scope(const struct action *a, unsigned scope);

#endif
