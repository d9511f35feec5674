/*
 * The checks that ask a server. Each asks Asterisk itself what it would do, and only reads. The answer to ListCommands
 * has the actions that our user may use (main/manager.c, action_listcommands), so no check needs to write.
 */
#include "config.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "checks.h"
#include "trunkdeck/ami/rights.h"
#include "trunkdeck/base/buf.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/model/tell.h"
#include "trunkdeck/routes/dialplan.h"
#include "trunkdeck/routes/route.h"

#define OLDEST_ASTERISK 20
#define CONTEXT "trunkdeck-in"

static const struct ami_field no_fields[] = { { NULL, NULL } };

/* --- asking --- */

static void todo_rights(const struct probe *p, struct finding *f, const char *rights)
{
	char *line = ami_right_line(p->config->user, rights);

	finding_todo(f, "%s", line);
	free(line);
}

void doctor_refused(const struct subject *s, struct finding *f, enum verdict v, const struct err *e, const char *right)
{
	finding_error(f, e->code == ERR_SERVER_REFUSED ? v : VERDICT_UNKNOWN, e);
	if (!ami_is_denied(str_of(e->message)))
		return;
	finding_set(f, VERDICT_UNKNOWN, _("our AMI user may not ask"));
	todo_rights(s->probe, f, right);
}

/* --- the probe --- */

static void on_event(void *arg, const struct ami_frame *f)
{
	struct probe *p = arg;

	/* FullyBooted after the login never has a time stamp. */
	if (!f->async || f->reject || str_eq(ami_get(f, AMI_KEY_EVENT), STR("FullyBooted")))
		return;
	p->heard = true;
	p->stamped = p->stamped || f->by_key[AMI_KEY_TIMESTAMP];
}

static void take_commands(void *arg, const struct ami_frame *f)
{
	struct buf names;

	buf_init(&names, BUF_UNBOUNDED);
	buf_addc(&names, ' ');
	for (size_t i = 0; i < f->count; i++) {
		buf_add(&names, f->headers[i].key.p, f->headers[i].key.len);
		buf_addc(&names, ' ');
	}
	*(char **)arg = buf_take(&names);
}

void probe_open(struct probe *p, const struct server_config *server, const struct doctor_options *o)
{
	const struct ami_session_options options = {
		.server = server, .events = "system,call", .timeout_ms = o->timeout_ms, .stop = o->stop,
		.on_event = on_event, .arg = p,
	};
	struct err e = { .code = ERR_NONE };

	*p = (struct probe){ .config = server };
	if (!ami_session_open(&p->session, &options, &p->err))
		return;
	ami_session_facts(p->session, &p->facts, &p->facts_err);
	ami_session_action(p->session, "ListCommands", no_fields, take_commands, &p->allowed, &e);
	probe_dialplan(p);
}

void probe_close(struct probe *p)
{
	ami_session_close(&p->session);
	FREE(&p->allowed);
}

void check_encrypted(const struct subject *s, struct finding *f)
{
	const struct server_config *server = s->probe->config;

	if (!server_is_plain_off_loopback(server)) {
		finding_set(f, VERDICT_PASS, "%s", server->tls ? _("TLS") : _("the server is on this machine"));
		return;
	}
	finding_set(f, VERDICT_WARN, _("the connection to %s is not encrypted"), server->host);
	finding_todo(f, _("set tlsenable = yes in manager.conf, and tls = yes in [server %s]"), server->name);
}

void check_reachable(const struct subject *s, struct finding *f)
{
	const struct server_config *server = s->probe->config;

	if (s->probe->session)
		finding_set(f, VERDICT_PASS, _("%s accepts the user %s"), server->host, server->user);
	else
		finding_error(f, VERDICT_FAIL, &s->probe->err);
}

void check_version(const struct subject *s, struct finding *f)
{
	const struct probe *p = s->probe;

	if (p->facts_err.code != ERR_NONE) {
		doctor_refused(s, f, VERDICT_UNKNOWN, &p->facts_err, "reporting");
		return;
	}
	finding_set(f, VERDICT_PASS, "%s", p->facts.version);
	if (isdigit((unsigned char)p->facts.version[0]) && strtol(p->facts.version, NULL, 10) < OLDEST_ASTERISK) {
		f->verdict = VERDICT_WARN;
		finding_todo(f, _("trunkdeck is tested with Asterisk %d and later"), OLDEST_ASTERISK);
	}
}

