/*
 * The checks of the ways a call can go: split, fallback, opening times, caps, the guard against silent agents, and the
 * numbers that one form of a carrier could mean. Most of them need no server.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "checks.h"
#include "trunkdeck/base/buf.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/model/schedule.h"

#define DAY_US ((int64_t)86400 * 1000000)

/* --- the agents of a number --- */

static void add_way(struct snapshot *s, struct number_ways *w, const char *way, struct str id)
{
	struct number_way *one = &w->list[w->count];

	if (id.len == 0 || w->count == NUMBER_WAYS_MAX)
		return;
	one->way = way;
	str_copy(one->id, sizeof(one->id), id);
	one->agent = snapshot_agent(s, one->id);
	w->count++;
}

void number_ways(struct snapshot *s, const struct number *n, struct number_ways *w)
{
	const char *rest = n->split;
	struct str id;
	int weight;

	w->count = 0;
	add_way(s, w, _("agent"), str_of(n->agent));
	while (split_next(&rest, &id, &weight))
		if (!str_eq(id, str_of(n->agent)))
			add_way(s, w, _("split"), id);
	add_way(s, w, _("fallback"), str_of(n->fallback));
	add_way(s, w, _("closed agent"), str_of(n->closed_agent));
}

/* Can it take calls? If not, the finding says so; what: "fallback". */
static bool is_usable(const struct subject *s, const char *what, const char *id, const char *field, struct finding *f)
{
	const struct agent *a = snapshot_agent(s->options->snapshot, id);
	const char *why = "";

	if (a && agent_usable(a, &why))
		return true;
	if (a)
		finding_set(f, VERDICT_FAIL, "%s %s: %s", what, id, why);
	else
		finding_set(f, VERDICT_FAIL, _("%s %s: there is no such agent"), what, id);
	if (s->number) {
		finding_todo(f, _("correct it, or name another agent: trunkdeck number edit %s"), s->number->e164);
		finding_remedy(f, REMEDY_EDIT, ENTITY_NUMBER, s->number->e164, field);
	}
	return false;
}

void check_split(const struct subject *s, struct finding *f)
{
	const char *rest = s->number->split;
	struct str id;
	int weight;

	finding_set(f, VERDICT_PASS, "%s", *rest ? rest : _("the agent alone"));
	while (f->verdict == VERDICT_PASS && split_next(&rest, &id, &weight)) {
		char *agent = str_dup(id);

		is_usable(s, _("split"), agent, "split", f);
		free(agent);
	}
}

/* --- loops --- */

/* The configured number that a Local channel of the dial string calls in our own dialplan; NULL = none. */
static const struct number *dials_number(struct snapshot *s, const char *dial)
{
	for (const char *part = dial; part; part = strchr(part, '&')) {
		const char *at;
		const struct number *n;
		char *text;

		part += *part == '&';
		at = strchr(part, '@');
		if (strncasecmp(part, "Local/", 6) != 0 || !at || strncmp(at + 1, "trunkdeck-", 10) != 0)
			continue;
		text = xasprintf("%s%.*s", part[6] == '+' ? "" : "+", (int)(at - part - 6), part + 6);
		n = snapshot_number(s, text);
		free(text);
		if (n)
			return n;
	}
	return NULL;
}

#define LOOP_DEPTH 8

/* Can a call to n come to the number e164 again? The agent that leads there is *by. */
static bool leads_to(struct snapshot *s, const struct number *n, const char *e164, int depth, const struct agent **by)
{
	struct number_ways ways;

	number_ways(s, n, &ways);
	for (size_t i = 0; i < ways.count; i++) {
		const struct agent *a = ways.list[i].agent;
		const struct number *next = a && !a->url[0] ? dials_number(s, a->dial) : NULL;

		if (!next || (strcmp(next->e164, e164) != 0 && (depth == 0 || !leads_to(s, next, e164, depth - 1, by))))
			continue;
		*by = a;
		return true;
	}
	return false;
}

void check_fallback(const struct subject *s, struct finding *f)
{
	const struct number *n = s->number;
	const struct agent *by = NULL;

	finding_set(f, VERDICT_PASS, "%s", *n->fallback ? n->fallback : _("none: when the agent fails, the caller is told so"));
	if (leads_to(s->options->snapshot, n, n->e164, LOOP_DEPTH, &by)) {
		finding_set(f, VERDICT_FAIL, _("the agent %s leads back to %s: such a call goes in a circle"), by->id, n->e164);
		finding_todo(f, _("change the dial string of %s"), by->id);
		finding_remedy(f, REMEDY_EDIT, ENTITY_AGENT, by->id, "dial");
	} else if (*n->fallback && is_usable(s, _("fallback"), n->fallback, "fallbackAgentId", f) &&
		   strcmp(n->fallback, n->agent) == 0 && !*n->split) {
		finding_set(f, VERDICT_WARN, _("%s is its own fallback: it is tried twice"), n->agent);
		finding_todo(f, "trunkdeck number edit %s --fallback ID", n->e164);
		finding_remedy(f, REMEDY_EDIT, ENTITY_NUMBER, n->e164, "fallbackAgentId");
	}
}

