/*
 * The app with a recorded stream in place of its servers. Wall time is the stream's: while it plays, the clock given at the
 * start is told the moment reached, at `speed` times real time. Calls come by the inbox as a server's do. Nothing leaves
 * the program: no server is connected, the store is the private one of replay_workspace.h, and nothing may be changed.
 *
 * Playing begins when the workspace has been read, so that the first call has its names. At the end the last state stays.
 * One owner: the main thread.
 */
#ifndef TRUNKDECK_APP_REPLAY_H
#define TRUNKDECK_APP_REPLAY_H

#include "trunkdeck/app/app.h"
#include "trunkdeck/replay/player.h"

#define REPLAY_SPEED_MAX 1024

enum replay_state { REPLAY_WAITING, REPLAY_PLAYING, REPLAY_PAUSED, REPLAY_STEPPING, REPLAY_ENDED };

struct app_replay {
	enum replay_state state;
	int speed;			/* 1..REPLAY_SPEED_MAX times real time */
	int64_t end_us;			/* the stream's last moment; the present one is the clock's */
	struct player *player;		/* the app's own */
	struct td_clock *clock;
	int64_t anchor_us, anchor_ms;	/* a moment of the stream, and when it was reached; monotonic */
};

/* Like app_start(). Takes the player, sets it to NULL. The clock is the app's own, which must not be the system's. */
bool app_start_replay(struct app *a, struct player **player, struct td_clock *clock, int speed, struct err *e);
/* All want a->replay. */
void app_replay_pause(struct app *a);		/* and on again */
void app_replay_step(struct app *a);		/* on to where a call changes next, and pause there */
void app_replay_faster(struct app *a);		/* twice */
void app_replay_slower(struct app *a);		/* half */
/* When the moment shown changes by time alone, monotonic ms; -1 = it rests. */
int64_t app_replay_tick_ms(const struct app *a);

#endif