void check_clock(const struct subject *s, struct finding *f)
{
	const struct server_facts *facts = &s->probe->facts;
	char text[SERVER_CLOCK_TEXT_SIZE];

	server_clock_text(facts, text);
	finding_set(f, !facts->clock_known ? VERDICT_UNKNOWN : server_clock_is_off(facts) ? VERDICT_WARN : VERDICT_PASS, "%s", text);
	if (server_clock_is_off(facts))
		finding_todo(f, _("set the clocks of %s and of this machine by NTP: times of calls are wrong by that much"),
			     s->probe->config->name);
}

/* --- permissions --- */

enum { IN_ASTDB = 1 << ROUTES_ASTDB, IN_ODBC = 1 << ROUTES_ODBC, IN_NONE = 1 << ROUTES_NONE, IN_ALL = 7 };

static const struct permission {
	const char *action;
	const char *purpose;		/* N_() */
	unsigned needed;		/* by routes mode; 0 = not needed, but useful */
} permissions[] = {
	{ "CoreShowChannels", N_("calls from before the connection"), IN_ALL },
	{ "DBGet", N_("reading routes"), IN_ASTDB },
	{ "DBPut", N_("writing routes"), IN_ASTDB },
	{ "Getvar", N_("reading routes"), IN_ODBC },
	{ "ShowDialPlan", N_("checking the dialplan"), 0 },
	{ "PJSIPShowEndpoint", N_("state of providers"), 0 },
	{ "Hangup", N_("hanging calls up"), 0 },
	{ "Originate", N_("test calls"), 0 },
};

static void list_denied(const struct probe *p, bool needed, struct buf *what, struct buf *rights)
{
	for (size_t i = 0; i < ARRAY_LEN(permissions); i++) {
		const struct permission *one = &permissions[i];
		const char *right = ami_right_of(one->action);
		char *word = xasprintf(" %s ", one->action);
		bool allowed = strstr(p->allowed, word) != NULL;

		free(word);
		if (allowed || needed != ((one->needed >> p->config->routes & 1) != 0))
			continue;
		buf_addf(what, "%s%s (%s)", what->len > 0 ? ", " : "", _(one->purpose), one->action);
		if (!rights->p || !strstr(rights->p, right))
			buf_addf(rights, "%s%s", rights->len > 0 ? "," : "", right);
	}
}

void check_permissions(const struct subject *s, struct finding *f)
{
	const struct probe *p = s->probe;
	struct buf what, rights;
	bool needed = true;

	if (!p->allowed) {
		finding_set(f, VERDICT_UNKNOWN, "%s", _("the server does not say what our AMI user may do"));
		return;
	}
	buf_init(&what, BUF_UNBOUNDED);
	buf_init(&rights, BUF_UNBOUNDED);
	list_denied(p, true, &what, &rights);
	if (what.len == 0) {
		needed = false;
		list_denied(p, false, &what, &rights);
	}
	if (needed)
		finding_set(f, VERDICT_FAIL, _("not allowed: %s"), what.p);
	else if (what.len > 0)
		finding_set(f, VERDICT_PASS, _("all that is needed; not allowed: %s"), what.p);
	else
		finding_set(f, VERDICT_PASS, "%s", _("all that is needed, and all that is useful"));
	if (needed)
		todo_rights(p, f, rights.p);
	else if (what.len > 0)
		finding_todo(f, _("if you need that: manager.conf, [%s]: add %s to write"), p->config->user, rights.p);
	buf_clear(&what);
	buf_clear(&rights);
}

/* --- the server --- */

