/*
 * The main loop, the only place in the program that waits. One turn waits (poll) for the terminal, the mailbox, signals
 * or the next timer, handles all that is there, and lets the client draw once. Loops never nest: dialogs are state.
 */
#ifndef TRUNKDECK_APP_LOOP_H
#define TRUNKDECK_APP_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#include "trunkdeck/app/app.h"

/* Without a terminal, all members but `turn` may be NULL. */
struct loop_client {
	void *arg;
	int input_fd;				/* the terminal; -1 = none */
	bool (*wants_output)(void *arg);	/* wake the loop when output_fd is writable; NULL = never */
	int output_fd;
	bool (*input)(void *arg);		/* readable: take all input; false = end of input, stop */
	void (*resized)(void *arg);		/* SIGWINCH */
	void (*suspend)(void *arg);		/* SIGTSTP from another process; NULL = stop the process */
	void (*resumed)(void *arg);		/* SIGCONT after a SIGSTOP */
	void (*turn)(void *arg);		/* once, at the end of each turn: draw if something changed */
	int64_t (*next_at_ms)(void *arg);	/* earliest timer of the client, monotonic; -1 = none */
	bool (*done)(void *arg);
};

/* Blocks SIGWINCH, SIGTERM, SIGHUP, SIGINT, SIGTSTP and SIGCONT for the process. Call it before any thread starts, so
 * that only the loop's signalfd receives them. */
void loop_block_signals(void);
/* Runs until done(), end of input, SIGHUP or SIGTERM. Returns the signal that ended it, or 0. */
int loop_run(struct app *app, const struct loop_client *client);
/*
 * Ends the program within ms, even if a store, a server or the terminal hangs: then the terminal is restored, a message
 * is written to standard error, and the process exits with 3. Call it after loop_run().
 */
void loop_end_within(int64_t ms);

#endif
