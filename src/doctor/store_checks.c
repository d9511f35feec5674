/* The checks that need no server: the workspace's settings for a number, and the results of its last calls. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "checks.h"
#include "trunkdeck/base/buf.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/model/number_suggest.h"
#include "trunkdeck/model/tell.h"
#include "trunkdeck/routes/route.h"

#define SUGGESTIONS_MAX 3
#define CALLS_MAX 50			/* newest calls that are looked at, where not all are */
#define RECENT_US ((int64_t)24 * 3600 * 1000000)

bool doctor_wants_route(const struct subject *s)
{
	if (!s->number || !s->number->enabled || !s->agent || s->number->region != s->probe->config->region)
		return false;
	/* A former dialplan has no fallback, so that a number whose agent takes no calls has no route there. */
	return s->probe->dialplan >= ROUTES_NEW_DIALPLAN || agent_usable(s->agent, NULL);
}

void check_limit(const struct subject *s, struct finding *f)
{
	const struct workspace *w = snapshot_workspace(s->options->snapshot);
	int64_t used = snapshot_used(s->options->snapshot), limit = workspace_limit(w);

	if (limit == LIMIT_NONE) {
		finding_set(f, VERDICT_PASS, _("%lld numbers, no limit"), (long long)used);
		return;
	}
	finding_set(f, VERDICT_PASS, _("%lld of %lld numbers used"), (long long)used, (long long)limit);
	if (limit_state_of(used, limit) == LIMIT_OK)
		return;
	f->verdict = VERDICT_WARN;
	finding_todo(f, _("more need a larger plan: 'trunkdeck workspace edit --plan', or --max-numbers"));
	finding_remedy(f, REMEDY_EDIT, ENTITY_WORKSPACE, "", "plan");
}

void check_format(const struct subject *s, struct finding *f)
{
	enum wire_form form = s->typed ? wire_form_of(s->typed) : WIRE_FORM_E164;

	if (form == WIRE_FORM_E164) {
		finding_set(f, VERDICT_PASS, "%s", s->e164);
		return;
	}
	finding_set(f, s->number ? VERDICT_WARN : VERDICT_FAIL, _("%s is %s"), s->typed, wire_form_text(form));
	if (s->number)
		finding_todo(f,
			     _("a call to it is read as a call to %s, which the following checks are about"), s->e164);
	else
		finding_todo(f, "%s", _("numbers are configured as + and the digits of country, area and line: +15551234567"));
}

static void suggest_numbers(const struct subject *s, struct finding *f)
{
	struct number_suggestion nearest[SUGGESTIONS_MAX];
	size_t count, found;
	const struct number *const *numbers = snapshot_numbers(s->options->snapshot, &count);
	struct buf list;

	found = number_suggest(s->typed, numbers, count, nearest, SUGGESTIONS_MAX);
	if (s->e164)
		finding_remedy(f, REMEDY_ADD, ENTITY_NUMBER, s->e164, "");
	if (found == 0) {
		finding_todo(f, s->e164 ? _("nothing near it is configured; 'trunkdeck number add %s' adds it") :
			     _("nothing near it is configured"), s->e164);
		return;
	}
	buf_init(&list, sizeof(f->todo));
	for (size_t i = 0; i < found && nearest[i].distance <= (nearest[0].distance == 0 ? 0 : NUMBER_SUGGEST_DISTANCE_MAX); i++)
		buf_addf(&list, "%s%s", i > 0 ? ", " : "", nearest[i].number->e164);
	if (nearest[0].distance == 0)
		finding_todo(f,
		     _("%s is configured: set the inbound prefix of the provider that sends the number in this form"),
			     list.p);
	else
		finding_todo(f, _("nearest configured: %s"), list.p);
	buf_clear(&list);
}

/* The first provider whose default agent answers numbers that are not configured; NULL = none. */
static const struct provider *with_default(const struct subject *s)
{
	size_t count;
	const struct provider *const *providers = snapshot_providers(s->options->snapshot, &count);

	for (size_t i = 0; i < count; i++)
		if (providers[i]->default_agent[0])
			return providers[i];
	return NULL;
}

