/*
 * The filter of the Deck. Words without a field are searched in one text per number, which is made once for each
 * generation of the workspace. While a filter is typed, only the matches of the shorter text are searched: with 100,000
 * numbers a key takes milliseconds. States of routes and endpoints are read only for words that a state can contain.
 */
#include "config.h"

#include "deck.h"

#include <stdlib.h>
#include <string.h>

#include "trunkdeck/app/hours.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/utf8.h"
#include "trunkdeck/model/params.h"

#define MINUTE_US INT64_C(60000000)

static const char *const fields[] = {
	"number", "agent", "label", "provider", "region", "route", "endpoint", "enabled", "fallback", "split", "schedule",
	"closed-agent", "max-calls", "max-duration", "notes", "hours", "closed", "default-agent", "routing", NULL,
};

/* A provider has no parameters. */
static const char *param(const void *row, const char *name)
{
	struct deck *d = list_field_arg(row);
	const struct list_row *r = list_field_row(row);

	free(d->index.param);
	d->index.param = r->kind == DECK_NUMBER ? params_value(((const struct number *)r->data)->params, name) : NULL;
	return d->index.param;
}

const struct filter_rows deck_filter_rows = {
	.fields = fields,
	.get = list_field,
	.param = param,
	.phones = FILTER_FIELD(DECK_E164),
	.numbers = FILTER_FIELD(DECK_MAX_CALLS),
	.changing = FILTER_FIELD(DECK_ROUTE) | FILTER_FIELD(DECK_ENDPOINT) | FILTER_FIELD(DECK_HOURS),
	.by_name = FILTER_FIELD(DECK_ENABLED) | FILTER_FIELD(DECK_MAX_CALLS) | FILTER_FIELD(DECK_MAX_DURATION) |
		   FILTER_FIELD(DECK_SCHEDULE) | FILTER_FIELD(DECK_CLOSED_AGENT) | FILTER_FIELD(DECK_CLOSED) |
		   FILTER_FIELD(DECK_DEFAULT_AGENT) | FILTER_FIELD(DECK_ROUTING),
};

/* A name that many numbers share, in lower case. It is looked up and folded once per run of the same id. */
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

uint64_t deck_number_key(const struct number *n)
{
	return mail_key(n->e164, strlen(n->e164));
}

static struct deck_entry *add_entry(struct deck_index *x, const struct provider *p, const struct number *n)
{
	ARRAY_GROW(x->entries, x->count, x->size);
	x->entries[x->count] = (struct deck_entry){ .provider = p, .number = n, .text = x->texts.len };
	return &x->entries[x->count++];
}

static void add_number(struct deck *d, const struct number *n, const struct provider *p, const struct shared_name *provider,
		       struct shared_name *agent)
{
	const struct list_row row = { .kind = DECK_NUMBER, .data = n };
	struct buf *to = &d->index.texts;
	char text[LIST_TEXT_SIZE];
	enum role role;

	add_entry(&d->index, p, n)->key = deck_number_key(n);
	if (!agent->id || strcmp(agent->id, n->agent) != 0)
		set_name(agent, n->agent, deck_get(d, &row, DECK_AGENT, text, &role));
	buf_adds(to, n->e164);
	buf_addc(to, '\n');
	buf_add(to, agent->text.p, agent->text.len);
	buf_addc(to, '\n');
	utf8_lower(to, n->label);
	buf_addc(to, '\n');
	buf_add(to, provider->text.p, provider->text.len);
	buf_addc(to, '\n');
	buf_adds(to, region_name(n->region));
	for (enum deck_column c = DECK_FALLBACK; c <= DECK_NOTES; c++) {
		const char *field = deck_filter_rows.by_name & FILTER_FIELD(c) ? "" : deck_rule_field(text, d, n, c);

		if (!*field)
			continue;
		buf_addc(to, '\n');
		utf8_lower(to, field);
	}
	buf_addc(to, '\0');
}

