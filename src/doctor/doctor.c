/*
 * The table of checks, and their subjects: the workspace once, each server once, each agent once, each provider on the servers of its
 * numbers' regions, each number, and each number's route on every server. A number that is not configured is looked for
 * on the servers too: a route that was left behind explains a deleted number that still works.
 */
#include "config.h"

#include "trunkdeck/doctor/doctor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checks.h"
#include "trunkdeck/base/mem.h"

/* The numbers that a check is for: any, configured ones, or those that belong on the server. */
enum asked { OF_ANY, OF_CONFIGURED, OF_WANTED };

struct check {
	enum scope scope;
	const char *name;
	const char *what;		/* N_() */
	enum asked asked;
	check_fn *run;
};

static const struct check checks[] = {
	{ SCOPE_NUMBER, "format", N_("the number is written in E.164"), OF_ANY, check_format },
	{ SCOPE_NUMBER, "configured", N_("the number is configured"), OF_ANY, check_configured },
	{ SCOPE_NUMBER, "enabled", N_("the number is enabled"), OF_CONFIGURED, check_enabled },
	{ SCOPE_NUMBER, "provider", N_("its provider exists"), OF_CONFIGURED, check_provider },
	{ SCOPE_NUMBER, "agent", N_("its agent exists"), OF_CONFIGURED, check_agent },
	{ SCOPE_NUMBER, "usable", N_("its agent can take calls"), OF_CONFIGURED, check_usable },
	{ SCOPE_NUMBER, "split", N_("the agents of its split can take calls"), OF_CONFIGURED, check_split },
	{ SCOPE_NUMBER, "fallback", N_("its fallback can take calls, and no call goes in a circle"), OF_CONFIGURED, check_fallback },
	{ SCOPE_NUMBER, "hours", N_("its schedule opens, and its closed agent can take calls"), OF_CONFIGURED, check_hours },
	{ SCOPE_NUMBER, "caps", N_("how many calls are admitted at the same time"), OF_CONFIGURED, check_caps },
	{ SCOPE_NUMBER, "parameters", N_("its parameters reach the agent"), OF_CONFIGURED, check_parameters },
	{ SCOPE_NUMBER, "forms", N_("no form of the number means another number too"), OF_CONFIGURED, check_forms },
	{ SCOPE_NUMBER, "region", N_("agent and number are of one region"), OF_CONFIGURED, check_region },
	{ SCOPE_NUMBER, "servers", N_("its region has a server with routes"), OF_CONFIGURED, check_servers },
	{ SCOPE_NUMBER, "arrived", N_("the form in which its calls arrive"), OF_CONFIGURED, check_arrived },
	{ SCOPE_NUMBER, "calls", N_("its recent calls went well"), OF_ANY, check_calls },
	{ SCOPE_AGENT, "options", N_("its dial string lets parameters through"), OF_ANY, check_dial_options },
	{ SCOPE_AGENT, "guard", N_("its guard against silence suits it"), OF_ANY, check_guard },
	{ SCOPE_WORKSPACE, "limit", N_("the workspace has room for more numbers"), OF_ANY, check_limit },
	{ SCOPE_SERVER, "encrypted", N_("the connection to the server is encrypted"), OF_ANY, check_encrypted },
	{ SCOPE_SERVER, "reachable", N_("the server answers and accepts our login"), OF_ANY, check_reachable },
	{ SCOPE_SERVER, "version", N_("its Asterisk is new enough"), OF_ANY, check_version },
	{ SCOPE_SERVER, "features", N_("its Asterisk has what agents need"), OF_ANY, check_features },
	{ SCOPE_SERVER, "permissions", N_("our AMI user may do what is needed"), OF_ANY, check_permissions },
	{ SCOPE_SERVER, "owner", N_("the server belongs to this store"), OF_ANY, check_owner },
	{ SCOPE_SERVER, "dialplan", N_("the inbound dialplan is loaded"), OF_ANY, check_dialplan },
	{ SCOPE_SERVER, "mode", N_("the dialplan reads routes from where they are kept"), OF_ANY, check_mode },
	{ SCOPE_SERVER, "standing", N_("the server holds providers, blocked callers and caps as configured"), OF_ANY, check_standing },
	{ SCOPE_SERVER, "wizard", N_("Asterisk finds agents that are given by a URL"), OF_ANY, check_wizard },
	{ SCOPE_SERVER, "sections", N_("no section of websocket_client.conf hides an agent"), OF_ANY, check_sections },
	{ SCOPE_SERVER, "zones", N_("it knows the time zones of the schedules"), OF_ANY, check_zones },
	{ SCOPE_SERVER, "stamps", N_("events carry time stamps"), OF_ANY, check_stamps },
	{ SCOPE_SERVER, "clock", N_("its clock agrees with ours"), OF_ANY, check_clock },
	{ SCOPE_SERVER, "cdr", N_("call records carry the call they belong to"), OF_ANY, check_cdr },
	{ SCOPE_PROVIDER, "endpoint", N_("the provider's endpoint leads to the inbound dialplan"), OF_ANY, check_endpoint },
	{ SCOPE_PROVIDER, "prefix", N_("numbers without + are read by the provider's rule"), OF_ANY, check_prefix },
	{ SCOPE_PROVIDER, "routing", N_("the operator's routing context is there"), OF_ANY, check_routing },
	{ SCOPE_PROVIDER, "default", N_("the default agent can take calls"), OF_ANY, check_default },
	{ SCOPE_PROVIDER, "contact", N_("the provider can be reached"), OF_ANY, check_contact },
	{ SCOPE_ROUTE, "route", N_("the server holds the right route"), OF_ANY, check_route },
	{ SCOPE_ROUTE, "keys", N_("the server holds all that a call to the number needs"), OF_WANTED, check_keys },
	{ SCOPE_ROUTE, "object", N_("the server dials the agent's URL"), OF_WANTED, check_object },
	{ SCOPE_ROUTE, "dial", N_("the server dials the agent as configured"), OF_WANTED, check_dial },
};

