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
#include "trunkdeck/routes/dialplan.h"

#define WINDOW 256
#define DIALPLAN_EVERY_MS 60000	/* a reload of the dialplan alone sends no event */

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

void ami_routes_tell(struct ami_server *s, const char *packed, size_t len)
{
	const char *at = packed;
	struct route_need *needs = NULL;
	struct route_key key;

	while (route_unpack(&at, packed + len, &key, &needs)) {
		if (s->routes)
			routes_tell(s->routes, &key, clock_mono_ms(&clock_system));
		else if (key.family == ROUTE_FAMILY_NUMBER)
			report_unmanaged(s, key.name, false);
	}
	free(needs);
}

void ami_routes_untell(struct ami_server *s, enum route_family family, const char *name)
{
	if (s->routes)
		routes_untell(s->routes, family, name, clock_mono_ms(&clock_system));
	else if (family == ROUTE_FAMILY_NUMBER)
		report_unmanaged(s, name, true);
}

void ami_routes_set_prefixes(struct ami_server *s, const struct route_prefix *prefixes, size_t n)
{
	free(s->prefixes);
	s->prefixes = xcalloc(n + 1, sizeof(*prefixes));
	s->prefix_count = n;
	if (n)
		memcpy(s->prefixes, prefixes, n * sizeof(*prefixes));
	ami_endpoints_watch(s);
}

const char *ami_routes_prefix_of(const struct ami_server *s, struct str endpoint)
{
	for (size_t i = 0; i < s->prefix_count; i++)
		if (str_eq(endpoint, str_of(s->prefixes[i].endpoint)))
			return s->prefixes[i].prefix;
	return NULL;
}

/* --- the dialplan's version --- */

static void set_version(struct ami_server *s, int version)
{
	int64_t now = clock_mono_ms(&clock_system);

	s->dialplan.asking = false;
	s->dialplan.due_ms = now + DIALPLAN_EVERY_MS;
	routes_set_version(s->routes, version, now);
	if (!s->dialplan.known)
		routes_connected(s->routes, now);
	s->dialplan.known = true;
}

/* If a function of every version gives nothing either, the database is away, and nothing is known of the functions. */
static void on_store_function(void *arg, uint64_t tag, const struct ami_frame *f, bool last)
{
	struct ami_server *s = arg;

	(void)tag;
	(void)last;
	set_version(s, ami_response_ok(f) && !ami_get(f, AMI_KEY_VALUE).len ? s->dialplan.version : 0);
}

/* A server of odbc mode also needs the functions of the present func_odbc.conf. */
static void on_key_function(void *arg, uint64_t tag, const struct ami_frame *f, bool last)
{
	const struct ami_field store[] = { { "Variable", "TRUNKDECK_STORE()" }, { NULL, NULL } };
	struct ami_server *s = arg;
	struct err e = { 0 };

	(void)tag;
	(void)last;
	if (ami_get(f, AMI_KEY_VALUE).len)
		set_version(s, s->dialplan.version);
	else if (!ami_link_request(s->control, "Getvar", store, on_store_function, s, 0, &e))
		set_version(s, 0);
}

static void on_dialplan(void *arg, uint64_t tag, const struct ami_frame *f, bool last)
{
	const struct ami_field key[] = { { "Variable", ROUTES_KEY_FUNCTION "(trunkdeckmeta,has)" }, { NULL, NULL } };
	struct ami_server *s = arg;
	int version = dialplan_version_told(f);
	struct err e = { 0 };

	(void)tag;
	if (version > 0)
		s->dialplan.version = version;
	if (!last)
		return;
	if (s->dialplan.version < ROUTES_NEW_DIALPLAN || s->config.routes != ROUTES_ODBC ||
	    !ami_link_request(s->control, "Getvar", key, on_key_function, s, 0, &e))
		set_version(s, s->dialplan.version);
}

/* A server that may not be asked, or has no version, counts as a former one. */
static void ask_dialplan(struct ami_server *s)
{
	const struct ami_field context[] = { { "Context", DIALPLAN_VERSION_CONTEXT }, { NULL, NULL } };
	struct err e = { 0 };

	s->dialplan.asking = true;
	s->dialplan.version = 0;
	if (!ami_link_request(s->control, "ShowDialPlan", context, on_dialplan, s, 0, &e))
		set_version(s, 0);
}

void ami_routes_control_up(struct ami_server *s)
{
	s->dialplan = (struct ami_dialplan){ 0 };
	if (s->routes)
		ask_dialplan(s);
}

void ami_routes_control_down(struct ami_server *s)
{
	if (s->routes)
		routes_disconnected(s->routes, clock_mono_ms(&clock_system));
}

void ami_routes_verify(struct ami_server *s)
{
	if (!s->routes)
		return;
	s->dialplan.due_ms = 0;
	routes_verify_all(s->routes, clock_mono_ms(&clock_system));
}

void ami_routes_event(struct ami_server *s, const struct ami_frame *f)
{
	struct str name = ami_get(f, AMI_KEY_EVENT);

	if (f->kind == AMI_EVENT && !f->reject && f->async &&
	    (str_eq(name, STR("Reload")) || str_eq(name, STR("FullyBooted"))))
		s->dialplan.due_ms = 0;
}

int64_t ami_routes_next_at_ms(const struct ami_server *s)
{
	if (!s->routes || ami_link_state(s->control) != LINK_UP)
		return -1;
	return clock_earlier(routes_next_at_ms(s->routes), s->dialplan.asking ? -1 : s->dialplan.due_ms);
}

/* --- actions --- */

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
	if (!s->dialplan.asking && now_ms >= s->dialplan.due_ms)
		ask_dialplan(s);
	while (routes_next(s->routes, now_ms, &a))
		send_action(s, &a);
}
