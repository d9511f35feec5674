/*
 * What the filter of the Deck looks at. Words without a field are looked for in one text per number, made once per
 * workspace generation: with 100,000 numbers a keystroke costs milliseconds, not a walk over every record's fields.
 */
#include "config.h"

#include "deck.h"

#include <string.h>

#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/utf8.h"

/* What `field:value` can name here, in the order of deck_field(). */
const char *const deck_fields[] = {
	"number", "agent", "label", "provider", "region", "route", "enabled", NULL,
};

/* What a query looks at. */
struct deck_match {
	const struct app *app;
	const struct number *number;
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

static const char *deck_field(const void *row, int field)
{
	const struct deck_match *m = row;

	switch (field) {
	case 0:
		return m->number->e164;
	case 1:
		return agent_text(m);
	case 2:
		return m->number->label;
	case 3:
		return provider_text(m);
	case 4:
		return region_name(m->number->region);
	case 5:
		return route_state_name(app_route_summary(m->app, m->number).state);
	case 6:
		return m->number->enabled ? "yes" : "no";
	default:
		return NULL;
	}
}

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
		set_name(agent, n->agent, agent_text(&(struct deck_match){ d->app, n }));
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

void deck_each_match(struct deck *d, void (*fn)(struct deck *d, const struct provider *p, const struct number *n))
{
	size_t providers, numbers;
	const struct provider *const *p = snapshot_providers(d->app->snapshot, &providers);
	const char *text;

	deck_match_prepare(d);
	text = d->texts.bytes.p;
	for (size_t i = 0; i < providers; i++) {
		const struct number *const *n = snapshot_numbers_of(d->app->snapshot, p[i]->id, &numbers);

		for (size_t j = 0; j < numbers; j++, text += strlen(text) + 1) {
			const struct deck_match m = { d->app, n[j] };

			if (filter_words_match(d->query, text, deck_field, &m))
				fn(d, p[i], n[j]);
		}
	}
}