/* --- hours --- */

static void judge_times(const struct subject *s, const struct schedule *schedule, const struct schedule_times *times,
			const struct zone *zone, struct finding *f)
{
	struct schedule_state state;
	struct buf text;

	buf_init(&text, sizeof(f->seen));
	schedule_state(times, zone, s->options->now_us, &state);
	schedule_add_state(&text, &state, zone, s->options->now_us, schedule->time_zone);
	finding_set(f, VERDICT_PASS, "%s: %s", schedule->id, text.p ? text.p : "");
	buf_clear(&text);
	if (!schedule_never_opens(times, zone, s->options->now_us))
		return;
	f->verdict = VERDICT_WARN;
	finding_todo(f, s->number->closed_agent[0] ? _("all its calls go to the closed agent: trunkdeck schedule edit %s --open") :
		     _("all its callers are told 480: trunkdeck schedule edit %s --open"), schedule->id);
}

void check_hours(const struct subject *s, struct finding *f)
{
	const struct number *n = s->number;
	const struct schedule *schedule = snapshot_schedule(s->options->snapshot, n->schedule);
	struct schedule_times *times;
	struct zone *zone;

	if (!*n->schedule) {
		finding_set(f, VERDICT_PASS, "%s", _("always open"));
		return;
	}
	if (!schedule) {
		finding_set(f, VERDICT_FAIL, _("there is no schedule %s"), n->schedule);
		finding_remedy(f, REMEDY_EDIT, ENTITY_NUMBER, n->e164, "scheduleId");
		return;
	}
	times = xcalloc(1, sizeof(*times));
	zone = zone_open(schedule->time_zone);
	if (!schedule_read(times, schedule->open, schedule->exceptions))
		finding_set(f, VERDICT_FAIL, _("the times of the schedule %s can't be read"), schedule->id);
	else if (!zone) {
		finding_set(f, VERDICT_WARN, _("this machine does not know the time zone %s"), schedule->time_zone);
		finding_todo(f, _("Asterisk takes an unknown zone as UTC: trunkdeck schedule edit %s --zone, or install tzdata"),
			     schedule->id);
	} else
		judge_times(s, schedule, times, zone, f);
	if (f->verdict == VERDICT_PASS && *n->closed_agent)
		is_usable(s, _("closed agent"), n->closed_agent, "closedAgentId", f);
	zone_free(&zone);
	free(times);
}

/* Compares Asterisk's local time with ours at two moments half a year apart. It counts in UTC where it does not know a
 * zone, and says nothing. True if they agree; else *differs is what Asterisk said. */
static bool zone_agrees(const struct subject *s, const char *name, const struct zone *zone, char **differs, struct err *e)
{
	for (int i = 0; i < 2; i++) {
		int64_t at_us = s->options->now_us + i * 182 * DAY_US;
		struct zone_time t;
		char *function = xasprintf("STRFTIME(%" PRId64 ",%s,%%u %%H%%M %%Y%%m%%d)", at_us / 1000000, name), *ours, *theirs;
		bool ok = ami_session_variable(s->probe->session, function, &theirs, e);

		free(function);
		if (!ok)
			return false;
		zone_local(zone, at_us, &t);
		ours = xasprintf("%d %02d%02d %04d%02d%02d", t.weekday + 1, t.hour, t.minute, t.year, t.month, t.day);
		ok = strcmp(ours, theirs) == 0;
		free(ours);
		if (!ok) {
			*differs = theirs;
			return false;
		}
		free(theirs);
	}
	return true;
}

