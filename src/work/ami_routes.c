/*
 * The reconciler's actions on the control link: DBGet, DBPut, DBDel, Getvar, and the meaning of Asterisk's answers.
 *
 * A DBGet that finds the key answers with a list: the response, an item with the value, an end. A missing key is an
 * Error with a text, as is any other failure. The texts tell them apart (main/db.c never changed them).
 *
 * A Getvar of a function always succeeds. A missing row, function or database all give an empty value.
 *
 * Reports of routes are never dropped: they coalesce by number, so at most one waits for each wanted number.
 */
#include "config.h"

#include "ami_server.h"

#include <stdlib.h>
#include <string.h>

#include "trunkdeck/base/clock.h"
#include "trunkdeck/base/mem.h"

#define WINDOW 256

static void on_report(void *arg, const struct route_report *report)
{
	struct ami_server *s = arg;
	struct ami_route_report r = { .route = *report };
	char key[sizeof(r.server) + E164_SIZE + 1];
	int len;

	str_copy(r.server, sizeof(r.server), str_of(s->config.name));
	len = snprintf(key, sizeof(key), "%s|%s", r.server, report->number);
	ami_server_post(s, s->handlers->route, mail_key(key, (size_t)len), &r, sizeof(r), MAIL_MUST);
}

void ami_routes_init(struct ami_server *s, const struct ami_options *o)
{
	struct routes_config rc = {
		.owner = o->owner ? o->owner : "",
		.take_over = o->take_over,
		.read_only = o->read_only,
		.verify_wait_ms = s->timing->verify_wait,
		.window = WINDOW,
		.report = on_report,
		.arg = s,
	};

	rc.lookup = s->config.routes == ROUTES_ODBC;
	if (s->config.routes != ROUTES_NONE)
		s->routes = routes_new(&rc);
}

/* On a server whose routes we don't keep, there is nothing to wait for. */
static void report_unmanaged(struct ami_server *s, const char *number, bool gone)
{
	struct route_report r = { .state = gone ? ROUTE_NONE : ROUTE_UNKNOWN, .gone = gone };

	r.at_ms = clock_mono_ms(&clock_system);
	str_copy(r.number, sizeof(r.number), str_of(number));
	on_report(s, &r);
}

void ami_routes_want(struct ami_server *s, const struct route *route)
{
	if (s->routes)
		routes_want(s->routes, route, clock_mono_ms(&clock_system));
	else
		report_unmanaged(s, route->number, false);
}

void ami_routes_unwant(struct ami_server *s, const char *number)
{
	if (s->routes)
		routes_unwant(s->routes, number, clock_mono_ms(&clock_system));
	else
		report_unmanaged(s, number, true);
}

void ami_routes_set_prefixes(struct ami_server *s, const struct route_prefix *prefixes, size_t n)
{
	free(s->prefixes);
	s->prefixes = xcalloc(n + 1, sizeof(*prefixes));
	s->prefix_count = n;
	if (n)
		memcpy(s->prefixes, prefixes, n * sizeof(*prefixes));
	ami_endpoints_watch(s);
	if (s->routes)
		routes_set_prefixes(s->routes, prefixes, n, clock_mono_ms(&clock_system));
}

const char *ami_routes_prefix_of(const struct ami_server *s, struct str endpoint)
{
	for (size_t i = 0; i < s->prefix_count; i++)
		if (str_eq(endpoint, str_of(s->prefixes[i].endpoint)))
			return s->prefixes[i].prefix;
	return NULL;
}

static void answer(struct ami_server *s, uint64_t id, enum route_answer a, struct str text)
{
	char *value = str_dup(text);

	routes_answer(s->routes, id, a, value, clock_mono_ms(&clock_system));
	free(value);
}

/* The end of a list is an answer only if the list had no item. A second answer is ignored. */
static void on_answer(void *arg, uint64_t id, const struct ami_frame *f, bool last)
{
	struct ami_server *s = arg;
	struct str message = ami_get(f, AMI_KEY_MESSAGE), value = ami_get(f, AMI_KEY_VALUE);
	bool missing = str_eq_nocase(message, STR("Database entry not found")) ||
		       str_eq_nocase(message, STR("Database entry could not be deleted"));

	if (f->kind == AMI_EVENT && f->by_key[AMI_KEY_VAL])
		answer(s, id, ROUTE_ANSWER_OK, ami_get(f, AMI_KEY_VAL));
	else if (f->kind == AMI_RESPONSE && !ami_response_ok(f))
		answer(s, id, missing ? ROUTE_ANSWER_NOT_FOUND : ROUTE_ANSWER_REFUSED, message);
	else if (f->by_key[AMI_KEY_VALUE])
		answer(s, id, value.len ? ROUTE_ANSWER_OK : ROUTE_ANSWER_NOT_FOUND, value);
	else if (last)
		answer(s, id, f->kind == AMI_RESPONSE ? ROUTE_ANSWER_OK : ROUTE_ANSWER_NOT_FOUND, message);
}

static void send_action(struct ami_server *s, const struct route_action *a)
{
	static const char *const names[] = {
		[ROUTE_OP_GET] = "DBGet", [ROUTE_OP_PUT] = "DBPut", [ROUTE_OP_DEL] = "DBDel", [ROUTE_OP_LOOKUP] = "Getvar",
	};
	char variable[sizeof(a->family) + sizeof(a->key) + 2];
	const struct ami_field lookup[] = { { "Variable", variable }, { NULL, NULL } };
	const struct ami_field key[] = {
		{ "Family", a->family }, { "Key", a->key }, { a->op == ROUTE_OP_PUT ? "Val" : NULL, a->value }, { NULL, NULL },
	};
	struct err e = { 0 };

	snprintf(variable, sizeof(variable), "%s(%s)", a->family, a->key);
	if (!ami_link_request(s->control, names[a->op], a->op == ROUTE_OP_LOOKUP ? lookup : key, on_answer, s, a->id, &e))
		answer(s, a->id, ROUTE_ANSWER_REFUSED, str_of(*e.hint ? e.hint : e.message));
}

void ami_routes_turn(struct ami_server *s, int64_t now_ms)
{
	struct route_action a;

	if (!s->routes || ami_link_state(s->control) != LINK_UP)
		return;
	while (routes_next(s->routes, now_ms, &a))
		send_action(s, &a);
}