/* A server that reads our store may lack the function that gives a call all that it needs. Its calls then get the agent only. */
static void see_functions(const struct subject *s, struct finding *f, const char *owner)
{
	struct err e;
	char *has;

	if (!ami_session_key(s->probe->session, ROUTES_ODBC, "trunkdeckmeta", "has", &has, &e)) {
		doctor_refused(s, f, VERDICT_UNKNOWN, &e, "reporting");
		return;
	}
	if (*has) {
		finding_set(f, VERDICT_PASS, "%s", owner);
	} else {
		finding_set(f, VERDICT_FAIL, "%s", _("it reads the store, but not all that a call needs"));
		finding_todo(f, _("install func_odbc.conf of 'trunkdeck server setup %s', and GRANT EXECUTE ON FUNCTION trunkdeck_call, "
				  "trunkdeck_key to the database's user"), s->probe->config->name);
	}
	free(has);
}

void check_owner(const struct subject *s, struct finding *f)
{
	const char *ours = snapshot_workspace(s->options->snapshot)->id;
	const struct server_config *server = s->probe->config;
	bool odbc = server->routes == ROUTES_ODBC, ok;
	struct err e;
	char *owner;

	if (server->routes == ROUTES_NONE) {
		finding_set(f, VERDICT_PASS, "%s", _("routes = none: nothing of ours is there"));
		return;
	}
	if (odbc)
		ok = ami_session_variable(s->probe->session, "TRUNKDECK_STORE()", &owner, &e);
	else
		ok = ami_session_db_get(s->probe->session, "trunkdeckmeta", "owner", &owner, &e);
	if (!ok) {
		doctor_refused(s, f, VERDICT_UNKNOWN, &e, "reporting");
		return;
	}
	if (strcmp(owner, ours) == 0 && odbc) {
		see_functions(s, f, owner);
	} else if (strcmp(owner, ours) == 0) {
		finding_set(f, VERDICT_PASS, "%s", owner);
	} else if (!*owner && odbc) {
		finding_set(f, VERDICT_FAIL, "%s", _("it gets nothing from the store"));
		finding_todo(f, _("check func_odbc, res_odbc and the rights of the database's user: 'trunkdeck server setup %s'"),
			     server->name);
	} else if (!*owner) {
		finding_set(f, VERDICT_WARN, "%s", _("no store has written to it yet"));
		finding_todo(f, "%s", _("'trunkdeck sync' writes the routes, and its name with them"));
		finding_remedy(f, REMEDY_SYNC, ENTITY_NUMBER, "", "");
	} else {
		finding_set(f, VERDICT_FAIL, _("it belongs to the store %s, this one is %s"), owner, ours);
		finding_todo(f, "%s", odbc ? _("odbc.ini on the server names another database than the configuration here") :
			     _("work with that store; if it is gone for good: 'trunkdeck sync --take-over'"));
	}
	free(owner);
}

static void see_dialplan(const struct subject *s, struct finding *f, const char *context)
{
	const struct ami_field fields[] = { { "Context", context }, { NULL, NULL } };
	struct err e;

	if (ami_session_action(s->probe->session, "ShowDialPlan", fields, NULL, NULL, &e)) {
		finding_set(f, VERDICT_PASS, _("context %s is there"), context);
		return;
	}
	finding_set(f, VERDICT_FAIL, _("there is no context %s"), context);
	finding_todo(f, _("'trunkdeck server setup %s' prints extensions_trunkdeck.conf and where it goes"),
		     s->probe->config->name);
	if (e.code != ERR_SERVER_REFUSED || ami_is_denied(str_of(e.message)))
		doctor_refused(s, f, VERDICT_UNKNOWN, &e, "reporting");
}

/* The inner contexts are checked too: an incomplete include would load without them. An include of another version
 * still routes calls, so it is a warning. */