void check_zones(const struct subject *s, struct finding *f)
{
	size_t count, asked = 0;
	const struct schedule *const *schedules = snapshot_schedules(s->options->snapshot, &count);

	for (size_t i = 0; i < count; i++) {
		const char *name = schedules[i]->time_zone;
		struct err e = { .code = ERR_NONE };
		char *differs = NULL;
		struct zone *zone;
		size_t before = 0;

		while (before < i && strcmp(schedules[before]->time_zone, name) != 0)
			before++;
		zone = before == i ? zone_open(name) : NULL;
		if (!zone)
			continue;
		asked++;
		if (zone_agrees(s, name, zone, &differs, &e)) {
			zone_free(&zone);
			continue;
		}
		zone_free(&zone);
		if (!differs) {
			doctor_refused(s, f, VERDICT_UNKNOWN, &e, "reporting");
			return;
		}
		finding_set(f, VERDICT_FAIL,
			    _("%s (schedule %s): Asterisk and this machine have different times"), name, schedules[i]->id);
		finding_todo(f, "%s", _("install or update tzdata on the server, or choose another name of the zone: Asterisk "
					"takes an unknown zone as UTC"));
		free(differs);
		return;
	}
	finding_set(f, VERDICT_PASS, _("zones compared: %zu"), asked);
}

/* --- caps --- */

static size_t servers_of(const struct subject *s, enum region region)
{
	const struct config *c = s->options->config;
	size_t count = 0;

	for (size_t i = 0; i < c->server_count; i++)
		count += c->servers[i].region == region && c->servers[i].routes != ROUTES_NONE;
	return count;
}

/* A cap holds on each server, because Asterisk counts its own calls alone. */
static void add_cap(struct buf *to, const char *what, int64_t cap, size_t servers)
{
	if (cap == 0)
		return;
	buf_addf(to, "%s%s ", to->len > 0 ? "; " : "", what);
	if (servers > 1)
		buf_addf(to, _("%" PRId64 " on each server, %" PRId64 " on %zu servers"), cap, cap * (int64_t)servers, servers);
	else
		buf_addf(to, _("%" PRId64 " per server"), cap);
}

void check_caps(const struct subject *s, struct finding *f)
{
	size_t servers = servers_of(s, s->number->region);
	struct buf text;

	buf_init(&text, sizeof(f->seen));
	add_cap(&text, _("number"), s->number->max_calls, servers);
	add_cap(&text, _("provider"), s->provider ? s->provider->max_calls : 0, servers);
	add_cap(&text, _("agent"), s->agent ? s->agent->max_calls : 0, servers);
	add_cap(&text, _("caller"), snapshot_workspace(s->options->snapshot)->max_calls_per_caller, servers);
	finding_set(f, VERDICT_PASS, "%s", text.len > 0 ? text.p : _("no caps"));
	buf_clear(&text);
}

/* --- the forms that carriers send --- */

/* Says that `sent`, as the provider p would send it, could mean two numbers; trunkdeck takes the first. */
static bool two_meanings(const struct subject *s, const struct provider *p, const char *sent, const char *first, const char *second,
			 struct finding *f)
{
	bool both = snapshot_number(s->options->snapshot, first) && snapshot_number(s->options->snapshot, second);

	if (!both)
		return false;
	finding_set(f, VERDICT_WARN, _("%s from %s could mean %s or %s"), sent, p->name, first, second);
	finding_todo(f, _("numbers of the provider are tried first, then %s; have the carrier send numbers with +"), first);
	return true;
}

/* With the prefix +34, 945945945 is tried as +945945945 and as +34945945945. */
void check_forms(const struct subject *s, struct finding *f)
{
	const char *digits = s->number->e164 + 1;
	size_t count;
	const struct provider *const *providers = snapshot_providers(s->options->snapshot, &count);

	finding_set(f, VERDICT_PASS, "%s", _("no other number"));
	for (size_t i = 0; i < count && f->verdict == VERDICT_PASS; i++) {
		const char *prefix = providers[i]->inbound_prefix;
		size_t len = strlen(prefix);
		char *other;

		if (len < 2)
			continue;
		other = xasprintf("%s%s", prefix, digits);
		if (!two_meanings(s, providers[i], digits, s->number->e164, other, f) && strncmp(s->number->e164, prefix, len) == 0) {
			free(other);
			other = xasprintf("+%s", s->number->e164 + len);
			two_meanings(s, providers[i], other + 1, other, s->number->e164, f);
		}
		free(other);
	}
}

/* --- the guard --- */

#define GUARD_CALLS 200			/* recent calls of the agent that are looked at */
#define GUARD_CALLS_MIN 20
#define GUARD_SPAN_US (7 * DAY_US)
#define GUARD_FAST_US 5000000		/* an agent that speaks first does so within this time */

struct first_words {
	size_t count, silent;
	int64_t after_us[GUARD_CALLS];	/* from the agent's answer to its first audio */
};

