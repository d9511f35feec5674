/*
 * One server: its two links, what is done when they come and go, and its status.
 *
 * The tail logs in with the classes the tracker needs, never `dialplan` (70 % of the stream, and its AppData is the
 * caller's text: ami.md 0 and 1.8); the control link asks for no events at all. A resync needs both: the list comes on
 * control while the events come on the tail.
 *
 * The status is sent when something a person would act on changed, and otherwise four times a second at most; an idle
 * server costs one report per Ping.
 */
#include "config.h"

#include "ami_server.h"

#include <stdlib.h>
#include <string.h>

#include "trunkdeck/base/clock.h"
#include "trunkdeck/base/mem.h"

#define TAIL_EVENTS "system,call,cdr,user,agent"
#define TAIL_RECEIVE_BUFFER (4 * 1024 * 1024)
#define STATUS_EVERY_MS 250

static void copy_config(struct server_config *to, const struct server_config *from)
{
	*to = *from;
	to->name = xstrdup(from->name);
	to->host = xstrdup(from->host);
	to->ca_file = xstrdup(from->ca_file ? from->ca_file : "");
	to->user = xstrdup(from->user ? from->user : "");
	to->secret = xstrdup(from->secret ? from->secret : "");
	to->trunk_contexts = xstrdup(from->trunk_contexts ? from->trunk_contexts : "");
	to->trunk_techs = xstrdup(from->trunk_techs ? from->trunk_techs : "");
}

static void clear_config(struct server_config *c)
{
	free(c->name);
	free(c->host);
	free(c->ca_file);
	free(c->user);
	explicit_bzero(c->secret, strlen(c->secret));
	free(c->secret);
	free(c->trunk_contexts);
	free(c->trunk_techs);
}

bool ami_server_post(struct ami_server *s, int kind, uint64_t key, const void *value, size_t size,
		     enum mail_flags flags)
{
	struct mail m = { .kind = kind, .key = key, .value = xmalloc(size), .free_value = free };

	memcpy(m.value, value, size);
	return mailbox_post(s->to_main, m, flags);
}

static bool both_up(const struct ami_server *s)
{
	const struct server_status st = { .tail = ami_link_state(s->tail), .control = ami_link_state(s->control) };

	return server_is_up(&st);
}

static void link_came_up(struct ami_server *s)
{
	if (!both_up(s))
		return;
	s->status.up_since_ms = clock_mono_ms(&clock_system);
	err_clear(&s->status.err);
	ami_calls_resync(s);
}

static void on_tail_up(void *arg)
{
	struct ami_server *s = arg;

	if (s->raw)
		raw_log_begin(s->raw, s->raw_index, str_of(ami_link_banner(s->tail)));
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
	str_copy(s->status.version, sizeof(s->status.version), ami_get(f, AMI_KEY_ASTERISKVERSION));
}

static void on_control_up(void *arg)
{
	const struct ami_field none[] = { { NULL, NULL } };
	struct ami_server *s = arg;
	struct err e = { 0 };

	/* Refused or not: a server that doesn't tell its version is served all the same. */
	ami_link_request(s->control, "CoreSettings", none, on_settings, s, 0, &e);
	link_came_up(s);
	if (s->routes)
		routes_connected(s->routes, clock_mono_ms(&clock_system));
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
	if (s->routes)
		routes_disconnected(s->routes, clock_mono_ms(&clock_system));
}

static void on_control_frame(void *arg, const struct ami_frame *f)
{
	if (f->reject)
		ami_calls_rejected(arg, f);
}

static struct ami_link *new_tail(struct ami_server *s, struct ami_link_config config)
{
	config.name = "tail";
	config.events = TAIL_EVENTS;
	config.receive_buffer = TAIL_RECEIVE_BUFFER;
	config.on_up = on_tail_up;
	config.on_down = on_tail_down;
	config.on_frame = on_tail_frame;
	config.on_bytes = s->raw ? on_tail_bytes : NULL;
	config.arg = s;
	return ami_link_new(&config);
}

static struct ami_link *new_control(struct ami_server *s, struct ami_link_config config)
{
	config.name = "control";
	config.events = "off";
	config.on_up = on_control_up;
	config.on_down = on_control_down;
	config.on_frame = on_control_frame;
	config.arg = s;
	return ami_link_new(&config);
}

struct ami_server *ami_server_new(const struct ami_server_config *config)
{
	struct ami_server *s = xcalloc(1, sizeof(*s));

