/*
 * Every action an operator can take on the screen: one table. Keys, the `:` palette, help, the footer and the manual's
 * key table come from it. The name is the palette's word and, where there is one, the batch command's.
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
 * id, name, default keys (blank separated; key names as in keymap.h), scope, word in the footer ("" = not there; order of
 * this table is the order of the footer), help
 */
#define ACTION_TABLE(X) \
	X(NUMBER_ADD, "number add", "a", SCOPE_DECK | SCOPE_CALLS, N_("add"), N_("Add a number to the provider under the cursor, or the unknown number of the call there")) \
	X(NUMBER_EDIT, "edit", "e", SCOPE_DECK, N_("edit"), N_("Edit the number or provider under the cursor")) \
	X(NUMBER_DELETE, "delete", "d", SCOPE_DECK, N_("delete"), N_("Delete the number or provider under the cursor, after asking")) \
	X(DETAIL, "details", "Enter", SCOPE_CALLS, N_("details"), N_("The call under the cursor: its story, its legs, its number")) \
	X(HANGUP, "hang up", "h", SCOPE_CALLS, N_("hang up"), N_("Hang up the call under the cursor, after asking")) \
	X(PAUSE, "pause", "p", SCOPE_CALLS, N_("pause"), N_("Hold the list still, and count what comes and goes meanwhile; again: catch up")) \
	X(TEST, "test", "t", SCOPE_DECK, N_("test"), N_("Test call: how far does a call to the number under the cursor get?")) \
	X(DOCTOR, "doctor", "D", SCOPE_DECK | SCOPE_CALLS, N_("doctor"), N_("Check what calls to the number or provider under the cursor, or to the number of the call there, depend on")) \
	X(DOCTOR_ALL, "doctor all", "", SCOPE_DECK, "", N_("Check every provider, number and server")) \
	X(UNDO, "undo", "u", SCOPE_ALL, N_("undo"), N_("Undo the last change made here, and with the next press the one before")) \
	X(REDO, "redo", "U", SCOPE_ALL, "", N_("Make the change again that was undone last")) \
	X(PROVIDER_ADD, "provider add", "A", SCOPE_DECK, "", N_("Add a SIP provider")) \
	X(EXPAND, "expand", "Enter Space", SCOPE_DECK | SCOPE_SERVERS, "", N_("Open or close the provider or server here")) \
	X(OPEN, "open", "l Right", SCOPE_DECK | SCOPE_SERVERS, "", N_("Open the provider or server here")) \
	X(CLOSE, "close", "h Left", SCOPE_DECK | SCOPE_SERVERS, "", N_("Close the provider or server, or go up to it")) \
	X(EXPAND_ALL, "expand all", "E", SCOPE_DECK | SCOPE_SERVERS, "", N_("Open or close all providers or servers")) \
	X(FOLLOW, "follow", "F", SCOPE_CALLS, "", N_("Keep the cursor on the newest live call, until it is moved; otherwise it stays on its call")) \
	X(SORT_NEXT, "sort by next", ">", SCOPE_CALLS, "", N_("Sort live calls by the next column; finished ones stay newest first")) \
	X(SORT_PREVIOUS, "sort by previous", "<", SCOPE_CALLS, "", N_("Sort live calls by the previous column")) \
	X(SORT_INVERT, "sort inverted", "I", SCOPE_CALLS, "", N_("Turn the order of live calls round")) \
	X(CALLER, "calls of caller", "C", SCOPE_CALLS, "", N_("Show all calls of the caller under the cursor")) \
	X(FIGURE_CALLS, "calls of figure", "Enter", SCOPE_METRICS, N_("calls"), N_("Show the calls that the marked figure counts, or all that are counted")) \
	X(FIGURE_NEXT, "next figure", "l Right", SCOPE_METRICS, "", N_("Mark the next outcome, weekday, cause or country")) \
	X(FIGURE_PREVIOUS, "previous figure", "h Left", SCOPE_METRICS, "", N_("Mark the one before")) \
	X(SUBJECT, "subject", "Space", SCOPE_METRICS, N_("subject"), N_("Figures of the number under the Deck's cursor, its provider, agent, region, or all calls; up and down move it")) \
	X(WINDOW_NEXT, "window longer", "]", SCOPE_METRICS, N_("longer"), N_("The next window: live, today, 1h, 24h, 7d, 30d")) \
	X(WINDOW_PREVIOUS, "window shorter", "[", SCOPE_METRICS, N_("shorter"), N_("The window before")) \
	X(SYNC, "sync", "s", SCOPE_SERVERS, N_("sync"), N_("Read all routes back and repair them; ask about those the store does not know")) \
	X(REPLAY_PAUSE, "replay pause", "P", SCOPE_REPLAY, N_("pause"), N_("Pause the replay, or let it go on")) \
	X(REPLAY_STEP, "replay step", ".", SCOPE_REPLAY, N_("step"), N_("On to the next event that changes a call, and pause")) \
	X(REPLAY_FASTER, "replay faster", "}", SCOPE_REPLAY, N_("faster"), N_("Play twice as fast")) \
	X(REPLAY_SLOWER, "replay slower", "{", SCOPE_REPLAY, N_("slower"), N_("Play half as fast")) \
	X(UP, "up", "k Up", SCOPE_LIST, "", N_("One row up")) \
	X(DOWN, "down", "j Down", SCOPE_LIST, "", N_("One row down")) \
	X(HALF_UP, "half page up", "^U", SCOPE_LIST, "", N_("Half a page up")) \
	X(HALF_DOWN, "half page down", "^D", SCOPE_LIST, "", N_("Half a page down")) \
	X(PAGE_UP, "page up", "PageUp ^B", SCOPE_LIST, "", N_("One page up")) \
	X(PAGE_DOWN, "page down", "PageDown ^F", SCOPE_LIST, "", N_("One page down")) \
	X(FIRST, "first", "g Home", SCOPE_LIST, "", N_("First row")) \
	X(LAST, "last", "G End", SCOPE_LIST, "", N_("Last row")) \
	X(FILTER, "filter", "/", SCOPE_LIST, N_("filter"), N_("Show only rows that match; Esc in the filter clears it")) \
	X(COPY, "copy", "y", SCOPE_LIST, "", N_("Copy the number or row under the cursor to the clipboard (OSC 52)")) \
	X(COPY_JSON, "copy json", "Y", SCOPE_LIST, "", N_("Copy the record under the cursor as JSON")) \
	X(PALETTE, "command", ":", SCOPE_ALL, N_("command"), N_("Type an action by name")) \
	X(JUMP, "jump", "c", SCOPE_DECK | SCOPE_CALLS, N_("jump"), N_("From a number or provider to its calls; from a call to its number")) \
	X(HELP, "help", "? F1", SCOPE_ALL, N_("help"), N_("What works here")) \
	X(QUIT, "quit", "q", SCOPE_ALL, N_("quit"), N_("Leave trunkdeck")) \
	X(VIEW_DECK, "deck", "1", SCOPE_ALL, "", N_("Providers and numbers")) \
	X(VIEW_CALLS, "calls", "2", SCOPE_ALL, "", N_("Live calls, then finished ones")) \
	X(VIEW_METRICS, "metrics", "3", SCOPE_ALL, "", N_("Figures of a number, provider, agent, region, or all")) \
	X(VIEW_SERVERS, "servers", "4", SCOPE_ALL, "", N_("Servers: connections, routes, providers' endpoints, registrations")) \
	X(VIEW_LOG, "log", "5", SCOPE_ALL, "", N_("Messages and changes")) \
	X(NEXT_VIEW, "next view", "Tab", SCOPE_ALL, "", N_("Next view")) \
	X(PREVIOUS_VIEW, "previous view", "BackTab", SCOPE_ALL, "", N_("Previous view")) \
	X(LAST_VIEW, "last view", "-", SCOPE_ALL, "", N_("The view before this one")) \
	X(FULL_MESSAGE, "message", "!", SCOPE_ALL, "", N_("Show the last message in full")) \
	X(REDRAW, "redraw", "^L", SCOPE_ALL, "", N_("Draw the whole screen again")) \
	X(STATS, "stats", "", SCOPE_ALL, "", N_("Frames, bytes and writes of this screen")) \
	X(SUSPEND, "suspend", "^Z", SCOPE_ALL, "", N_("Suspend; fg comes back"))

enum action_id {
	ACTION_NONE,
#define ACTION_ENUM(id, name, keys, scope, footer, help) ACTION_##id,
	ACTION_TABLE(ACTION_ENUM)
#undef ACTION_ENUM
	ACTION_COUNT
};

struct action {
	enum action_id id;
	const char *name;
	const char *keys;
	unsigned scope;			/* enum action_scope bits, 0 = everywhere */
	const char *footer;		/* N_() */
	const char *help;		/* N_() */
};

const struct action *action_get(enum action_id id);
/* By exact name, else by unambiguous prefix; ACTION_NONE when there is none. */
enum action_id action_by_name(const char *name);
bool action_in_scope(const struct action *a, unsigned scope);

#endif
