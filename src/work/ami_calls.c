/*
 * Passes events of the tail to the tracker, reports changes of calls to the main thread, and does two repairs.
 *
 * Resync: after a (re)connect and after a rejected frame, CoreShowChannels on the control link lists the channels that
 * exist. Events keep coming on the tail meanwhile, so the list may name a channel whose Hangup has been handled
 * already. Such channels are remembered until the list ends, and are not brought back to life.
 *
 * Recovery: when the mailbox is full, a report of a live call is dropped, because a later report replaces it. A
 * finished call is reported only once, so its report is kept here. When there is room again, the kept reports are sent
 * first, then a report of each live call, then the "resynced" report with the number of this round.
 */
#include "config.h"

#include "ami_server.h"

#include <stdlib.h>
#include <string.h>

#include "trunkdeck/ami/event.h"
#include "trunkdeck/base/clock.h"
#include "trunkdeck/base/mem.h"

#define uthash_malloc(size) xmalloc(size)
#define uthash_fatal(why) die("uthash: %s", why)
#include <uthash.h>
#include <utlist.h>

#define RECOVER_EVERY_MS 250		/* while the mailbox stays full */
#define RECOVER_SOON_MS 10		/* once the mailbox has room */
#define UNSENT_MAX 10000
#define PENDING_MAX 256			/* call reports kept until the end of a turn */
#define GONE_MAX 10000
#define JUST_BOOTED_S 60
#define REJECT_WINDOW_MS 2000
#define REJECT_LEAST 5			/* fewer frames in a window are not judged */

struct gone_channel {
	char uniqueid[160];
	UT_hash_handle hh;
};

struct unsent_call {
	struct ami_call_report report;
	struct unsent_call *prev, *next;
};

static bool post_call(struct ami_server *s, const struct ami_call_report *r)
{
	return ami_server_post(s, s->handlers->call, call_key(&r->call), r, sizeof(*r), MAIL_MAY_DROP);
}

static void drop_unsent(struct ami_calls *c)
{
	struct unsent_call *u = c->unsent;

	DL_DELETE(c->unsent, u);
	c->unsent_count--;
	free(u);
}

static void keep_unsent(struct ami_server *s, const struct ami_call_report *r)
{
	struct unsent_call *u = xmalloc(sizeof(*u));
	struct ami_calls *c = &s->calls;

	if (c->unsent_count == UNSENT_MAX) {
		int64_t began = c->unsent->report.call.started_us;

		if (s->status.forgotten++ == 0 || began < s->status.forgotten_from_us)
			s->status.forgotten_from_us = began;
		drop_unsent(c);
	}
	u->report = *r;
	DL_APPEND(c->unsent, u);
	c->unsent_count++;
}

static void no_room(struct ami_server *s)
{
	s->status.dropped++;
	if (s->calls.recover_at_ms < 0)
		s->calls.recover_at_ms = clock_mono_ms(&clock_system) + RECOVER_EVERY_MS;
}

/* One read of the stream often changes a call several times. Only the last state is posted, so that the main thread is
 * not woken for each event. The mailbox would merge the reports in the same way. */
static void post_pending(struct ami_server *s)
{
	struct ami_calls *c = &s->calls;

	if (!c->pending_count)
		return;
	mailbox_hold(s->to_main);
	for (size_t i = 0; i < c->pending_count; i++) {
		const struct ami_call_report *r = &c->pending[i];
		bool finished = r->change == CALL_CHANGE_FINISHED;

		if (finished && c->unsent) {
			keep_unsent(s, r);
		} else if (!post_call(s, r)) {
			no_room(s);
			if (finished)
				keep_unsent(s, r);
		}
	}
	mailbox_release(s->to_main);
	c->pending_count = 0;
}

