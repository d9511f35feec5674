/*
 * One server: its two links, the work when they come and go, and its status.
 *
 * The tail logs in with the event classes that the tracker needs, and never with `dialplan`: that is 70 % of the
 * stream, and its AppData is the caller's text (ami.md 0 and 1.8). The control link asks for no events. A resync needs
 * both: the list comes on the control link while events come on the tail.
 *
 * A status is sent when something changed that a person would act on, and otherwise at most four times a second. An
 * idle server costs one report per Ping.
 */
#include "config.h"

#include "ami_server.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "trunkdeck/base/clock.h"
#include "trunkdeck/base/mem.h"

#define TAIL_EVENTS "system,call,cdr,user,agent"
#define TAIL_RECEIVE_BUFFER (4 * 1024 * 1024)
#define STATUS_EVERY_MS 250

static const size_t config_texts[] = {
	offsetof(struct server_config, name), offsetof(struct server_config, host), offsetof(struct server_config, ca_file),
	offsetof(struct server_config, user), offsetof(struct server_config, secret),
	offsetof(struct server_config, trunk_contexts), offsetof(struct server_config, trunk_techs),
	offsetof(struct server_config, agent_ca_file),
};

static char **config_text(struct server_config *c, size_t i)
{
	return (char **)(void *)((char *)c + config_texts[i]);
}

bool ami_server_post(struct ami_server *s, mail_fn *handle, uint64_t key, const void *value, size_t size,
		     enum mail_flags flags)
{
	struct mail m = { .handle = handle, .key = key, .value = xmalloc(size), .free_value = free };

	memcpy(m.value, value, size);
	return mailbox_post(s->to_main, m, flags);
}

static void link_came_up(struct ami_server *s)
{
	const struct server_status now = { .tail = ami_link_state(s->tail), .control = ami_link_state(s->control) };

	if (!server_is_up(&now))
		return;
	s->status.up_since_ms = clock_mono_ms(&clock_system);
	err_clear(&s->status.err);
	ami_calls_resync(s);
}

static void on_tail_up(void *arg)
{
	struct ami_server *s = arg;

	if (s->raw)
		raw_log_begin(s->raw, s->raw_index, str_of(ami_link_info(s->tail)->banner));
	ami_calls_tail_up(s);
	link_came_up(s);
}

static void on_tail_down(void *arg)
{
	struct ami_server *s = arg;

	s->status.up_since_ms = 0;
	s->status.uptime_s = -1;
	ami_calls_tail_down(s);
}

static void on_tail_frame(void *arg, const struct ami_frame *f)
{
	ami_calls_frame(arg, f);
	ami_endpoints_event(arg, f);
	ami_routes_event(arg, f);
}

static void on_tail_bytes(void *arg, const char *bytes, size_t len)
{
	struct ami_server *s = arg;

	raw_log_add(s->raw, s->raw_index, bytes, len);
}

static void on_settings(void *arg, uint64_t tag, const struct ami_frame *f, bool last)
{
	struct ami_server *s = arg;

	(void)tag;
	(void)last;
	str_copy(s->status.facts.version, sizeof(s->status.facts.version), ami_get(f, AMI_KEY_ASTERISKVERSION));
}

static void on_control_up(void *arg)
{
	const struct ami_field none[] = { { NULL, NULL } };
	struct ami_server *s = arg;
	struct err e = { 0 };

	/* A refusal is ignored: a server that does not tell its version is served too. */
	ami_link_request(s->control, "CoreSettings", none, on_settings, s, 0, &e);
	link_came_up(s);
	ami_routes_control_up(s);
	ami_endpoints_control_up(s);
}

static void on_control_down(void *arg)
{
	struct ami_server *s = arg;

	s->status.up_since_ms = 0;
	ami_calls_control_down(s);
	ami_hangup_control_down(s);
	ami_scan_abandon(s);
	ami_endpoints_control_down(s);
	ami_routes_control_down(s);
}

static void on_control_frame(void *arg, const struct ami_frame *f)
{
	if (f->reject)
		ami_calls_rejected(arg, f);
}

struct ami_server *ami_server_new(const struct ami_options *o, size_t index, int epoll, char *buffer)
{
	struct ami_server *s = xcalloc(1, sizeof(*s));
	struct ami_link_config link;

	s->config = o->servers[index];
	for (size_t i = 0; i < ARRAY_LEN(config_texts); i++)
		*config_text(&s->config, i) = xstrdup(*config_text(&s->config, i) ? *config_text(&s->config, i) : "");
	s->timing = o->timing ? o->timing : &ami_timing_default;
	s->to_main = o->to_main;
	s->handlers = o->handlers;
	s->raw = o->raw;
	s->raw_index = index;
	s->read_only = o->read_only;
	str_copy(s->status.server, sizeof(s->status.server), str_of(s->config.name));
	s->status.uptime_s = s->status.rtt_us = s->status.lag_us = -1;
	s->link = (struct ami_link_config){
		.server = &s->config, .timing = s->timing, .buffer = buffer, .epoll = epoll, .arg = s,
	};
	link = s->link;
	link.name = "tail";
	link.events = TAIL_EVENTS;
	link.receive_buffer = TAIL_RECEIVE_BUFFER;
	link.on_up = on_tail_up;
	link.on_down = on_tail_down;
	link.on_frame = on_tail_frame;
	link.on_bytes = s->raw ? on_tail_bytes : NULL;
	link.unused = o->no_tail;
	s->tail = ami_link_new(&link);
	link = s->link;
	link.name = "control";
	link.events = "off";
	link.on_up = on_control_up;
	link.on_down = on_control_down;
	link.on_frame = on_control_frame;
	link.unused = o->no_tail && s->config.routes == ROUTES_NONE;
	s->control = ami_link_new(&link);
	ami_calls_init(s);
	ami_routes_init(s, o);
	ami_endpoints_init(s, o->endpoints);
	return s;
}