	s->link = (struct ami_link_config){
		.server = &s->config,
		.timing = config->timing,
		.buffer = config->buffer,
		.epoll = config->epoll,
	};
	copy_config(&s->config, config->server);
	s->timing = config->timing;
	s->to_main = config->to_main;
	s->raw = config->raw;
	s->raw_index = config->raw_index;
	s->read_only = config->read_only;
	str_copy(s->status.server, sizeof(s->status.server), str_of(s->config.name));
	s->status.uptime_s = s->status.rtt_us = s->status.lag_us = -1;
	s->link.unused = config->no_tail;
	s->tail = new_tail(s, s->link);
	s->link.unused = config->no_tail && config->server->routes == ROUTES_NONE;
	s->control = new_control(s, s->link);
	s->link.unused = false;
	ami_calls_init(s);
	ami_routes_init(s, config);
	ami_endpoints_init(s, config->endpoints);
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
	clear_config(&(*s)->config);
	FREE(s);
}

/* The link that fails now has the say; of two that wait, the tail. */
static void fill_links(struct ami_server *s)
{
	struct server_status *st = &s->status;
	const struct ami_link *waiting = NULL;

	st->tail = ami_link_state(s->tail);
	st->control = ami_link_state(s->control);
	st->rtt_us = ami_link_rtt_us(s->control);
	if (st->control != LINK_UP && st->control != LINK_UNUSED)
		waiting = s->control;
	if (st->tail != LINK_UP && st->tail != LINK_UNUSED)
		waiting = s->tail;
	st->retry_at_ms = waiting ? ami_link_retry_at_ms(waiting) : 0;
	if (waiting && ami_link_err(waiting)->code)
		st->err = *ami_link_err(waiting);
}

static void fill_status(struct ami_server *s)
{
	struct tracker_stats calls;

	fill_links(s);
	tracker_get_stats(s->calls.tracker, &calls);
	s->status.live = calls.live;
	s->status.evicted = calls.evicted;
	/* What waits here has not been reported. */
	if (s->status.listening_from_us && !s->calls.unsent && s->calls.recover_at_ms < 0)
		s->status.heard_us = ami_link_heard_us(s->tail);
	if (s->routes)
		routes_get_stats(s->routes, &s->status.routes);
}

static bool needs_attention(const struct server_status *a, const struct server_status *b)
{
	return a->tail != b->tail || a->control != b->control || a->err.code != b->err.code ||
	       a->listening_from_us != b->listening_from_us || a->forgotten != b->forgotten ||
	       a->rejecting != b->rejecting || (a->evicted > 0) != (b->evicted > 0) ||
	       strcmp(a->version, b->version) || a->routes.settled != b->routes.settled || a->routes.foreign_owner != b->routes.foreign_owner;
}

static void post_status(struct ami_server *s, int64_t now_ms)
{
	s->sent = s->status;
	s->sent_at_ms = now_ms;
	s->reported = true;
	ami_server_post(s, AMI_MAIL_SERVER, mail_key(s->config.name, strlen(s->config.name)), &s->status,
			sizeof(s->status), MAIL_MUST);
}

static void send_status(struct ami_server *s, int64_t now_ms)
{
	bool due = now_ms >= s->sent_at_ms + STATUS_EVERY_MS;

	fill_status(s);
	if (s->reported && !needs_attention(&s->status, &s->sent) &&
	    !(due && memcmp(&s->status, &s->sent, sizeof(s->sent))))
		return;
	post_status(s, now_ms);
}

void ami_server_last_word(struct ami_server *s)
{
	fill_status(s);
	post_status(s, clock_mono_ms(&clock_system));
}

void ami_server_turn(struct ami_server *s)
{
	int64_t now = clock_mono_ms(&clock_system);

	ami_link_tick(s->tail, now);
	ami_link_tick(s->control, now);
	ami_calls_turn(s, now);
	ami_routes_turn(s, now);
	ami_scan_turn(s, now);
	ami_endpoints_turn(s, now);
	ami_link_flush(s->control);
	send_status(s, now);
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
	if (s->routes && ami_link_state(s->control) == LINK_UP)
		at = clock_earlier(at, routes_next_at_ms(s->routes));
	if (memcmp(&s->status, &s->sent, sizeof(s->sent)))
		at = clock_earlier(at, s->sent_at_ms + STATUS_EVERY_MS);
	return at;
}