void check_dialplan(const struct subject *s, struct finding *f)
{
	static const char *const contexts[] = { "trunkdeck-call", "trunkdeck-route", CONTEXT };
	int ours = dialplan_version(), theirs = s->probe->dialplan;

	for (size_t i = 0; i < ARRAY_LEN(contexts); i++) {
		see_dialplan(s, f, contexts[i]);
		if (f->verdict != VERDICT_PASS)
			return;
	}
	if (s->probe->dialplan_err.code != ERR_NONE) {
		doctor_refused(s, f, VERDICT_UNKNOWN, &s->probe->dialplan_err, "reporting");
		return;
	}
	if (theirs == ours) {
		finding_set(f, VERDICT_PASS, _("context %s is there, version %d"), CONTEXT, ours);
		return;
	}
	if (theirs > 0)
		finding_set(f, VERDICT_WARN, _("Asterisk runs dialplan %d, this trunkdeck ships %d"), theirs, ours);
	else
		finding_set(f, VERDICT_WARN, _("Asterisk runs a dialplan without a version, this trunkdeck ships %d"), ours);
	if (theirs > ours)
		finding_todo(f, "%s", _("a newer trunkdeck has set the server up: update this one"));
	else if (theirs < ROUTES_NEW_DIALPLAN)
		finding_todo(f, _("no parameters, fallback, hours, caps or blocks until then: install the new dialplan: print it with 'trunkdeck server setup %s', put it in place, 'dialplan reload'"),
			     s->probe->config->name);
	else
		finding_todo(f, _("install the new dialplan: print it with 'trunkdeck server setup %s', put it in place, 'dialplan reload'"),
			     s->probe->config->name);
}

void check_mode(const struct subject *s, struct finding *f)
{
	const char *ours = routes_mode_name(s->probe->config->routes);
	struct err e;
	char *mode;
	const char *in_force;

	if (s->probe->config->routes == ROUTES_NONE) {
		finding_set(f, VERDICT_PASS, "%s", _("routes = none: not checked"));
		return;
	}
	if (!ami_session_variable(s->probe->session, "TRUNKDECK_ROUTES", &mode, &e)) {
		doctor_refused(s, f, VERDICT_UNKNOWN, &e, "reporting");
		return;
	}
	in_force = strcmp(mode, "odbc") == 0 ? "odbc" : "astdb";
	if (strcmp(in_force, ours) == 0) {
		finding_set(f, VERDICT_PASS, "%s", in_force);
	} else {
		finding_set(f, VERDICT_FAIL, _("the dialplan looks in %s, [server %s] says routes = %s"), in_force,
			    s->probe->config->name, ours);
		finding_todo(f, _("set TRUNKDECK_ROUTES in globals_trunkdeck.conf to %s, then 'dialplan reload'"), ours);
	}
	free(mode);
}

/* --- files --- */

/* A line that a server's file should have. The file is read, because Asterisk does not tell its loaded lines. */
struct wanted_line {
	const char *start;
	bool found;
};

static void see_line(void *arg, const struct ami_frame *f)
{
	struct wanted_line *w = arg;

	for (size_t i = 0; i < f->count; i++) {
		char *value = str_dup(f->headers[i].value);

		w->found = w->found || strncasecmp(value, w->start, strlen(w->start)) == 0;
		free(value);
	}
}

/* Returns false when the file can't be read: our user may not, or there is none. */
static bool has_line(const struct subject *s, const char *file, const char *category, const char *start, bool *found)
{
	const struct ami_field fields[] = { { "Filename", file }, { "Category", category }, { NULL, NULL } };
	struct wanted_line w = { .start = start };
	struct err e;
	bool ok = ami_session_action(s->probe->session, "GetConfig", fields, see_line, &w, &e);

	*found = w.found;
	return ok;
}

void check_stamps(const struct subject *s, struct finding *f)
{
	bool yes = s->probe->stamped, known = yes || s->probe->heard;

	if (!known)
		known = has_line(s, "manager.conf", "general", "timestampevents=yes", &yes);
	if (!known)
		finding_set(f, VERDICT_UNKNOWN, "%s", _("no event was heard just now"));
	else if (yes)
		finding_set(f, VERDICT_PASS, "%s", _("they do"));
	else
		finding_set(f, VERDICT_WARN, "%s", _("they don't: times are those of arrival"));
	if (!yes)
		finding_todo(f, "%s", _("manager.conf, [general]: timestampevents = yes, then 'manager reload'"));
}

void check_cdr(const struct subject *s, struct finding *f)
{
	bool mapped;

	if (!has_line(s, "cdr_manager.conf", "mappings", "linkedid=", &mapped))
		finding_set(f, VERDICT_UNKNOWN, "%s", _("cdr_manager.conf can't be read from here"));
	else if (mapped)
		finding_set(f, VERDICT_PASS, "%s", _("cdr_manager.conf maps linkedid"));
	else
		finding_set(f, VERDICT_WARN, "%s", _("cdr_manager.conf does not map linkedid"));
	if (!mapped)
		finding_todo(f, _("'trunkdeck server setup %s' prints cdr_manager.conf; compare it with the server's"),
			     s->probe->config->name);
}

