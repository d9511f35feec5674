/* The inside of struct term, for the term_*.c files only. */
#ifndef UI_TERM_TERM_PRIVATE_H
#define UI_TERM_TERM_PRIVATE_H

#include <stdio.h>
#include <termios.h>

#include "curses_wide.h"
#include "term.h"
#include "keys.h"
#include "trunkdeck/base/buf.h"

struct term {
	struct term_options options;
	SCREEN *screen;
	FILE *sink;			/* where curses writes: a file in memory */
	int sink_fd;
	int in_fd, out_fd;		/* the terminal; -1 headless */
	struct termios saved;		/* the modes before ours */
	int rows, columns;
	int fallback_rows, fallback_columns;	/* when the terminal reports no size: LINES and COLUMNS, else 24x80 */
	int cursor_y, cursor_x;		/* for the end of the frame; y < 0 = hidden */
	bool cursor_shown;
	bool entered;			/* our modes (paste, mouse) are on */
	bool eof;
	struct key_decoder keys;
	bool draining;			/* the input was read and is being decoded: see term_key() */
	const char *charset_reset;	/* removed from frames: see append_drawn() */
	struct buf frame;		/* the bytes of one write, if the terminal takes them */
	size_t sent;			/* how many of them were written */
	struct buf extra;		/* written before the next frame: OSC 52 */
	int64_t build_started_us;
	struct term_stats stats;
};

#endif