void check_configured(const struct subject *s, struct finding *f)
{
	const struct provider *p = s->number ? NULL : with_default(s);
	const char *name = s->e164 ? s->e164 : s->typed;

	if (s->number) {
		finding_set(f, VERDICT_PASS, _("provider %s, agent %s, region %s"), s->number->provider, s->number->agent,
			    region_name(s->number->region));
		return;
	}
	if (p && s->e164)
		finding_set(f, VERDICT_WARN, _("%s is not configured; the default agent %s answers when it comes through %s"), name,
			    p->default_agent, p->name);
	else
		finding_set(f, VERDICT_FAIL, _("%s is not configured"), name);
	suggest_numbers(s, f);
}

void check_enabled(const struct subject *s, struct finding *f)
{
	if (s->number->enabled) {
		finding_set(f, VERDICT_PASS, "%s", _("enabled"));
		return;
	}
	finding_set(f, VERDICT_FAIL, "%s", _("disabled: callers are told 404"));
	finding_todo(f, "trunkdeck number edit %s --enabled yes", s->number->e164);
	finding_remedy(f, REMEDY_ENABLE, ENTITY_NUMBER, s->number->e164, "enabled");
}

void check_provider(const struct subject *s, struct finding *f)
{
	if (s->provider) {
		finding_set(f, VERDICT_PASS, _("%s, endpoint %s"), s->provider->name, provider_endpoint(s->provider));
		return;
	}
	finding_set(f, VERDICT_FAIL, _("there is no provider %s"), s->number->provider);
	finding_todo(f, "trunkdeck number edit %s --provider ID", s->number->e164);
	finding_remedy(f, REMEDY_EDIT, ENTITY_NUMBER, s->number->e164, "trunkId");
}

void check_agent(const struct subject *s, struct finding *f)
{
	if (s->agent) {
		finding_set(f, VERDICT_PASS, "%s", s->agent->title);
		return;
	}
	finding_set(f, VERDICT_FAIL, _("there is no agent %s"), s->number->agent);
	finding_todo(f, "trunkdeck number edit %s --agent ID", s->number->e164);
	finding_remedy(f, REMEDY_EDIT, ENTITY_NUMBER, s->number->e164, "agentId");
}

void check_usable(const struct subject *s, struct finding *f)
{
	const char *why = "";

	if (!s->agent) {
		finding_set(f, VERDICT_UNKNOWN, "%s", _("there is no agent"));
	} else if (agent_usable(s->agent, &why)) {
		char *dial = agent_dial_made(s->agent->id, s->agent->url, s->agent->dial);

		finding_set(f, VERDICT_PASS, _("dialled as %s"), dial);
		free(dial);
	} else {
		finding_set(f, VERDICT_FAIL, "%s: %s", s->agent->id, why);
		finding_todo(f,
		     _("correct the agent, or give the number another one: trunkdeck number edit %s --agent ID"),
			     s->number->e164);
		if (strcmp(s->agent->source, "api") == 0)
			finding_remedy(f, REMEDY_EDIT, ENTITY_NUMBER, s->number->e164, "agentId");
		else
			finding_remedy(f, REMEDY_EDIT, ENTITY_AGENT, s->agent->id,
				       s->agent->disabled ? "disabled" : !s->agent->voice_enabled ? "voiceEnabled" : "dial");
	}
}

void check_region(const struct subject *s, struct finding *f)
{
	if (!s->agent || s->agent->region == s->number->region) {
		finding_set(f, VERDICT_PASS, "%s", region_name(s->number->region));
		return;
	}
	finding_set(f, VERDICT_WARN, _("the number is %s, its agent %s"), region_name(s->number->region),
		    region_name(s->agent->region));
	finding_todo(f, "%s",
		     _("calls work, but callers wait longer for answers; choose an agent of the number's region"));
	finding_remedy(f, REMEDY_EDIT, ENTITY_NUMBER, s->number->e164, "agentId");
}

void check_servers(const struct subject *s, struct finding *f)
{
	const struct config *c = s->options->config;
	size_t count = 0;

	for (size_t i = 0; i < c->server_count; i++)
		count += c->servers[i].region == s->number->region && c->servers[i].routes != ROUTES_NONE;
	finding_set(f, count > 0 ? VERDICT_PASS : VERDICT_FAIL, _("%zu in %s"), count, region_name(s->number->region));
	if (count == 0)
		finding_todo(f, _("configure a [server NAME] with region = %s and routes = astdb or odbc"),
			     region_name(s->number->region));
}

/* --- calls --- */

