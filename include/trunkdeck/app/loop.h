/*
 * The main loop: the only place of the program that waits. One turn: wait (poll) for the terminal, the mailbox, signals or
 * the next timer; take what is there; let the client draw once. No nesting: dialogs are state, not loops.
 */
#ifndef TRUNKDECK_APP_LOOP_H
#define TRUNKDECK_APP_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#include "trunkdeck/app/app.h"

/* Without a terminal, all but `turn` may be NULL. */
struct loop_client {
	void *arg;
	int input_fd;				/* the terminal; -1 = none */
	bool (*wants_output)(void *arg);	/* wake the loop when output_fd is writable; NULL = never */
	int output_fd;
	bool (*input)(void *arg);		/* readable: take all that is there; false = end of input, stop */
	void (*resized)(void *arg);		/* SIGWINCH */
	void (*suspend)(void *arg);		/* SIGTSTP from outside; NULL = stop the process */
	void (*resumed)(void *arg);		/* SIGCONT after a stop nobody asked us for: SIGSTOP */
	void (*turn)(void *arg);		/* once per turn, last: draw if something changed */
	int64_t (*next_at_ms)(void *arg);	/* earliest timer of the client, monotonic; -1 = none */
	bool (*done)(void *arg);
};

/* Blocks SIGWINCH, SIGTERM, SIGHUP, SIGINT, SIGTSTP, SIGCONT for the process: call before any thread starts, so that only the
 * loop's signalfd sees them. */
void loop_block_signals(void);
/* Runs until done(), end of input, SIGHUP or SIGTERM. Returns the signal that ended it, or 0. */
int loop_run(struct app *app, const struct loop_client *client);
/*
 * The program ends within ms from now, whatever a store, a server or the terminal does: when the time is up the terminal is
 * restored, standard error says why, and the process exits with 3. For the time after loop_run().
 */
void loop_end_within(int64_t ms);

#endif