static void take_words(void *arg, const struct call *c)
{
	struct first_words *w = arg;

	if (c->is_test || c->outcome != OUTCOME_ANSWERED || c->answered_us <= 0 || w->count == GUARD_CALLS)
		return;
	if (c->first_audio_us < c->answered_us)
		w->silent++;
	else
		w->after_us[w->count++] = c->first_audio_us - c->answered_us;
}

static int by_time(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

static void judge_guard(const struct subject *s, struct first_words *w, struct finding *f)
{
	int64_t guard_us = s->agent->speaks_first_within * 1000000, p95;
	double seconds;
	char guard[24] = "";

	qsort(w->after_us, w->count, sizeof(*w->after_us), by_time);
	p95 = w->after_us[(w->count * 95 + 99) / 100 - 1];
	seconds = (double)p95 / 1000000;
	if (guard_us)
		snprintf(guard, sizeof(guard), "%" PRId64 " s", s->agent->speaks_first_within);
	finding_set(f, VERDICT_PASS, _("%s; the agent spoke within %.1f s in 95 %% of %zu calls"), guard_us ? guard : _("off"), seconds,
		    w->count);
	if (guard_us && p95 > guard_us / 4 * 3) {
		f->verdict = VERDICT_WARN;
		finding_todo(f,
	     _("the guard may end calls of an agent that works: trunkdeck agent edit %s --speaks-first-within %ds"),
			     s->agent->id, (int)(2 * seconds) + 2);
	} else if (!guard_us && p95 < GUARD_FAST_US && w->silent * 20 <= w->count) {
		finding_todo(f, _("a silent agent would be found before the caller is answered: trunkdeck agent edit %s --speaks-first-within %ds"),
			     s->agent->id, (int)(2 * seconds) + 2);
	}
	if (f->todo[0])
		finding_remedy(f, REMEDY_EDIT, ENTITY_AGENT, s->agent->id, "speaksFirstWithin");
}

void check_guard(const struct subject *s, struct finding *f)
{
	struct err e = { .code = ERR_NONE };
	struct first_words w = { .count = 0 };
	const struct call_query q = {
		.agent = s->agent->id, .since_us = s->options->now_us - GUARD_SPAN_US, .outcome = outcome_name(OUTCOME_ANSWERED),
		.max = GUARD_CALLS,
	};

	if (!store_calls(s->options->store, &q, take_words, &w, &e))
		finding_error(f, VERDICT_UNKNOWN, &e);
	else if (w.count + w.silent >= GUARD_CALLS_MIN && w.count > 0)
		judge_guard(s, &w, f);
	else
		finding_set(f, VERDICT_PASS, s->agent->speaks_first_within ? _("on; fewer than %d calls to judge by") :
			    _("off; fewer than %d calls to judge by"), GUARD_CALLS_MIN);
}

/* --- providers --- */

void check_routing(const struct subject *s, struct finding *f)
{
	char *function, *exists;
	struct err e = { .code = ERR_NONE };
	bool ok;

	if (!*s->provider->routing) {
		finding_set(f, VERDICT_PASS, "%s", _("the provider names none"));
		return;
	}
	function = xasprintf("DIALPLAN_EXISTS(%s,s,1)", s->provider->routing);
	ok = ami_session_variable(s->probe->session, function, &exists, &e);
	free(function);
	if (!ok) {
		doctor_refused(s, f, VERDICT_UNKNOWN, &e, "reporting");
		return;
	}
	finding_set(f, VERDICT_PASS, _("context %s is there"), s->provider->routing);
	if (strcmp(exists, "1") != 0) {
		finding_set(f, VERDICT_FAIL,
			    _("there is no %s,s,1: its calls go to the agents of the numbers"), s->provider->routing);
		finding_todo(f, _("define the context in extensions.conf of %s, or: trunkdeck provider edit %s --routing ''"),
			     s->probe->config->name, s->provider->id);
		finding_remedy(f, REMEDY_EDIT, ENTITY_PROVIDER, s->provider->id, "routing");
	}
	free(exists);
}

void check_default(const struct subject *s, struct finding *f)
{
	const struct provider *p = s->provider;

	finding_set(f, VERDICT_PASS, "%s", *p->default_agent ? p->default_agent : _("none: callers are told 404"));
	if (!*p->default_agent || is_usable(s, _("default agent"), p->default_agent, "", f))
		return;
	finding_todo(f, _("correct it, or name another agent: trunkdeck provider edit %s --default-agent ID"), p->id);
	finding_remedy(f, REMEDY_EDIT, ENTITY_PROVIDER, p->id, "defaultAgentId");
}