struct doctor {
	const struct doctor_options *options;
	struct probe *probes;		/* one per configured server */
	bool regions[REGION_COUNT];	/* regions whose servers and providers are checked */
};

/* --- findings --- */

WORDS_DEFINE(verdict, enum verdict, VERDICT_TABLE)

static void set_text(char *to, size_t size, const char *format, va_list ap) __attribute__((format(printf, 3, 0)));
static void set_text(char *to, size_t size, const char *format, va_list ap)
{
	char *text = xvasprintf(format, ap);

	str_copy(to, size, str_of(text));
	free(text);
}

void finding_set(struct finding *f, enum verdict v, const char *seen, ...)
{
	va_list ap;

	f->verdict = v;
	va_start(ap, seen);
	set_text(f->seen, sizeof(f->seen), seen, ap);
	va_end(ap);
}

void finding_todo(struct finding *f, const char *todo, ...)
{
	va_list ap;

	va_start(ap, todo);
	set_text(f->todo, sizeof(f->todo), todo, ap);
	va_end(ap);
}

void finding_remedy(struct finding *f, enum remedy_action action, enum entity entity, const char *key, const char *field)
{
	f->remedy = (struct remedy){ .action = action, .entity = entity, .field = field };
	str_copy(f->remedy.key, sizeof(f->remedy.key), str_of(key));
}

const char *remedy_name(enum remedy_action a)
{
	static const char *const names[] = {
#define REMEDY_ROW(id, name) [REMEDY_##id] = name,
		REMEDY_TABLE(REMEDY_ROW)
#undef REMEDY_ROW
	};

	return names[a];
}

