/*
 * What the filter of the Deck looks at. Words without a field are looked for in one text per number, made once per
 * workspace generation: with 100,000 numbers a keystroke costs milliseconds, not a walk over every record's fields.
 */
#include "config.h"

#include "deck.h"
#include "endpoint_text.h"

#include <stdio.h>
#include <string.h>

#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/utf8.h"

/* What a filter looks at. */
struct deck_match {
	const struct app *app;
	const struct number *number;
	const char *endpoint;		/* how its provider is reached */
	char *text;			/* of TEXT_SIZE */
};

#define TEXT_SIZE (2 * DECK_TEXT_SIZE)

/* What `field:value` can name here, in the order of deck_field(). */
enum { WORD_NUMBER, WORD_AGENT, WORD_LABEL, WORD_PROVIDER, WORD_REGION, WORD_ROUTE, WORD_ENDPOINT, WORD_ENABLED };

static const char *const fields[] = {
	"number", "agent", "label", "provider", "region", "route", "endpoint", "enabled", NULL,
};

static const char *agent_text(const struct deck_match *m)
{
	const struct agent *a = snapshot_agent(m->app->snapshot, m->number->agent);

	return a ? a->title : m->number->agent;
}

static const char *provider_text(const struct deck_match *m)
{
	const struct provider *p = snapshot_provider(m->app->snapshot, m->number->provider);

	return p ? p->name : m->number->provider;
}

/* Its name in batch, and what stands on the screen. */
static const char *route_text(const struct deck_match *m)
{
	size_t len = 0;

	if (m->number->e164[0] == '\0')
		return NULL;
	if (m->number->enabled)
		len = (size_t)snprintf(m->text, DECK_TEXT_SIZE, "%s\n", route_state_name(app_route_summary(m->app, m->number).state));
	deck_route_text(m->text + len, m->app, m->number);
	return m->text;
}

static const char *deck_field(const void *row, int field)
{
	const struct deck_match *m = row;

	switch (field) {
	case WORD_NUMBER:
		return m->number->e164;
	case WORD_AGENT:
		return agent_text(m);
	case WORD_LABEL:
		return m->number->label;
	case WORD_PROVIDER:
		return provider_text(m);
	case WORD_REGION:
		return region_name(m->number->region);
	case WORD_ROUTE:
		return route_text(m);
	case WORD_ENDPOINT:
		return m->endpoint;
	case WORD_ENABLED:
		return m->number->enabled ? "yes" : "no";
	default:
		return NULL;
	}
}

const struct filter_rows deck_filter_rows = {
	.fields = fields,
	.get = deck_field,
	.phones = FILTER_FIELD(WORD_NUMBER),
	.changing = FILTER_FIELD(WORD_ROUTE) | FILTER_FIELD(WORD_ENDPOINT),
	.by_name = FILTER_FIELD(WORD_ENABLED),
};

bool deck_filtering(const struct deck *d)
{
	return d->query && !filter_words_is_empty(d->query);
}

/* Names that many numbers share, in lower case: looked up and folded once per run of the same id. */
struct shared_name {
	const char *id;
	struct buf text;
};

static void set_name(struct shared_name *n, const char *id, const char *name)
{
	n->id = id;
	buf_reset(&n->text);
	utf8_lower(&n->text, name);
}

/* Providers and agents by their names; the route's state is left out: it changes without the workspace changing. */
static void add_text(struct deck *d, const struct number *n, const struct shared_name *provider, struct shared_name *agent)
{
	struct buf *to = &d->texts.bytes;

	if (!agent->id || strcmp(agent->id, n->agent) != 0)
		set_name(agent, n->agent, agent_text(&(struct deck_match){ d->app, n, NULL, NULL }));
	buf_adds(to, n->e164);
	buf_addc(to, '\n');
	buf_add(to, agent->text.p, agent->text.len);
	buf_addc(to, '\n');
	utf8_lower(to, n->label);
	buf_addc(to, '\n');
	buf_add(to, provider->text.p, provider->text.len);
	buf_addc(to, '\n');
	buf_adds(to, region_name(n->region));
	buf_addc(to, '\0');
}

