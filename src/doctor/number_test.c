#include "config.h"

#include "trunkdeck/doctor/number_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "checks.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/model/tell.h"

/* --- what may be dialled --- */

/* Technologies that reach agents. A trunk may use PJSIP too; its endpoint's name tells. */
static const char *const inside[] = { "WebSocket", "AudioSocket", "Local", "PJSIP", "UnicastRTP" };

static bool begins(const char *dial, size_t len, const char *technology)
{
	size_t n = strlen(technology);

	return len > n && strncasecmp(dial, technology, n) == 0 && dial[n] == '/';
}

/* PJSIP/ENDPOINT, PJSIP/ENDPOINT/sip:..., PJSIP/USER@ENDPOINT. */
static bool leaves_by(const char *dial, size_t len, const struct provider *p)
{
	const char *endpoint = provider_endpoint(p), *start = dial + strlen("PJSIP/"), *slash, *at;

	if (!begins(dial, len, "PJSIP"))
		return false;
	len -= strlen("PJSIP/");
	slash = memchr(start, '/', len);
	len = slash ? (size_t)(slash - start) : len;
	at = memchr(start, '@', len);
	if (at) {
		len -= (size_t)(at + 1 - start);
		start = at + 1;
	}
	return strlen(endpoint) == len && strncasecmp(start, endpoint, len) == 0;
}

/* Checks one of the destinations that & rings together. */
static bool may_dial_one(struct snapshot *s, const char *dial, size_t len, struct err *e)
{
	const char *why = _("test calls are not sent to the telephone network");
	size_t count;
	const struct provider *const *providers = snapshot_providers(s, &count);

	for (size_t i = 0; i < count; i++) {
		if (!leaves_by(dial, len, providers[i]))
			continue;
		err_set_message(e, ERR_FOUND_WRONG, _("not tested: %.*s leads through the provider %s"), (int)len, dial,
				providers[i]->name);
		return err_hint(e, "%s", why);
	}
	for (size_t i = 0; i < ARRAY_LEN(inside); i++)
		if (begins(dial, len, inside[i]))
			return true;
	err_set_message(e, ERR_FOUND_WRONG, _("not tested: %.*s may be a telephone line"), (int)len, dial);
	return err_hint(e, "%s", why);
}

bool number_test_may_dial(struct snapshot *s, const char *dial, struct err *e)
{
	for (size_t len; *dial != '\0'; dial += len + (dial[len] == '&')) {
		len = strcspn(dial, "&");
		if (len > 0 && !may_dial_one(s, dial, len, e))
			return false;
	}
	return true;
}

/* --- when --- */

static const char *const weekdays[] = { "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday" };

/* Reads "22:00"; false with anything behind it. */
static bool read_clock(const char *text, struct zone_time *t)
{
	int end = 0;

	return sscanf(text, "%2d:%2d%n", &t->hour, &t->minute, &end) == 2 && text[end] == '\0' && t->hour >= 0 && t->hour < 24 &&
	       t->minute >= 0 && t->minute < 60;
}

bool number_test_at(const struct zone *z, const char *text, int64_t now_us, int64_t *at_us)
{
	struct zone_time now, t = { .second = 0 };
	size_t len = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
	int weekday = -1, ahead;

	for (int i = 0; len >= 3 && i < 7; i++)
		if (len <= strlen(weekdays[i]) && strncasecmp(text, weekdays[i], len) == 0)
			weekday = i;
	if (!read_clock(weekday < 0 ? text : text + len + strspn(text + len, " "), &t))
		return zone_parse_moment(z, text, now_us, at_us);
	zone_local(z, now_us, &now);
	ahead = weekday < 0 ? 0 : (weekday - now.weekday + 7) % 7;
	if (ahead == 0 && 60 * t.hour + t.minute < 60 * now.hour + now.minute)
		ahead = weekday < 0 ? 1 : 7;
	t.year = now.year;
	t.month = now.month;
	t.day = now.day + ahead;
	*at_us = zone_moment_us(z, &t);
	return true;
}

/* --- the calls --- */

/* A test on one server. */
struct testing {
	const struct number_test *n;
	const struct server_config *server;
};

static bool may_dial(void *arg, const char *dial, struct err *e)
{
	return number_test_may_dial(((const struct testing *)arg)->n->snapshot, dial, e);
}

static void on_progress(void *arg, const struct test_call *t)
{
	const struct testing *testing = arg;
	const struct err none = { .code = ERR_NONE };

	testing->n->report(testing->n->arg, testing->server, t, &none, false);
}

static bool is_stopped(const struct number_test *n)
{
	return n->stop && mailbox_waiting(n->stop) > 0;
}

bool number_test_on(const struct number_test *n, const struct server_config *server)
{
	if (n->server)
		return strcmp(server->name, n->server) == 0;
	return server->region == n->number->region && server->routes != ROUTES_NONE;
}

/* Every agent that the call can be led to must be one that may be dialled, and one of them must be able to take it. */
static bool may_dial_ways(const struct number_test *n, struct err *e)
{
	const char *why = _("there is no agent"), *first = NULL;
	struct number_ways ways;
	bool any = false, ok = true;

	number_ways(n->snapshot, n->number, &ways);
	for (size_t i = 0; ok && i < ways.count; i++) {
		const struct agent *a = ways.list[i].agent;
		char *dial;

		if (!a || !agent_usable(a, &why)) {
			first = first ? first : why;
			continue;
		}
		any = true;
		dial = agent_dial_made(a->id, a->url, a->dial);
		ok = number_test_may_dial(n->snapshot, dial, e);
		free(dial);
	}
	if (any)
		return ok;
	err_set_message(e, ERR_FOUND_WRONG, _("%s has no route: %s"), n->number->e164, first ? first : why);
	return err_hint(e, _("change the agent %s, or give the number another one"), n->number->agent);
}

bool number_test_may(const struct number_test *n, struct err *e)
{
	if (n->config->read_only)
		return err_set(e, ERR_READ_ONLY, "%s", _("a test makes an agent take a call"));
	if (n->number->enabled)
		return may_dial_ways(n, e);
	err_set_message(e, ERR_FOUND_WRONG, _("%s has no route: %s"), n->number->e164, number_unrouted(n->number, NULL));
	return err_hint(e, "trunkdeck number edit %s --enabled yes", n->number->e164);
}

bool number_test_run(const struct number_test *n, struct err *e)
{
	size_t calls = 0;

	if (!number_test_may(n, e))
		return false;
	for (size_t i = 0; i < n->config->server_count && !is_stopped(n); i++) {
		const struct server_config *server = &n->config->servers[i];
		struct testing testing = { .n = n, .server = server };
		const struct test_call_options options = {
			.server = server, .number = n->number->e164, .at_us = n->at_us, .timeout_ms = n->timeout_ms, .stop = n->stop,
			.may_dial = may_dial, .progress = on_progress, .arg = &testing,
		};
		struct err why = { .code = ERR_NONE };
		struct test_call t;

		if (!number_test_on(n, server))
			continue;
		if (test_call_run(&t, &options, &why) && !test_call_ok(&t))
			test_call_why(&t, n->number->e164, &why);
		if (!is_stopped(n))
			n->report(n->arg, server, &t, &why, true);
		calls++;
	}
	if (calls > 0 || is_stopped(n))
		return true;
	err_set_message(e, ERR_FOUND_WRONG, _("no server serves the region %s"), region_name(n->number->region));
	return err_hint(e, "%s", _("configure a server of that region, with routes = astdb or odbc"));
}
