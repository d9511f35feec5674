/*
 * Pace: an anchor ties a moment of the stream to the monotonic clock. The moment that is due is computed from it, and
 * each change of pace sets a new anchor. A tick plays a bounded part of what is due, to leave time for keys.
 */
#include "config.h"

#include "trunkdeck/app/replay.h"

#include <stdlib.h>

#include "app_private.h"
#include "trunkdeck/base/mem.h"

#define DIRTY_BY_TICK (APP_DIRTY_SERVERS | APP_DIRTY_CALLS)

static void set_anchor(const struct app *a)
{
	struct app_replay *r = a->replay;

	r->anchor_us = clock_wall_us(r->clock);
	r->anchor_ms = clock_mono_ms(r->clock);
}

static void set_state(struct app *a, enum replay_state state)
{
	a->replay->state = state;
	set_anchor(a);
	a->dirty |= DIRTY_BY_TICK;
}

static void set_speed(struct app *a, int speed)
{
	a->replay->speed = speed;
	set_anchor(a);
	a->dirty |= DIRTY_BY_TICK;
}

static void say_end(struct app *a)
{
	struct server_status s = { 0 };

	player_fill_status(a->replay->player, &s);
	if (player_cut_off(a->replay->player))
		messages_add(a->messages, MESSAGE_WARN, "%s", _("the recording ends inside a frame"));
	if (s.live == 0)
		messages_add(a->messages, MESSAGE_INFO, "%s", _("the recording ends here"));
	else
		messages_add(a->messages, MESSAGE_INFO, ngettext("the recording ends here, with %zu call still live",
								 "the recording ends here, with %zu calls still live", s.live), s.live);
	a->dirty |= APP_DIRTY_MESSAGES;
}

bool replay_tick(struct app *a)
{
	struct app_replay *r = a->replay;
	enum player_result result;
	int64_t until, now;

	if (r->state == REPLAY_WAITING && snapshot_is_complete(a->snapshot))
		set_state(a, REPLAY_PLAYING);
	if (r->state != REPLAY_PLAYING && r->state != REPLAY_STEPPING)
		return false;
	until = r->state == REPLAY_STEPPING ? INT64_MAX :
		r->anchor_us + (clock_mono_ms(r->clock) - r->anchor_ms) * 1000 * r->speed;
	result = player_play(r->player, until, r->state == REPLAY_STEPPING);
	/* The wall clock never goes back, although time stamps of the stream may be out of order. */
	now = result == PLAYER_WAITS ? until : player_now_us(r->player);
	if (now > clock_wall_us(r->clock))
		clock_tell_wall(r->clock, now);
	player_fill_status(r->player, &a->servers[0].status);
	a->dirty |= DIRTY_BY_TICK;
	if (result == PLAYER_ENDED) {
		set_state(a, REPLAY_ENDED);
		say_end(a);
	} else if (result == PLAYER_CHANGED) {
		set_state(a, REPLAY_PAUSED);
	}
	return result == PLAYER_MORE;
}

int64_t replay_next_at_ms(const struct app *a)
{
	const struct app_replay *r = a->replay;
	int64_t left_us;

	if (r->state == REPLAY_STEPPING)
		return clock_mono_ms(r->clock);
	if (r->state != REPLAY_PLAYING)
		return -1;
	left_us = player_next_us(r->player) - r->anchor_us;
	return r->anchor_ms + (left_us > 0 ? left_us / 1000 / r->speed + 1 : 0);
}

int64_t app_replay_tick_ms(const struct app *a)
{
	const struct app_replay *r = a->replay;

	return r->state == REPLAY_PLAYING ? clock_mono_ms(r->clock) + 1000 / r->speed : -1;
}

bool replay_is_settled(const struct app *a)
{
	return a->replay->state != REPLAY_WAITING && a->replay->state != REPLAY_STEPPING;
}

void app_replay_pause(struct app *a)
{
	set_state(a, a->replay->state == REPLAY_PLAYING ? REPLAY_PAUSED : REPLAY_PLAYING);
}

void app_replay_step(struct app *a)
{
	set_state(a, REPLAY_STEPPING);
}

void app_replay_faster(struct app *a)
{
	int twice = a->replay->speed * 2;

	set_speed(a, twice < REPLAY_SPEED_MAX ? twice : REPLAY_SPEED_MAX);
}

void app_replay_slower(struct app *a)
{
	set_speed(a, a->replay->speed > 1 ? a->replay->speed / 2 : 1);
}

/* Same result as the reconciler gives the ami thread. */
static const char *prefix_of(void *arg, struct str endpoint)
{
	const struct app *a = arg;
	char *name = str_dup(endpoint);
	const struct provider *p = snapshot_provider_by_endpoint(a->snapshot, name);

	free(name);
	return p && p->inbound_prefix[0] != '\0' ? p->inbound_prefix : NULL;
}

void replay_open(struct app *a, struct player **player, struct td_clock *clock, int speed)
{
	struct app_replay *r = xcalloc(1, sizeof(*r));

	*r = (struct app_replay){ .speed = speed, .player = *player, .clock = clock, .end_us = player_end_us(*player) };
	*player = NULL;
	a->replay = r;
	clock_tell_wall(clock, player_start_us(r->player));
	player_connect(r->player, a->inbox, &app_ami_handlers, prefix_of, a);
	player_fill_status(r->player, &a->servers[0].status);
	a->dirty |= DIRTY_BY_TICK;
}

void replay_free(struct app *a)
{
	if (!a->replay)
		return;
	player_free(&a->replay->player);
	FREE(&a->replay);
}