void deck_match_prepare(struct deck *d)
{
	struct snapshot *s = d->view.app->snapshot;
	struct deck_index *x = &d->index;
	struct shared_name provider = { 0 }, agent = { 0 };
	size_t providers, numbers;
	const struct provider *const *p = snapshot_providers(s, &providers);

	if (x->generation == snapshot_generation(s))
		return;
	buf_init(&provider.text, BUF_UNBOUNDED);
	buf_init(&agent.text, BUF_UNBOUNDED);
	buf_reset(&x->texts);
	x->count = 0;
	for (size_t i = 0; i < providers; i++) {
		const struct number *const *n = snapshot_numbers_of(s, p[i]->id, &numbers);

		set_name(&provider, p[i]->id, p[i]->name);
		if (numbers == 0)
			add_entry(x, p[i], NULL);
		for (size_t j = 0; j < numbers; j++)
			add_number(d, n[j], p[i], &provider, &agent);
	}
	buf_clear(&provider.text);
	buf_clear(&agent.text);
	x->matches = xreallocarray(x->matches, x->count + 1, sizeof(*x->matches));
	FREE(&x->matched);
	x->generation = snapshot_generation(s);
}

/* Reading the route state of each number is slow, so it is done only for words that a state can contain. */
static void limit_changing(const struct deck *d, struct filter_words *q, const struct provider *const *providers, size_t count)
{
	size_t schedule_count;
	const struct schedule *const *schedules = snapshot_schedules(d->view.app->snapshot, &schedule_count);
	char text[LIST_TEXT_SIZE];
	struct buf texts, lower;
	enum role role;

	buf_init(&texts, BUF_UNBOUNDED);
	buf_init(&lower, BUF_UNBOUNDED);
	buf_addf(&texts, "%s\n%s\n", _("disabled"), _("no server"));
	for (int i = 0; i < ROUTE_STATE_COUNT; i++) {
		enum route_state state = (enum route_state)i;

		buf_addf(&texts, "%s\n%s\n", route_state_name(state), route_state_text(state));
		for (size_t j = 0; j < d->view.app->server_count; j++) {
			buf_addf(&texts, _("%s on %s"), route_state_text(state), d->view.app->servers[j].config->name);
			buf_addc(&texts, '\n');
		}
	}
	for (size_t i = 0; i < schedule_count; i++)
		buf_addf(&texts, "%s\n", app_hours(d->view.app, schedules[i]->id)->text);
	for (size_t i = 0; i < count; i++)
		buf_addf(&texts, "%s\n", deck_endpoint_text(text, d->view.app, providers[i], &role));
	utf8_lower(&lower, texts.p);
	filter_words_limit_changing(q, lower.p);
	buf_clear(&lower);
	buf_clear(&texts);
}

bool deck_match_is_old(const struct deck *d)
{
	return list_filtering(&d->view.list) && d->index.minute != clock_wall_us(d->view.app->clock) / MINUTE_US;
}

void deck_each_match(struct deck *d, void (*fn)(struct deck *d, const struct deck_entry *e))
{
	struct deck_index *x = &d->index;
	struct list *l = &d->view.list;
	size_t providers, count, kept = 0;
	const struct provider *const *p = snapshot_providers(d->view.app->snapshot, &providers);
	bool narrows;

	deck_match_prepare(d);
	narrows = x->matched && filter_words_narrows(x->matched, l->text);
	limit_changing(d, l->query, p, providers);
	count = narrows ? x->match_count : x->count;
	for (size_t i = 0; i < count; i++) {
		size_t at = narrows ? x->matches[i] : i;
		const struct deck_entry *e = &x->entries[at];

		if (e->number ? !list_matches(l, DECK_NUMBER, e->number, x->texts.p + e->text)
			      : !list_matches(l, DECK_PROVIDER, e->provider, NULL))
			continue;
		x->matches[kept++] = at;
		fn(d, e);
	}
	x->match_count = kept;
	x->minute = clock_wall_us(d->view.app->clock) / MINUTE_US;
	free(x->matched);
	x->matched = xstrdup(l->text);
}

void deck_match_free(struct deck *d)
{
	buf_clear(&d->index.texts);
	free(d->index.entries);
	free(d->index.matches);
	free(d->index.matched);
	free(d->index.param);
}