static void on_call(void *arg, const struct call *call, enum call_change change)
{
	struct ami_server *s = arg;
	struct ami_calls *c = &s->calls;
	uint64_t key = call_key(call);
	size_t i = c->pending_count;

	if (c->mending && change == CALL_CHANGE_STARTED && call->joined_late)
		c->gap.late++;
	else if (c->mending && change == CALL_CHANGE_FINISHED && call->outcome == OUTCOME_LOST && call->uncertain)
		c->gap.lost++;
	while (i > 0 && c->pending_keys[i - 1] != key)
		i--;
	if (i == 0 && c->pending_count == PENDING_MAX)
		post_pending(s);
	i = i > 0 ? i - 1 : c->pending_count;
	if (i == c->pending_size) {
		c->pending_size = i ? i * 2 : 4;
		c->pending = xreallocarray(c->pending, c->pending_size, sizeof(*c->pending));
		c->pending_keys = xreallocarray(c->pending_keys, c->pending_size, sizeof(*c->pending_keys));
	}
	c->pending[i].call = *call;
	c->pending[i].change = change;
	c->pending[i].serial = c->serial;
	c->pending_keys[i] = key;
	c->pending_count += i == c->pending_count;
}

static void on_detail(void *arg, const struct call_detail *d)
{
	struct ami_server *s = arg;

	post_pending(s);
	if (!ami_server_post(s, s->handlers->detail, call_key(&d->call), d, sizeof(*d), MAIL_MAY_DROP))
		no_room(s);
}

/* If there is no room, the story is dropped without a recovery: the call itself is still reported. */
static void on_story(void *arg, const struct call_detail *d)
{
	struct ami_server *s = arg;

	ami_server_post(s, s->handlers->story, call_key(&d->call), d, sizeof(*d), MAIL_MAY_DROP);
}

void ami_calls_watch(struct ami_server *s, const char *linkedid)
{
	struct call_detail unknown = { .story.leg_count = 0 };

	str_copy(s->calls.watched, sizeof(s->calls.watched), str_of(linkedid));
	if (tracker_watch(s->calls.tracker, str_of(s->calls.watched)) || !*linkedid)
		return;
	str_copy(unknown.call.server, sizeof(unknown.call.server), str_of(s->config.name));
	str_copy(unknown.call.linkedid, sizeof(unknown.call.linkedid), str_of(linkedid));
	on_detail(s, &unknown);
}

static const char *prefix_of(void *arg, struct str endpoint)
{
	return ami_routes_prefix_of(arg, endpoint);
}

void ami_calls_init(struct ami_server *s)
{
	struct tracker_config config = {
		.server = s->config.name,
		.trunk_techs = s->config.trunk_techs,
		.trunk_contexts = s->config.trunk_contexts,
		.on_call = on_call,
		.on_detail = on_detail,
		.on_story = on_story,
		.prefix_of = prefix_of,
		.arg = s,
	};

	s->calls.tracker = tracker_new(&config);
	s->calls.resync_at_ms = s->calls.recover_at_ms = -1;
}

static void forget_gone(struct ami_calls *c)
{
	struct gone_channel *g, *next;

	HASH_ITER(hh, c->gone, g, next) {
		HASH_DEL(c->gone, g);
		free(g);
	}
}

void ami_calls_clear(struct ami_server *s)
{
	tracker_free(&s->calls.tracker);
	forget_gone(&s->calls);
	free(s->calls.pending);
	free(s->calls.pending_keys);
	while (s->calls.unsent)
		drop_unsent(&s->calls);
}

static struct gone_channel *find_gone(const struct ami_calls *c, struct str uniqueid)
{
	struct gone_channel *g;

	HASH_FIND(hh, c->gone, uniqueid.p, uniqueid.len, g);
	return g;
}

static void remember_gone(struct ami_calls *c, struct str uniqueid)
{
	struct gone_channel *g;

	if (!uniqueid.len || uniqueid.len >= sizeof(g->uniqueid) || HASH_COUNT(c->gone) >= GONE_MAX ||
	    find_gone(c, uniqueid))
		return;
	g = xcalloc(1, sizeof(*g));
	memcpy(g->uniqueid, uniqueid.p, uniqueid.len);
	HASH_ADD_KEYPTR(hh, c->gone, g->uniqueid, uniqueid.len, g);
}

void ami_calls_resync(struct ami_server *s)
{
	int64_t now = clock_mono_ms(&clock_system);

	if (s->calls.resync_at_ms < now)
		s->calls.resync_at_ms = now;
}

void ami_calls_rejected(struct ami_server *s, const struct ami_frame *f)
{
	s->status.rejected++;
	str_copy(s->status.last_reject, sizeof(s->status.last_reject), str_of(ami_reject_text(f->reject)));
}

