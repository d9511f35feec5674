/*
 * What a caller gets besides the agent: split and fallback beside the agent's name, opening times and caps where the state
 * of the route stands. A row says only what is in force now, and in the longest form that fits its cell.
 */
#include "config.h"

#include "deck.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trunkdeck/app/hours.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/utf8.h"

/* From so many percent of a cap on, the row tells how many calls there are. */
#define NEAR_PERCENT 80

static bool fits(const struct deck *d, const char *text)
{
	char *clean = utf8_clean_dup(str_of(text));
	bool ok = utf8_width(clean) <= d->view.list.room;

	free(clean);
	return ok;
}

static const char *agent_title(const struct deck *d, const char *id)
{
	const struct agent *a = snapshot_agent(d->view.app->snapshot, id);

	return a && a->title[0] ? a->title : id;
}

/* --- who answers --- */

/* Appends "Sales 90 %, Trial 10 %" or, short, "90/10". */
static void add_split(struct buf *to, const struct deck *d, const char *split, bool with_names)
{
	const char *at = split;
	int weight, sum = 0;
	struct str id;
	size_t n = 0;

	while (split_next(&at, &id, &weight))
		sum += weight;
	for (at = split; split_next(&at, &id, &weight); n++) {
		int percent = (weight * 200 + sum) / (2 * sum);
		char *name = str_dup(id);

		if (with_names)
			buf_addf(to, "%s%s %d %%", n > 0 ? ", " : "", agent_title(d, name), percent);
		else
			buf_addf(to, "%s%d", n > 0 ? "/" : "", percent);
		free(name);
	}
}

/* The forms of a cell, the longest first: "Sales 90 %, Trial 10 %, else Reception", "Sales 90/10, else Reception",
 * "Sales 90/10+" or "Sales +", "Sales". */
enum answered_form { WITH_NAMES, WITH_WEIGHTS, WITH_MARK, AGENT_ONLY };

static void add_answered(struct buf *to, const struct deck *d, const struct number *n, enum answered_form form)
{
	bool split = n->split[0] && form != AGENT_ONLY;

	if (split && form == WITH_NAMES) {
		add_split(to, d, n->split, true);
	} else {
		buf_adds(to, agent_title(d, n->agent));
		buf_adds(to, split ? " " : "");
		if (split)
			add_split(to, d, n->split, false);
	}
	if (n->fallback[0] && form < WITH_MARK)
		buf_addf(to, _(", else %s"), agent_title(d, n->fallback));
	else if (n->fallback[0] && form == WITH_MARK)
		buf_adds(to, split ? "+" : " +");
}

const char *deck_answered_by(char *to, const struct deck *d, const struct number *n, enum role *role)
{
	const struct agent *agent = snapshot_agent(d->view.app->snapshot, n->agent);
	int form = n->split[0] || n->fallback[0] ? WITH_NAMES : AGENT_ONLY;
	const char *why;
	struct buf text;

	*role = agent && agent_usable(agent, &why) ? ROLE_NORMAL : ROLE_WARN;
	buf_init(&text, BUF_UNBOUNDED);
	for (;; form++) {
		buf_reset(&text);
		add_answered(&text, d, n, (enum answered_form)form);
		if (form == AGENT_ONLY || fits(d, text.p))
			break;
	}
	str_copy(to, LIST_TEXT_SIZE, str_of(text.p));
	buf_clear(&text);
	return to;
}

const char *deck_domain(char *to, const struct deck *d, const struct provider *p)
{
	snprintf(to, LIST_TEXT_SIZE, _("%s, else %s"), p->sip_domain, agent_title(d, p->default_agent));
	return p->default_agent[0] && fits(d, to) ? to : p->sip_domain;
}

/* --- caps --- */

/* The most calls of a number, or else of a provider, on one server: caps hold per server. */
static size_t most_on_a_server(const struct app *a, const char *key, bool is_number)
{
	size_t count, most = 0;
	const struct call *const *calls = live_calls(a->live, &count);

	for (size_t s = 0; s < a->server_count; s++) {
		size_t n = 0;

		for (size_t i = 0; i < count; i++)
			n += !strcmp(calls[i]->server, a->servers[s].config->name) &&
			     !strcmp(is_number ? calls[i]->number : calls[i]->provider, key);
		most = n > most ? n : most;
	}
	return most;
}