/* --- providers --- */

static void see_context(void *arg, const struct ami_frame *f)
{
	char **context = arg;

	if (!str_eq(ami_get(f, AMI_KEY_EVENT), STR("EndpointDetail")))
		return;
	free(*context);
	*context = str_dup(ami_get(f, AMI_KEY_CONTEXT));
}

void check_endpoint(const struct subject *s, struct finding *f)
{
	const char *name = provider_endpoint(s->provider);
	const struct ami_field fields[] = { { "Endpoint", name }, { NULL, NULL } };
	char *context = NULL;		/* NULL when Asterisk does not say */
	struct err e;

	if (!ami_session_action(s->probe->session, "PJSIPShowEndpoint", fields, see_context, &context, &e)) {
		finding_set(f, VERDICT_FAIL, _("there is no PJSIP endpoint %s"), name);
		finding_todo(f, _("define it in pjsip.conf with context = %s, or name the right one: trunkdeck provider edit %s --endpoint"),
			     CONTEXT, s->provider->id);
		finding_remedy(f, REMEDY_EDIT, ENTITY_PROVIDER, s->provider->id, "endpoint");
		if (e.code != ERR_SERVER_REFUSED || ami_is_denied(str_of(e.message)))
			doctor_refused(s, f, VERDICT_UNKNOWN, &e, "system");
	} else if (context && strcmp(context, CONTEXT) != 0) {
		finding_set(f, VERDICT_FAIL, _("calls of %s arrive in context %s"), name, context);
		finding_todo(f, _("pjsip.conf, endpoint %s: context = %s, then 'module reload res_pjsip.so'"), name, CONTEXT);
	} else {
		finding_set(f, context ? VERDICT_PASS : VERDICT_UNKNOWN, _("%s, context %s"), name,
			    context ? context : "?");
	}
	free(context);
}

/* The rule for a number that arrives without '+': "" means "+". */
static const char *rule(const char *prefix)
{
	return *prefix ? prefix : "+";
}

void check_prefix(const struct subject *s, struct finding *f)
{
	const char *endpoint = provider_endpoint(s->provider), *ours = rule(s->provider->inbound_prefix);
	char *function = xasprintf("TRUNKDECK_PREFIX(%s)", endpoint), *theirs, prefix[64];
	struct err e;
	bool ok;

	if (s->probe->config->routes == ROUTES_ODBC)
		ok = ami_session_variable(s->probe->session, function, &theirs, &e);
	else
		ok = ami_session_db_get(s->probe->session, "trunkdecktrunk", endpoint, &theirs, &e);
	free(function);
	if (!ok) {
		doctor_refused(s, f, VERDICT_UNKNOWN, &e, "reporting");
		return;
	}
	route_value_prefix(theirs, prefix, sizeof(prefix));
	finding_set(f, VERDICT_PASS, "%s", ours);
	if (strcmp(rule(prefix), ours) != 0) {
		finding_set(f, VERDICT_FAIL, _("the server puts %s before them, it should be %s"), rule(prefix), ours);
		finding_todo(f, "%s", _("'trunkdeck sync' writes the rule"));
	}
	free(theirs);
}

