/* What a call is in each column: to filter, to sort, to show. */
#include "config.h"

#include "calls.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "trunkdeck/base/clock.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/calls/call_filter.h"
#include "trunkdeck/calls/call_json.h"

#define SILENT_AFTER_US ((int64_t)5 * 1000000)

static const char *label_of(const struct app *a, const struct call *c)
{
	const struct number *n = snapshot_number(a->snapshot, c->number);

	return n ? n->label : "";
}

static const char *agent_title(const struct app *a, const struct call *c)
{
	const struct agent *agent = snapshot_agent(a->snapshot, c->agent);

	return agent ? agent->title : c->agent;
}

static const char *provider_name(const struct app *a, const struct call *c)
{
	const struct provider *p = snapshot_provider(a->snapshot, c->provider);

	return p ? p->name : c->endpoint;
}

const char *calls_text(const struct app *a, const struct call *c, enum calls_column column)
{
	switch (column) {
	case CALLS_NUMBER:
		return c->number;
	case CALLS_LABEL:
		return label_of(a, c);
	case CALLS_AGENT:
		return agent_title(a, c);
	case CALLS_CALLER:
		return c->caller;
	case CALLS_COUNTRY:
		return call_country(c);
	case CALLS_PROVIDER:
		return provider_name(a, c);
	case CALLS_SERVER:
		return c->server;
	default:
		return NULL;
	}
}

enum call_state calls_state(const struct calls *v, const struct call *c, int64_t now_us)
{
	if (c->state == CALL_TALKING && live_heard(v->app->live) && c->first_audio_us == 0 && c->answered_us > 0
	    && time_minus(now_us, c->answered_us) > SILENT_AFTER_US)
		return CALL_SILENT;
	return c->state;
}

bool calls_match(const struct calls *v, const struct call *c)
{
	return !v->query || filter_words_is_empty(v->query) ||
	       call_filter_match(v->query, c, calls_state(v, c, calls_now_us(v)), v->app->snapshot, app_zone(v->app));
}

/* --- sorting --- */

/* A row on its way: most comparisons end with the figure, which of a text is its beginning. */
struct sorting {
	uint64_t figure;
	const char *text;		/* NULL = the figure says it all */
	size_t order;			/* as they came */
	const struct call *call;
};

/* The first eight bytes, in lower case, the first one counting most. */
static uint64_t beginning(const char *text)
{
	uint64_t figure = 0;

	for (int i = 0; i < 8; i++) {
		unsigned char byte = (unsigned char)*text;

		figure = figure << 8 | (byte >= 'A' && byte <= 'Z' ? byte - 'A' + 'a' : byte);
		text += *text != '\0';
	}
	return figure;
}

static void prepare(const struct calls *v, struct sorting *s, int64_t now_us)
{
	const struct call *c = s->call;
	bool first_audio;
	int64_t us;

	s->text = calls_text(v->app, c, v->sort);
	switch (v->sort) {
	case CALLS_STATE:
		s->figure = calls_state(v, c, now_us);
		break;
	case CALLS_AGE:
		s->figure = UINT64_MAX - (uint64_t)c->started_us;
		break;
	case CALLS_RESPONSE:
		us = call_response_us(c, &first_audio);
		s->figure = us < 0 ? UINT64_MAX : (uint64_t)us;
		break;
	default:
		s->figure = beginning(s->text);
	}
}

static int compare(const void *a, const void *b, void *arg)
{
	const struct sorting *x = a, *y = b;
	const struct calls *v = arg;
	int order = x->figure != y->figure ? (x->figure < y->figure ? -1 : 1) : x->text ? strcasecmp(x->text, y->text) : 0;

	if (order != 0)
		return v->descending ? -order : order;
	return x->order < y->order ? -1 : 1;
}

void calls_sort(const struct calls *v, const struct call **calls, size_t count)
{
	struct sorting *rows;
	int64_t now_us = calls_now_us(v);

	if (v->sort == CALLS_AGE && v->descending)	/* as they come */
		return;
	for (size_t i = 0; v->sort == CALLS_AGE && i < count / 2; i++) {
		const struct call *c = calls[i];

		calls[i] = calls[count - 1 - i];
		calls[count - 1 - i] = c;
	}
	if (v->sort == CALLS_AGE)
		return;
	rows = xcalloc(count + 1, sizeof(*rows));
	for (size_t i = 0; i < count; i++) {
		rows[i].call = calls[i];
		rows[i].order = i;
		prepare(v, &rows[i], now_us);
	}
	qsort_r(rows, count, sizeof(*rows), compare, (void *)v);
	for (size_t i = 0; i < count; i++)
		calls[i] = rows[i].call;
	free(rows);
}
