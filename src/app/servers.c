/* The servers' status reports, and the messages about them. */
#include "config.h"

#include "app_private.h"

#include <string.h>

#include "trunkdeck/calls/tracker.h"

#define NEWS_MS 2000			/* messages about servers within this time are summed up ... */
#define NEWS_SINGLE 3			/* ... when there are more */

struct app_server *app_server(const struct app *a, const char *name)
{
	for (size_t i = 0; i < a->server_count; i++) {
		if (strcmp(a->servers[i].config->name, name) == 0)
			return &a->servers[i];
	}
	return NULL;
}

int64_t app_by_server_clock(const struct app *a, const struct call *c, int64_t us)
{
	const struct app_server *s = app_server(a, c->server);

	return s ? time_plus(us, server_clock_ahead_us(&s->status.facts)) : us;
}

/* Counts one message; true when it is shown by itself. */
static bool is_news(const struct app *a, struct server_news *n)
{
	int64_t now = clock_mono_ms(a->clock);

	if (now >= n->until_ms && n->more == 0)
		*n = (struct server_news){ .until_ms = now + NEWS_MS };
	if (n->said == NEWS_SINGLE) {
		n->more++;
		return false;
	}
	n->said++;
	return true;
}

void servers_tick(struct app *a)
{
	struct app_private *p = a->private;
	int64_t now = clock_mono_ms(a->clock);
	size_t failing = 0, up = 0;

	for (size_t i = 0; i < a->server_count; i++) {
		failing += a->servers[i].status.err.code != ERR_NONE;
		up += server_is_up(&a->servers[i].status);
	}
	if (p->failing.more > 0 && now >= p->failing.until_ms) {
		messages_add(a->messages, MESSAGE_WARN, ngettext("%zu server fails: the Servers view says why",
								 "%zu servers fail: the Servers view says why", failing), failing);
		p->failing.more = 0;
		a->dirty |= APP_DIRTY_MESSAGES;
	}
	if (p->connected.more > 0 && now >= p->connected.until_ms) {
		messages_add(a->messages, MESSAGE_INFO, _("%zu of %zu servers are connected"), up, a->server_count);
		p->connected.more = 0;
		a->dirty |= APP_DIRTY_MESSAGES;
	}
}

static void say_status(struct app *a, struct app_server *s, const struct server_status *status)
{
	const struct server_status *before = &s->status;

	if (status->err.code != ERR_NONE && status->err.code != s->told && is_news(a, &a->private->failing))
		messages_add(a->messages, MESSAGE_WARN, "%s: %s. %s", status->server, status->err.message, status->err.hint);
	if (server_is_up(status) || status->err.code != ERR_NONE)
		s->told = status->err.code;
	if (status->control == LINK_UP && server_is_up(status) && !server_is_up(before) && is_news(a, &a->private->connected))
		messages_add(a->messages, MESSAGE_INFO, _("%s connected"), status->server);
	if (status->rejecting && !before->rejecting)
		messages_add(a->messages, MESSAGE_ERROR, _("%s: most of its events are rejected (%s): calls are missed"),
			     status->server, status->last_reject);
	if (status->evicted > 0 && before->evicted == 0)
		messages_add(a->messages, MESSAGE_ERROR, _("%s: more than %d calls at once: the oldest are recorded as lost"),
			     status->server, TRACKER_MAX_CALLS);
}

void on_server(void *taker, void *value)
{
	const struct server_status *status = value;
	struct app *a = taker;
	struct app_server *s = app_server(a, status->server);

	if (!s)
		return;
	if (s->status.control == LINK_UP && status->control != LINK_UP)
		route_states_server_down(a->routes, status->server);
	say_status(a, s, status);
	app_coverage_status(a, status);
	s->status = *status;
	routes_report_sync(a);
	a->dirty |= APP_DIRTY_SERVERS | APP_DIRTY_WORKSPACE | APP_DIRTY_MESSAGES;
}

int64_t servers_next_at_ms(const struct app *a)
{
	const struct app_private *p = a->private;
	int64_t now = clock_mono_ms(a->clock), at = -1;

	if (p->failing.more > 0)
		at = p->failing.until_ms;
	if (p->connected.more > 0)
		at = clock_earlier(at, p->connected.until_ms);
	/* A count-down on the screen changes once a second. */
	for (size_t i = 0; i < a->server_count; i++)
		if (a->servers[i].status.retry_at_ms > now)
			at = clock_earlier(at, now + 1000);
	return at;
}

void on_raw_log(void *taker, void *value)
{
	const struct raw_log_report *r = value;
	struct app *a = taker;

	if (r->err.code != ERR_NONE)
		messages_add(a->messages, MESSAGE_ERROR, _("%s: the raw recording has ended: %s"), r->server, r->err.message);
	else
		messages_add(a->messages, MESSAGE_WARN, _("%s: the raw recording has a gap of %llu bytes: the disk was too slow"),
			     r->server, (unsigned long long)r->lost);
	a->dirty |= APP_DIRTY_MESSAGES;
}

bool servers_settled(const struct app *a)
{
	for (size_t i = 0; i < a->server_count; i++) {
		const struct server_status *s = &a->servers[i].status;

		if (!server_is_up(s) || (s->control == LINK_UP && !s->routes.settled))
			return false;
	}
	return true;
}
