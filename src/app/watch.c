/*
 * The call that is looked at. What it shows comes with the reports of calls, or, when its end was missed, with a page of
 * finished ones; its story from whoever tracks it: the ami thread, or the player of a recorded stream. A finished call has
 * the story that was followed to its end, or none.
 */
#include "config.h"

#include "app_private.h"

#include <string.h>

#include "trunkdeck/app/replay.h"

static bool is_watched(const struct app *a, const struct call *c)
{
	const struct call *w = &a->watch.detail.call;

	return strcmp(w->linkedid, c->linkedid) == 0 && strcmp(w->server, c->server) == 0;
}

void app_watch_call(struct app *a, const struct call *c)
{
	const struct call *now = live_find(a->live, c->server, c->linkedid);
	struct call_watch *w = &a->watch;

	if (!is_watched(a, c))
		*w = (struct call_watch){ .waiting = false };
	w->detail.call = now ? *now : *c;
	if (c->state == CALL_ENDED)
		return;
	if (a->replay) {
		player_watch(a->replay->player, c->linkedid);
	} else if (a->private->ami) {
		w->waiting = w->detail.story.leg_count == 0;
		ami_watch_call(a->private->ami, c->server, c->linkedid);
	}
}

void app_unwatch_call(struct app *a)
{
	a->watch.waiting = false;
	if (a->replay)
		player_watch(a->replay->player, "");
	else if (a->private->ami)
		ami_unwatch_call(a->private->ami);
}

void watch_call(struct app *a, const struct call *c)
{
	if (is_watched(a, c))
		a->watch.detail.call = *c;
}

/* One without legs says that the call is not known any more: what was known stays. */
void watch_detail(struct app *a, const struct call_detail *d)
{
	if (!is_watched(a, &d->call))
		return;
	a->watch.waiting = false;
	if (d->story.leg_count > 0)
		a->watch.detail.story = d->story;
	a->dirty |= APP_DIRTY_CALLS;
}