void finding_insert(struct finding **list, size_t *count, const struct finding *f)
{
	static const int rank[VERDICT_COUNT] = { [VERDICT_FAIL] = 0, [VERDICT_WARN] = 1, [VERDICT_UNKNOWN] = 2, [VERDICT_PASS] = 3 };
	size_t at = *count;

	if ((*count & (*count + 1)) == 0)	/* the size is doubled when the count is 2^n - 1 */
		*list = xreallocarray(*list, 2 * (*count + 1), sizeof(**list));
	while (at > 0 && rank[(*list)[at - 1].verdict] > rank[f->verdict])
		at--;
	memmove(*list + at + 1, *list + at, (*count - at) * sizeof(**list));
	(*list)[at] = *f;
	(*count)++;
}

void finding_error(struct finding *f, enum verdict v, const struct err *e)
{
	finding_set(f, v, "%s", e->message);
	finding_todo(f, "%s", e->hint);
}

void finding_about(const struct finding *f, char to[FINDING_ABOUT_SIZE])
{
	const char *subject = *f->number ? f->number : *f->provider ? f->provider : *f->agent ? f->agent : *f->server ? f->server :
			      _("workspace");
	const char *server = *f->number || *f->provider ? f->server : "";

	snprintf(to, FINDING_ABOUT_SIZE, *server ? _("%.80s on %.60s") : "%.80s", subject, server);
}

/* --- running --- */

/* True if the results are no longer wanted. */
static bool is_stopped(const struct doctor_options *o)
{
	return o->stop && mailbox_waiting(o->stop) > 0;
}

static void run_check(const struct check *check, const struct subject *s)
{
	struct finding f = { .check = check->name, .what = _(check->what), .remedy.field = "" };

	if (check->scope == SCOPE_NUMBER || check->scope == SCOPE_ROUTE)
		str_copy(f.number, sizeof(f.number), str_of(s->e164 ? s->e164 : s->typed));
	if (check->scope == SCOPE_PROVIDER)
		str_copy(f.provider, sizeof(f.provider), str_of(s->provider->id));
	if (check->scope == SCOPE_AGENT)
		str_copy(f.agent, sizeof(f.agent), str_of(s->agent->id));
	if (s->probe)
		str_copy(f.server, sizeof(f.server), str_of(s->probe->config->name));
	check->run(s, &f);
	if (!is_stopped(s->options))
		s->options->report(s->options->arg, &f);
}

static void run_scope(enum scope scope, const struct subject *s)
{
	for (size_t i = 0; i < ARRAY_LEN(checks) && !is_stopped(s->options); i++) {
		enum asked asked = checks[i].asked;

		if (checks[i].scope == scope && (asked == OF_WANTED ? doctor_wants_route(s) : asked == OF_ANY || s->number != NULL))
			run_check(&checks[i], s);
		/* A server that was not reached gets no more checks of itself. */
		if (checks[i].run == check_reachable && scope == SCOPE_SERVER && !s->probe->session)
			return;
	}
}

static void ask_provider(struct doctor *d, const struct provider *p)
{
	struct subject s = { .options = d->options, .provider = p };
	bool regions[REGION_COUNT] = { false };
	size_t count;
	const struct number *const *numbers = snapshot_numbers_of(d->options->snapshot, p->id, &count);

	regions[p->region] = true;
	for (size_t i = 0; i < count; i++)
		regions[numbers[i]->region] = true;
	for (size_t i = 0; i < d->options->config->server_count; i++) {
		enum region region = d->probes[i].config->region;

		s.probe = &d->probes[i];
		if (s.probe->session && regions[region] && d->regions[region])
			run_scope(SCOPE_PROVIDER, &s);
	}
}

