/* Passes one CoreShowChannels list to an empty tracker: its calls are then the calls that are up. */
#include "config.h"

#include "trunkdeck/work/ami_now.h"

#include "trunkdeck/ami/session.h"
#include "trunkdeck/ami/event.h"
#include "trunkdeck/base/clock.h"
#include "trunkdeck/calls/tracker.h"

static void on_call(void *arg, const struct call *c, enum call_change change)
{
	(void)arg;
	(void)c;
	(void)change;
}

static void listed(void *arg, const struct ami_frame *f)
{
	struct call_event event;

	if (f->kind != AMI_EVENT || f->reject)
		return;
	ami_event_decode(&event, f, clock_wall_us(&clock_system));
	if (event.kind == EVENT_CHANNEL_LISTED)
		tracker_resync_channel(arg, &event);
}

bool ami_calls_now(const struct ami_now_options *o, struct err *e)
{
	const struct ami_session_options query = {
		.server = o->server, .events = "off", .timeout_ms = o->timeout_ms,
	};
	const struct ami_field none[] = { { NULL, NULL } };
	struct tracker *t;
	struct ami_session *q;
	bool ok;

	if (!ami_session_open(&q, &query, e))
		return false;
	t = tracker_new(&(struct tracker_config){
		.server = o->server->name, .trunk_techs = o->server->trunk_techs, .trunk_contexts = o->server->trunk_contexts,
		.on_call = on_call, .prefix_of = o->prefix_of, .arg = o->arg,
	});
	tracker_resync_begin(t);
	ok = ami_session_action(q, "CoreShowChannels", none, listed, t, e);
	tracker_resync_end(t, clock_wall_us(&clock_system));
	if (ok)
		tracker_each_live(t, o->call, o->arg);
	tracker_free(&t);
	ami_session_close(&q);
	return ok;
}