/* Uses the questions and words of the ami thread. */
void check_contact(const struct subject *s, struct finding *f)
{
	struct endpoint_report r;
	struct endpoint_probe p;
	char variable[256], *value;
	struct err e;

	endpoint_probe_begin(&p, provider_endpoint(s->provider));
	while (endpoint_probe_next(&p, variable, sizeof(variable))) {
		if (!ami_session_variable(s->probe->session, variable, &value, &e)) {
			doctor_refused(s, f, VERDICT_UNKNOWN, &e, "reporting");
			return;
		}
		endpoint_probe_answer(&p, str_of(value));
		free(value);
	}
	endpoint_probe_result(&p, &r);
	if (r.state == ENDPOINT_REACHABLE && r.rtt_us >= 0) {
		finding_set(f, VERDICT_PASS, _("reachable, %.1f ms"), (double)r.rtt_us / 1000);
	} else if (r.state == ENDPOINT_REACHABLE) {
		finding_set(f, VERDICT_PASS, "%s", endpoint_state_text(r.state));
	} else if (r.state == ENDPOINT_UNREACHABLE) {
		finding_set(f, VERDICT_FAIL, "%s", _("it does not answer Asterisk's OPTIONS"));
		finding_todo(f, _("check the contact of %s in pjsip.conf, firewall and address lists on both sides"), r.name);
	} else if (r.state == ENDPOINT_UNWATCHED && r.contacts == 0) {
		finding_set(f, VERDICT_UNKNOWN, "%s", _("it has no contact"));
		finding_todo(f, "%s", _("calls arrive without one; an aor with contact and qualify_frequency lets Asterisk watch it"));
	} else {
		finding_set(f, VERDICT_UNKNOWN, "%s", endpoint_state_text(r.state));
		finding_todo(f, "%s", _("qualify_frequency in its aor lets Asterisk watch it"));
	}
}

/* --- routes --- */

/* Returns false when the route can't be read; the finding says why. Caller frees both in any case. */
static bool read_route(const struct subject *s, struct finding *f, char **agent, char **dial)
{
	struct err e = { .code = ERR_NONE };

	*agent = *dial = NULL;
	if (!s->probe->session)
		finding_set(f, VERDICT_UNKNOWN, _("%s was not reached"), s->probe->config->name);
	else if (ami_session_route(s->probe->session, s->probe->config->routes, s->e164, agent, dial, &e))
		return true;
	else
		doctor_refused(s, f, VERDICT_UNKNOWN, &e, "reporting");
	return false;
}

static void advise_sync(struct finding *f, const char *e164)
{
	finding_todo(f, "%s", _("'trunkdeck sync' reads the routes back and repairs them"));
	finding_remedy(f, REMEDY_SYNC, ENTITY_NUMBER, e164, "");
}

void check_route(const struct subject *s, struct finding *f)
{
	bool wanted = doctor_wants_route(s);
	char *agent, *dial;

	if (!read_route(s, f, &agent, &dial)) {
		;
	} else if (!wanted && !*agent) {
		finding_set(f, VERDICT_PASS, "%s", _("none, as it should be"));
	} else if (!wanted) {
		finding_set(f, VERDICT_FAIL, _("a route to %s was left behind"), agent);
		advise_sync(f, s->e164);
		finding_todo(f, "%s", _("the number still works although it was deleted: 'trunkdeck sync' deletes the route, "
					"if need be with --delete-foreign"));
	} else if (strcmp(agent, s->agent->id) == 0) {
		finding_set(f, VERDICT_PASS, _("to %s"), agent);
	} else {
		finding_set(f, VERDICT_FAIL, *agent ? _("it leads to %s, not to %s") : _("there is none%s; it should lead to %s"), agent,
			    s->agent->id);
		advise_sync(f, s->e164);
	}
	free(agent);
	free(dial);
}

void check_dial(const struct subject *s, struct finding *f)
{
	bool usable = agent_usable(s->agent, NULL);
	char *ours = agent_dial_made(s->agent->id, s->agent->url, s->agent->dial), *agent, *dial;

	if (!read_route(s, f, &agent, &dial)) {
		;
	} else if (!usable && !*dial) {
		finding_set(f, VERDICT_PASS, "%s", _("nothing, because the agent can't take calls"));
	} else if (strcmp(agent, s->agent->id) != 0) {
		finding_set(f, VERDICT_UNKNOWN, "%s", _("without its route there is nothing to compare"));
	} else if (strcmp(dial, ours) != 0 && strcmp(dial, s->agent->dial) != 0) {
		finding_set(f, VERDICT_FAIL, _("it dials %s, not %s"), *dial ? dial : _("nothing"), ours);
		advise_sync(f, s->e164);
	} else {
		finding_set(f, VERDICT_PASS, "%s", dial);
	}
	free(ours);
	free(agent);
	free(dial);
}