/* Converts our time to the server's, if a Ping has compared the clocks. All times of calls are the server's. */
static int64_t by_server_clock(const struct ami_server *s, int64_t us)
{
	return time_plus(us, s->status.facts.clock_us);
}

void ami_calls_frame(struct ami_server *s, const struct ami_frame *f)
{
	int64_t arrival_us = by_server_clock(s, ami_link_info(s->tail)->heard_us);
	struct call_event e;

	if (f->reject) {
		struct str uniqueid = ami_get(f, AMI_KEY_UNIQUEID);

		ami_calls_rejected(s, f);
		if (uniqueid.len)
			tracker_taint(s->calls.tracker, uniqueid);
		/* Later, and not at once: a forger must not make us resync all the time. */
		if (s->calls.resync_at_ms < 0)
			s->calls.resync_at_ms = clock_mono_ms(&clock_system) + s->timing->resync_min;
		return;
	}
	if (f->kind != AMI_EVENT)
		return;
	s->status.events++;
	ami_event_decode(&e, f, arrival_us);
	/* The answer to a Ping is assumed to take half of the round trip. So the lag may come out below 0. */
	if (ami_link_info(s->tail)->has_offset && ami_get(f, AMI_KEY_TIMESTAMP).len)
		s->status.lag_us = e.at_us < arrival_us ? time_minus(arrival_us, e.at_us) : 0;
	if (e.kind == EVENT_HANGUP && s->calls.resyncing)
		remember_gone(&s->calls, e.leg.uniqueid);
	if (e.kind == EVENT_FULLY_BOOTED)	/* Asterisk sends it after each login */
		s->status.uptime_s = e.uptime_s;
	/* Routes are in doubt only if Asterisk has just started. */
	if (e.kind == EVENT_FULLY_BOOTED && s->routes && e.uptime_s < JUST_BOOTED_S)
		routes_verify_all(s->routes, clock_mono_ms(&clock_system));
	tracker_apply(s->calls.tracker, &e);
}

void ami_calls_control_down(struct ami_server *s)
{
	if (!s->calls.resyncing)
		return;
	s->calls.resyncing = false;
	forget_gone(&s->calls);
	ami_calls_resync(s);
}

void ami_calls_tail_up(struct ami_server *s)
{
	s->calls.tail_up_us = clock_wall_us(&clock_system);
	if (s->calls.gap.from_us)
		s->calls.gap.until_us = s->calls.tail_up_us;
}

void ami_calls_tail_down(struct ami_server *s)
{
	struct tracker_stats stats;

	s->status.lag_us = -1;
	s->calls.tail_up_us = 0;
	/* Lost again before the resync: the gap continues. */
	if (s->status.covered_from_us) {
		tracker_get_stats(s->calls.tracker, &stats);
		s->calls.before = stats.live;
		s->calls.gap = (struct ami_gap){ .from_us = s->status.heard_us };
		s->calls.mending = true;
	}
	s->status.covered_from_us = 0;
	tracker_gap(s->calls.tracker, by_server_clock(s, clock_wall_us(&clock_system)));
}

struct live_round {
	struct ami_server *s;
	bool refused;
};

static void report_live(void *arg, const struct call *call)
{
	struct live_round *round = arg;
	struct ami_call_report r = {
		.call = *call, .change = CALL_CHANGE_UPDATED, .serial = round->s->calls.serial,
	};

	round->refused = round->refused || !post_call(round->s, &r);
}

static void recover(struct ami_server *s, int64_t now_ms)
{
	struct live_round round = { .s = s };
	struct ami_resync_report done = { .serial = ++s->calls.serial, .gap = s->calls.gap };
	size_t unsent = s->calls.unsent_count;

	post_pending(s);
	while (s->calls.unsent && post_call(s, &s->calls.unsent->report))
		drop_unsent(&s->calls);
	if (!s->calls.unsent)
		tracker_each_live(s->calls.tracker, report_live, &round);
	if (*s->calls.watched)
		tracker_watch(s->calls.tracker, str_of(s->calls.watched));
	str_copy(done.server, sizeof(done.server), str_of(s->config.name));
	if (!s->calls.unsent && !round.refused &&
	    ami_server_post(s, s->handlers->resynced, 0, &done, sizeof(done), MAIL_MAY_DROP)) {
		s->calls.recover_at_ms = -1;
		s->calls.gap = (struct ami_gap){ 0 };
	} else
		s->calls.recover_at_ms = now_ms + (s->calls.unsent_count < unsent ? RECOVER_SOON_MS : RECOVER_EVERY_MS);
}