void ami_server_free(struct ami_server **s)
{
	if (!*s)
		return;
	ami_link_free(&(*s)->tail);
	ami_link_free(&(*s)->control);
	ami_link_free(&(*s)->scan.link);
	free((*s)->prefixes);
	ami_calls_clear(*s);
	ami_hangup_clear(*s);
	ami_endpoints_clear(*s);
	routes_free(&(*s)->routes);
	explicit_bzero((*s)->config.secret, strlen((*s)->config.secret));
	for (size_t i = 0; i < ARRAY_LEN(config_texts); i++)
		free(*config_text(&(*s)->config, i));
	FREE(s);
}

static void fill_status(struct ami_server *s)
{
	struct server_status *st = &s->status;
	const struct ami_link *waiting = NULL;
	struct tracker_stats calls;

	st->tail = ami_link_state(s->tail);
	st->control = ami_link_state(s->control);
	st->rtt_us = ami_link_info(s->control)->rtt_us;
	st->facts.clock_known = ami_link_info(s->control)->has_offset;
	if (st->facts.clock_known)
		st->facts.clock_us = ami_link_info(s->control)->offset_us;
	/* The error is that of the failing link; if both fail, that of the tail. */
	if (st->control != LINK_UP && st->control != LINK_UNUSED)
		waiting = s->control;
	if (st->tail != LINK_UP && st->tail != LINK_UNUSED)
		waiting = s->tail;
	st->retry_at_ms = waiting ? ami_link_info(waiting)->retry_at_ms : 0;
	if (waiting && ami_link_info(waiting)->err.code)
		st->err = ami_link_info(waiting)->err;
	tracker_get_stats(s->calls.tracker, &calls);
	st->live = calls.live;
	st->evicted = calls.evicted;
	/* A call that waits here has not been reported. */
	if (st->covered_from_us && !s->calls.unsent && s->calls.recover_at_ms < 0)
		st->heard_us = ami_link_info(s->tail)->heard_us;
	if (s->routes)
		routes_get_stats(s->routes, &st->routes);
}

static bool needs_attention(const struct server_status *a, const struct server_status *b)
{
	return a->tail != b->tail || a->control != b->control || a->err.code != b->err.code ||
	       a->covered_from_us != b->covered_from_us || a->forgotten != b->forgotten ||
	       a->rejecting != b->rejecting || (a->evicted > 0) != (b->evicted > 0) ||
	       strcmp(a->facts.version, b->facts.version) || server_clock_is_off(&a->facts) != server_clock_is_off(&b->facts) || a->routes.settled != b->routes.settled || a->routes.foreign_owner != b->routes.foreign_owner ||
	       a->routes.version != b->routes.version;
}

static void post_status(struct ami_server *s, int64_t now_ms)
{
	s->sent = s->status;
	s->sent_at_ms = now_ms;
	s->reported = true;
	ami_server_post(s, s->handlers->server, mail_key(s->config.name, strlen(s->config.name)), &s->status,
			sizeof(s->status), MAIL_MUST);
}

void ami_server_last_word(struct ami_server *s)
{
	fill_status(s);
	post_status(s, clock_mono_ms(&clock_system));
}

void ami_server_turn(struct ami_server *s)
{
	int64_t now = clock_mono_ms(&clock_system);
	bool due = now >= s->sent_at_ms + STATUS_EVERY_MS;

	ami_link_tick(s->tail, now);
	ami_link_tick(s->control, now);
	ami_calls_turn(s, now);
	ami_routes_turn(s, now);
	ami_scan_turn(s, now);
	ami_endpoints_turn(s, now);
	ami_link_flush(s->control);
	fill_status(s);
	if (!s->reported || needs_attention(&s->status, &s->sent) || (due && memcmp(&s->status, &s->sent, sizeof(s->sent))))
		post_status(s, now);
}

bool ami_server_has_more(const struct ami_server *s)
{
	return ami_link_has_more(s->tail) || ami_link_has_more(s->control) ||
	       (s->scan.link && ami_link_has_more(s->scan.link));
}

void ami_server_read_more(struct ami_server *s)
{
	struct ami_link *const links[] = { s->tail, s->control, s->scan.link };

	for (size_t i = 0; i < ARRAY_LEN(links); i++)
		if (links[i] && ami_link_has_more(links[i]))
			ami_link_work(links[i]);
}

int64_t ami_server_next_at_ms(const struct ami_server *s)
{
	int64_t at = clock_earlier(ami_link_next_at_ms(s->tail), ami_link_next_at_ms(s->control));

	at = clock_earlier(at, ami_calls_next_at_ms(s));
	at = clock_earlier(at, ami_scan_next_at_ms(s));
	at = clock_earlier(at, ami_endpoints_next_at_ms(s));
	at = clock_earlier(at, ami_routes_next_at_ms(s));
	if (memcmp(&s->status, &s->sent, sizeof(s->sent)))
		at = clock_earlier(at, s->sent_at_ms + STATUS_EVERY_MS);
	return at;
}