void deck_match_prepare(struct deck *d)
{
	struct snapshot *s = d->app->snapshot;
	struct shared_name provider = { 0 }, agent = { 0 };
	size_t providers, numbers;
	const struct provider *const *p = snapshot_providers(s, &providers);

	if (d->texts.generation == snapshot_generation(s))
		return;
	buf_init(&provider.text, BUF_UNBOUNDED);
	buf_init(&agent.text, BUF_UNBOUNDED);
	buf_reset(&d->texts.bytes);
	for (size_t i = 0; i < providers; i++) {
		const struct number *const *n = snapshot_numbers_of(s, p[i]->id, &numbers);

		set_name(&provider, p[i]->id, p[i]->name);
		for (size_t j = 0; j < numbers; j++)
			add_text(d, n[j], &provider, &agent);
	}
	buf_clear(&provider.text);
	buf_clear(&agent.text);
	d->texts.generation = snapshot_generation(s);
}

static void endpoint_text(char *to, const struct deck *d, const struct provider *p)
{
	struct reach_summary sum = app_provider_reach(d->app, p);

	reach_text(to, DECK_TEXT_SIZE, &sum, clock_mono_ms(d->app->clock));
}

/* To ask each number for the state of its route takes long: only for words that a state can contain. */
static void limit_changing(const struct deck *d, struct filter_words *q, const struct provider *const *providers, size_t count)
{
	char text[DECK_TEXT_SIZE];
	struct buf texts, lower;

	buf_init(&texts, BUF_UNBOUNDED);
	buf_init(&lower, BUF_UNBOUNDED);
	buf_addf(&texts, "%s\n%s\n", _("disabled"), _("no server"));
	for (int i = 0; i < ROUTE_STATE_COUNT; i++) {
		enum route_state state = (enum route_state)i;

		buf_addf(&texts, "%s\n%s\n", route_state_name(state), route_state_text(state));
		for (size_t j = 0; j < d->app->server_count; j++) {
			buf_addf(&texts, _("%s on %s"), route_state_text(state), d->app->servers[j].config->name);
			buf_addc(&texts, '\n');
		}
	}
	for (size_t i = 0; i < count; i++) {
		endpoint_text(text, d, providers[i]);
		buf_addf(&texts, "%s\n", text);
	}
	utf8_lower(&lower, texts.p);
	filter_words_limit_changing(q, lower.p);
	buf_clear(&lower);
	buf_clear(&texts);
}

void deck_each_match(struct deck *d, void (*fn)(struct deck *d, const struct provider *p, const struct number *n))
{
	size_t providers, numbers;
	const struct provider *const *p = snapshot_providers(d->app->snapshot, &providers);
	char text[TEXT_SIZE], endpoint[DECK_TEXT_SIZE], nothing[] = "";
	struct deck_match m = { .app = d->app, .endpoint = endpoint, .text = text };
	const char *all;

	deck_match_prepare(d);
	limit_changing(d, d->query, p, providers);
	all = d->texts.bytes.p;
	for (size_t i = 0; i < providers; i++) {
		const struct number *const *n = snapshot_numbers_of(d->app->snapshot, p[i]->id, &numbers);

		endpoint_text(endpoint, d, p[i]);
		for (size_t j = 0; j < numbers; j++, all += strlen(all) + 1) {
			m.number = n[j];
			if (filter_words_match(d->query, all, &m))
				fn(d, p[i], n[j]);
		}
		if (numbers > 0)
			continue;
		m.number = &(struct number){ .e164 = nothing, .agent = nothing, .label = nothing, .provider = p[i]->id,
					     .region = p[i]->region };
		if (filter_words_match(d->query, NULL, &m))
			fn(d, p[i], NULL);
	}
}