struct recent {
	size_t total;
	size_t by_outcome[OUTCOME_COUNT];
	bool any;			/* there was a call that was no test, or there need not be one */
};

static void count_call(void *arg, const struct call *c)
{
	struct recent *r = arg;

	r->any |= !c->is_test;
	if (c->is_test || call_was_turned_away(c))
		return;
	r->total++;
	r->by_outcome[c->outcome]++;
}

/* Reads older calls of a number that was added over a day ago and had none since. */
static bool find_older_call(const struct subject *s, struct recent *r, struct err *e)
{
	const int64_t day_ago_us = s->options->now_us - RECENT_US;
	const struct call_query q = { .number = s->e164, .until_us = day_ago_us, .max = CALLS_MAX };
	struct recent older = { 0 };

	r->any |= !s->number || s->number->created_at > day_ago_us;
	if (!r->any && !store_calls(s->options->store, &q, count_call, &older, e))
		return false;
	r->any |= older.any;
	return true;
}

static void say_calls(const struct subject *s, const struct recent *r, struct finding *f)
{
	size_t bad = 0;
	struct buf list;

	buf_init(&list, sizeof(f->todo));
	for (int o = 0; o < OUTCOME_COUNT; o++) {
		/* The configuration is not at fault if a caller gives up, or if nobody saw the end of a call. */
		if (o == OUTCOME_ANSWERED || o == OUTCOME_ABANDONED || o == OUTCOME_LOST || r->by_outcome[o] == 0)
			continue;
		buf_addf(&list, "%s%s %zu", bad > 0 ? ", " : "", outcome_text((enum call_outcome)o), r->by_outcome[o]);
		bad += r->by_outcome[o];
	}
	if (bad > 0) {
		finding_set(f, VERDICT_WARN, _("%zu of %zu calls of the last 24 h failed: %s"), bad, r->total, list.p);
		finding_todo(f, _("'trunkdeck test %s' shows how far a call gets now"), s->e164 ? s->e164 : s->typed);
		if (s->number)
			finding_remedy(f, REMEDY_TEST, ENTITY_NUMBER, s->number->e164, "");
	} else if (r->any) {
		finding_set(f, VERDICT_PASS, _("%zu calls recorded in the last 24 h, none failed"), r->total);
	} else {
		finding_set(f, VERDICT_PASS, "%s", _("no call was ever recorded"));
		finding_todo(f, _("check that the carrier points the number at your server; 'trunkdeck test %s' tests the way from there on"),
			     s->e164);
	}
	buf_clear(&list);
}

void check_calls(const struct subject *s, struct finding *f)
{
	struct recent recent = { 0 };
	struct err e = { .code = ERR_NONE };
	const struct call_query q = {
		.number = s->e164 ? s->e164 : s->typed,
		.since_us = s->options->now_us - RECENT_US,
	};

	if (store_calls(s->options->store, &q, count_call, &recent, &e) && find_older_call(s, &recent, &e))
		say_calls(s, &recent, f);
	else
		finding_error(f, VERDICT_UNKNOWN, &e);
}

/* --- the forms in which calls arrived --- */

struct arrivals {
	const char *e164;
	size_t total, other;
	char form[32];			/* the newest one that is not the number itself */
};

static void see_arrival(void *arg, const struct call *c)
{
	struct arrivals *a = arg;

	if (c->is_test || !c->arrived[0])
		return;
	a->total++;
	if (strcmp(c->arrived, a->e164) == 0)
		return;
	if (a->other++ == 0)
		str_copy(a->form, sizeof(a->form), str_of(c->arrived));
}

void check_arrived(const struct subject *s, struct finding *f)
{
	struct arrivals a = { .e164 = s->e164 };
	struct err e = { .code = ERR_NONE };
	const struct call_query q = { .number = s->e164, .since_us = s->options->now_us - RECENT_US, .max = CALLS_MAX };

	if (!store_calls(s->options->store, &q, see_arrival, &a, &e))
		finding_error(f, VERDICT_UNKNOWN, &e);
	else if (a.other > 0)
		finding_set(f, VERDICT_PASS, _("%zu of the last %zu calls came as %s: %s"), a.other, a.total, a.form,
			    wire_form_text(wire_form_of(a.form)));
	else
		finding_set(f, VERDICT_PASS, a.total > 0 ? _("the last %zu calls came as it is written here") : _("no call yet"), a.total);
}