/* From now on every event is heard. Without a list, the fate of the earlier calls is not known. */
static void listen_again(struct ami_server *s, bool mended)
{
	struct ami_calls *c = &s->calls;

	if (!c->tail_up_us || s->status.covered_from_us)
		return;
	s->status.covered_from_us = s->status.heard_us = c->tail_up_us;
	if (!mended)
		c->gap = (struct ami_gap){ 0 };
	else if (c->mending)
		c->gap.found = c->before > c->gap.lost ? c->before - c->gap.lost : 0;
	c->mending = false;
}

static void end_resync(struct ami_server *s, bool ok)
{
	int64_t now = clock_mono_ms(&clock_system);

	s->calls.resyncing = false;
	forget_gone(&s->calls);
	/* Another resync was requested meanwhile. */
	if (s->calls.resync_at_ms >= 0)
		s->calls.resync_at_ms = now + s->timing->resync_min;
	if (ok) {
		tracker_resync_end(s->calls.tracker, by_server_clock(s, clock_wall_us(&clock_system)));
		s->status.resyncs++;
	}
	listen_again(s, ok);
	if (!ok)
		return;
	recover(s, now);
}

static void on_channels(void *arg, uint64_t tag, const struct ami_frame *f, bool last)
{
	struct ami_server *s = arg;
	struct call_event event;
	struct err e = { 0 };

	(void)tag;
	if (f->kind == AMI_RESPONSE && !ami_response_ok(f)) {
		err_set(&e, ERR_SERVER_REFUSED, _("the manager user of %s needs write=reporting for CoreShowChannels"),
			s->config.name);
		s->status.err = e;
		end_resync(s, false);
	} else if (last) {
		end_resync(s, true);
	} else if (f->kind == AMI_EVENT) {
		ami_event_decode(&event, f, by_server_clock(s, ami_link_info(s->control)->heard_us));
		if (event.kind == EVENT_CHANNEL_LISTED && !find_gone(&s->calls, event.leg.uniqueid))
			tracker_resync_channel(s->calls.tracker, &event);
	}
}

static bool may_resync(const struct ami_server *s)
{
	return s->calls.resync_at_ms >= 0 && !s->calls.resyncing && ami_link_state(s->tail) == LINK_UP &&
	       ami_link_state(s->control) == LINK_UP;
}

/* A forged frame is harmless. If most frames are rejected, calls are missed. Windows with few frames are not judged. */
static void judge_rejects(struct ami_server *s, int64_t now_ms)
{
	struct ami_calls *c = &s->calls;
	uint64_t believed = s->status.events - c->window_events, rejected = s->status.rejected - c->window_rejected;

	if (now_ms < c->window_ms + REJECT_WINDOW_MS)
		return;
	if (believed + rejected >= REJECT_LEAST)
		s->status.rejecting = rejected > believed;
	c->window_events = s->status.events;
	c->window_rejected = s->status.rejected;
	c->window_ms = now_ms;
}

void ami_calls_turn(struct ami_server *s, int64_t now_ms)
{
	const struct ami_field none[] = { { NULL, NULL } };
	struct err e = { 0 };

	judge_rejects(s, now_ms);
	post_pending(s);
	if (may_resync(s) && now_ms >= s->calls.resync_at_ms) {
		s->calls.resync_at_ms = -1;
		s->calls.resyncing = ami_link_request(s->control, "CoreShowChannels", none, on_channels, s, 0, &e);
		if (s->calls.resyncing)
			tracker_resync_begin(s->calls.tracker);
	}
	if (s->calls.recover_at_ms >= 0 && now_ms >= s->calls.recover_at_ms)
		recover(s, now_ms);
}

int64_t ami_calls_next_at_ms(const struct ami_server *s)
{
	int64_t at = may_resync(s) ? s->calls.resync_at_ms : -1;
	int64_t recover_at = s->calls.recover_at_ms;

	return at < 0 || (recover_at >= 0 && recover_at < at) ? recover_at : at;
}