static bool is_near(size_t calls, int64_t cap)
{
	return cap && calls && (int64_t)calls * 100 >= cap * NEAR_PERCENT;
}

static const char *cap_text(char *to, const struct deck *d, size_t calls, int64_t cap, enum role *role)
{
	if (!is_near(calls, cap))
		return "";
	*role = (int64_t)calls < cap ? ROLE_WARN : ROLE_ALARM;
	snprintf(to, LIST_TEXT_SIZE, _("%zu of %" PRId64 " calls (per server)"), calls, cap);
	if (!fits(d, to))
		snprintf(to, LIST_TEXT_SIZE, _("%zu of %" PRId64 " per server"), calls, cap);
	if (!fits(d, to))
		snprintf(to, LIST_TEXT_SIZE, _("%zu of %" PRId64 "/server"), calls, cap);
	return to;
}

const char *deck_provider_rule(char *to, const struct deck *d, const struct provider *p, enum role *role)
{
	/* All calls are compared with each server only if those of all servers together are near the cap. */
	if (!is_near(live_count_provider(d->view.app->live, p->id), p->max_calls))
		return "";
	return cap_text(to, d, most_on_a_server(d->view.app, p->id, false), p->max_calls, role);
}

/* --- opening times --- */

const char *deck_number_rule(char *to, const struct deck *d, const struct number *n, enum role *role)
{
	struct app *a = d->view.app;
	const struct hours_now *hours;

	if (is_near(live_count_number(a->live, n->e164), n->max_calls) &&
	    *cap_text(to, d, most_on_a_server(a, n->e164, true), n->max_calls, role))
		return to;
	hours = app_number_hours(a, n);
	if (!hours || hours->open)
		return "";
	*role = hours->known ? ROLE_NORMAL : ROLE_ALARM;
	return !hours->known || fits(d, hours->text) ? hours->text : _("closed");
}

/* --- the filter --- */

static const char *agent_field(char *to, const struct deck *d, const char *id)
{
	if (!id[0])
		return "";
	snprintf(to, LIST_TEXT_SIZE, "%s\n%s", id, agent_title(d, id));
	return to;
}

/* "sales:90,trial:10" and the titles of these agents. */
static const char *split_field(char *to, const struct deck *d, const struct number *n)
{
	struct buf text;

	if (!n->split[0])
		return "";
	buf_init(&text, LIST_TEXT_SIZE - 1);
	buf_addf(&text, "%s\n", n->split);
	add_split(&text, d, n->split, true);
	str_copy(to, LIST_TEXT_SIZE, str_of(text.p));
	buf_clear(&text);
	return to;
}

static const char *table_field(char *to, const struct number *n, const char *key)
{
	struct record r = { .entity = ENTITY_NUMBER, .number = *n };
	char *text = field_get(field_by_key(ENTITY_NUMBER, key), &r);

	str_copy(to, LIST_TEXT_SIZE, str_of(text));
	free(text);
	return to;
}

const char *deck_default_agent_field(char *to, const struct deck *d, const struct provider *p)
{
	return agent_field(to, d, p->default_agent);
}

const char *deck_rule_field(char *to, const struct deck *d, const struct number *n, enum deck_column column)
{
	const struct hours_now *hours;
	const struct schedule *s;

	switch (column) {
	case DECK_FALLBACK:
		return agent_field(to, d, n->fallback);
	case DECK_CLOSED_AGENT:
		return agent_field(to, d, n->closed_agent);
	case DECK_SPLIT:
		return split_field(to, d, n);
	case DECK_SCHEDULE:
		s = snapshot_schedule(d->view.app->snapshot, n->schedule);
		snprintf(to, LIST_TEXT_SIZE, "%s\n%s", n->schedule, s ? s->title : "");
		return n->schedule[0] ? to : "";
	case DECK_NOTES:
		return n->notes;
	case DECK_MAX_CALLS:
		return table_field(to, n, "maxCalls");
	case DECK_MAX_DURATION:
		return table_field(to, n, "maxDurationSeconds");
	default:
		hours = app_number_hours(d->view.app, n);
		if (column == DECK_CLOSED)
			return hours && hours->known && !hours->open ? "yes" : "no";
		return hours ? hours->text : "";
	}
}
