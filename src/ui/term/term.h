/*
 * The terminal: curses started, stopped, suspended, resized; keys in, one write per frame out. The only file that knows
 * terminal modes (bracketed paste, mouse, mode 2026, OSC 52). Main thread only. Facts behind it: reference tui.md 4.
 */
#ifndef UI_TERM_TERM_H
#define UI_TERM_TERM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trunkdeck/app/keymap.h"
#include "trunkdeck/base/err.h"

struct term_options {
	bool headless;			/* --script: no terminal; frames are not sent, sizes are set */
	int rows, columns;		/* headless size */
	bool mouse;
};

struct term_stats {
	uint64_t frames;
	uint64_t bytes, writes;		/* of all frames */
	uint64_t last_bytes, max_bytes;
	int64_t last_build_us, last_flush_us;
};

struct term_mouse {
	int y, x;
	enum { MOUSE_CLICK, MOUSE_DOUBLE, MOUSE_WHEEL_UP, MOUSE_WHEEL_DOWN } kind;
};

struct term;

/* Not a terminal, or a TERM without cursor movement: ERR_USAGE with what to use instead (batch commands). */
bool term_start(struct term **out, const struct term_options *options, struct err *e);
/* Restores the terminal. Also registered with die_set_hook() and the fatal signals, async-signal-safe. */
void term_stop(struct term **t);
void term_suspend(struct term *t);	/* stops the process group with SIGTSTP; returns after SIGCONT, screen marked for full repaint */
void term_resumed(struct term *t);	/* continued after a SIGSTOP: sets our modes again, whatever another program set */
void term_resize(struct term *t);	/* reads the size, tells curses */
void term_set_size(struct term *t, int rows, int columns);	/* headless */
void term_redraw(struct term *t);	/* the next frame paints everything */
int term_rows(const struct term *t);
int term_columns(const struct term *t);

/* Takes the next key; never waits. The first call reads the input, and false ends its keys, so that a key held down
 * can't delay a frame. A lone ESC is decided later (term_next_at_ms()). A paste is between KEYS_PASTE_BEGIN and
 * KEYS_PASTE_END. */
bool term_key(struct term *t, key_code *key);
/* Returns when an incomplete key sequence is decided by time, monotonic ms of the system clock; -1 = none. */
int64_t term_next_at_ms(const struct term *t);
bool term_eof(const struct term *t);
int term_fd(const struct term *t);		/* the input; -1 headless */
void term_mouse_event(const struct term *t, struct term_mouse *out);	/* after KEYS_MOUSE */

/* A frame: begin (erases), draw with draw.h, end (places the cursor, flushes with one write). Never while term_is_behind(). */
void term_frame_begin(struct term *t);
void term_frame_end(struct term *t);
void term_cursor(struct term *t, int y, int x);	/* the cursor's place after the frame; y < 0 hides it */

/* Has the terminal not taken all of the last frame? term_go_on() writes what it takes; call it when writable. */
bool term_is_behind(const struct term *t);
void term_go_on(struct term *t);

/* Copies with OSC 52; false when the text is too large for terminals (74,994 bytes encoded). */
bool term_copy(struct term *t, const char *text);
void term_get_stats(const struct term *t, struct term_stats *out);
/* Returns the screen as text, a line per row, without trailing blanks; with attributes, rows of role marks follow.
 * Caller frees. */
char *term_dump(const struct term *t, bool attributes);

#endif