static void ask_number(struct doctor *d, struct subject *s)
{
	if (s->number) {
		s->agent = snapshot_agent(d->options->snapshot, s->number->agent);
		s->provider = snapshot_provider(d->options->snapshot, s->number->provider);
	}
	run_scope(SCOPE_NUMBER, s);
	for (size_t i = 0; s->e164 && i < d->options->config->server_count; i++) {
		s->probe = &d->probes[i];
		if (s->probe->config->routes != ROUTES_NONE)
			run_scope(SCOPE_ROUTE, s);
	}
	s->probe = NULL;
}

/* The meant number: as typed, or as the dialplan would read it from a provider; NULL when it is no number. */
static const char *read_typed(const struct doctor *d, char read[E164_SIZE])
{
	const struct doctor_options *o = d->options;
	size_t count;
	const struct provider *const *providers = snapshot_providers(o->snapshot, &count);

	if (e164_check(o->number, NULL, NULL))
		return o->number;
	for (size_t i = 0; i < count; i++) {
		const char *prefix = providers[i]->inbound_prefix;

		if (*prefix && e164_from_wire(str_of(o->number), prefix, read) && snapshot_number(o->snapshot, read))
			return read;
	}
	return e164_from_wire(str_of(o->number), "+", read) && e164_check(read, NULL, NULL) ? read : NULL;
}

static void ask_typed(struct doctor *d)
{
	const struct doctor_options *o = d->options;
	char read[E164_SIZE];
	struct subject s = { .options = o, .typed = o->number };
	struct number_ways ways = { .count = 0 };

	s.e164 = read_typed(d, read);
	s.number = s.e164 ? snapshot_number(o->snapshot, s.e164) : NULL;
	for (int i = 0; i < REGION_COUNT; i++)
		d->regions[i] = !s.number || s.number->region == (enum region)i;
	ask_number(d, &s);
	if (s.provider)
		ask_provider(d, s.provider);
	if (s.number)
		number_ways(o->snapshot, s.number, &ways);
	for (size_t i = 0; i < ways.count; i++) {
		struct subject agent = { .options = o, .agent = ways.list[i].agent };

		if (agent.agent)
			run_scope(SCOPE_AGENT, &agent);
	}
}

static void ask_all(struct doctor *d)
{
	const struct doctor_options *o = d->options;
	size_t count, n;
	const struct provider *const *providers = snapshot_providers(o->snapshot, &count);
	const struct agent *const *agents = snapshot_agents(o->snapshot, &n);

	for (int i = 0; i < REGION_COUNT; i++)
		d->regions[i] = true;
	for (size_t i = 0; !o->provider && i < n; i++)
		run_scope(SCOPE_AGENT, &(struct subject){ .options = o, .agent = agents[i] });
	for (size_t i = 0; i < count; i++) {
		const struct number *const *numbers;

		if (o->provider && strcmp(o->provider, providers[i]->id) != 0)
			continue;
		ask_provider(d, providers[i]);
		numbers = snapshot_numbers_of(o->snapshot, providers[i]->id, &n);
		for (size_t j = 0; j < n && !is_stopped(o); j++) {
			struct subject s = { .options = o, .e164 = numbers[j]->e164, .number = numbers[j] };

			ask_number(d, &s);
		}
	}
}

void doctor_run(const struct doctor_options *o)
{
	struct doctor d = { .options = o, .probes = xcalloc(o->config->server_count + 1, sizeof(*d.probes)) };
	const struct subject workspace = { .options = o };

	for (size_t i = 0; i < o->config->server_count; i++)
		probe_open(&d.probes[i], &o->config->servers[i], o);
	if (o->number)
		ask_typed(&d);
	else
		ask_all(&d);
	for (size_t i = 0; i < o->config->server_count; i++) {
		struct subject server = { .options = o, .probe = &d.probes[i] };

		if (d.regions[server.probe->config->region])
			run_scope(SCOPE_SERVER, &server);
	}
	run_scope(SCOPE_WORKSPACE, &workspace);
	for (size_t i = 0; i < o->config->server_count; i++)
		probe_close(&d.probes[i]);
	free(d.probes);
}
