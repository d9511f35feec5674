/*
 * Plays a recorded AMI stream like a server: at the pace of its own time stamps, through the parser and the tracker
 * that live servers use. Reports of calls are posted to a mailbox in the same way as those of the ami thread.
 *
 * The player has no clock: its owner says up to which moment of the stream to play. A time stamp in a forged frame does
 * not set the pace. A held event is delivered when the stream is silent for AMI_IDLE_MS, as on a connection.
 *
 * One owner, one thread. Only local files are read, a piece at a time, so no call takes long.
 */#ifndef TRUNKDECK_REPLAY_PLAYER_H
#define TRUNKDECK_REPLAY_PLAYER_H

#include <stdbool.h>
#include <stdint.h>

#include "trunkdeck/base/err.h"
#include "trunkdeck/base/mailbox.h"
#include "trunkdeck/base/str.h"
#include "trunkdeck/work/ami_thread.h"

struct player;

struct player_options {
	const char *path;		/* a plain file; standard input can't be played */
	const char *server;		/* the name of the server in the calls */
	const char *trunk_techs;	/* as in struct tracker_config; these three outlive player_open() only */
	const char *trunk_contexts;
};

/* ERR_FILE: there is no such file, it is no AMI stream, or it has no time stamps. */
bool player_open(struct player **out, const struct player_options *options, struct err *e);
void player_free(struct player **p);
/* Call it before the first player_play(). Calls are posted to the mailbox with the handlers for calls and details.
 * prefix_of: how numbers without '+' are read (NULL = "+"; as in struct tracker_config). */
void player_connect(struct player *p, struct mailbox *to_main, const struct ami_handlers *handlers,
		    const char *(*prefix_of)(void *arg, struct str endpoint), void *arg);

/* Like ami_watch_call(), but no mail is posted for an unknown call: the result is false. linkedid "" = none. */
bool player_watch(struct player *p, const char *linkedid);

enum player_result {
	PLAYER_WAITS,			/* everything up to the moment was played */
	PLAYER_CHANGED,			/* `to_change`: a call has just changed */
	PLAYER_MORE,			/* a piece was played, more is due now */
	PLAYER_ENDED,
};

enum player_result player_play(struct player *p, int64_t until_us, bool to_change);

/* Moments of the stream, us since 1970 UTC. */
int64_t player_start_us(const struct player *p);
int64_t player_end_us(const struct player *p);
int64_t player_now_us(const struct player *p);		/* of the last event played */
int64_t player_next_us(const struct player *p);		/* of the next frame; at the end: the last */
/* Does the file stop inside a frame? Known at the end. */
bool player_cut_off(const struct player *p);
/* Fills in events, rejected frames, live calls, links up, routes unknown. Times of the link are the caller's. */
void player_fill_status(const struct player *p, struct server_status *out);

#endif
