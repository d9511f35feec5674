/*
 * The app with a recorded stream in place of its servers. Wall time is the time of the stream: while it plays, the
 * clock given at the start is set to the moment reached, at `speed` times real time. Calls arrive in the inbox like
 * those of a server. No server is connected, the store is that of replay_workspace.h, and changes are refused.
 *
 * Playing begins when the workspace has been read, so that the first call has its names. The last state remains at the
 * end. One owner: the main thread.
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
	int64_t end_us;			/* the stream's last moment; the clock has the present one */
	struct player *player;		/* owned */
	struct td_clock *clock;
	int64_t anchor_us, anchor_ms;	/* a moment of the stream, and when it was reached (monotonic) */
};

/* Like app_start(). Takes the player over and sets it to NULL. The clock is the app's, and must not be the system's. */
bool app_start_replay(struct app *a, struct player **player, struct td_clock *clock, int speed, struct err *e);
/* These functions need a->replay. */
void app_replay_pause(struct app *a);		/* or continue */
void app_replay_step(struct app *a);		/* continue until a call changes, and pause there */
void app_replay_faster(struct app *a);		/* double the speed */
void app_replay_slower(struct app *a);		/* halve the speed */
/* When the moment shown next changes by time alone, monotonic ms; -1 = it is paused. */
int64_t app_replay_tick_ms(const struct app *a);

#endif
