/* How the Deck looks: a provider's line, a number's line, and what is said when there is nothing to show. */
#include "config.h"

#include "deck.h"
#include "endpoint_text.h"

#include <stdio.h>
#include <string.h>

#include "trunkdeck/base/mem.h"

static const struct list_column number_columns[] = {
	{ DECK_E164, N_("Number"), 16, 16, 0, false },
	{ DECK_AGENT, N_("Agent"), 12, 24, 1, false },
	{ DECK_LABEL, N_("Label"), 10, 0, 6, false },
	{ DECK_REGION, N_("Region"), 2, 2, 2, false },
	{ DECK_STATE, N_("Route"), 13, 18, 0, false },
	{ DECK_LIVE, N_("Live"), 7, 7, 3, true },
	{ DECK_CALLS, N_("Calls"), 9, 9, 4, true },
	{ DECK_SUCCESS, N_("Answered"), 4, 4, 5, true },
	{ DECK_RESPONSE, N_("Response"), 5, 5, 5, true },
};

static const struct list_column provider_columns[] = {
	{ DECK_NAME, N_("Provider"), 12, 20, 0, false },
	{ DECK_DOMAIN, N_("SIP domain"), 17, 0, 3, false },
	{ DECK_REACH, N_("Reachable"), 17, 26, 2, false },
	{ DECK_LIVE, N_("Live"), 7, 8, 1, true },
	{ DECK_BADGE, N_("Numbers"), 12, 13, 0, true },
};

/* The worst route state of a provider's numbers, where one needs a person. */
struct trouble {
	const struct deck *deck;
	const char *provider;
	enum route_state worst;
	size_t count;			/* numbers and servers in that state */
};

static void add_trouble(void *arg, const char *server, const struct route_report *r)
{
	struct trouble *t = arg;
	const struct number *n = snapshot_number(t->deck->app->snapshot, r->number);

	(void)server;
	if (!n || strcmp(n->provider, t->provider) != 0)
		return;
	if (t->count == 0 || route_state_worse(r->state, t->worst)) {
		t->worst = r->state;
		t->count = 1;
	} else if (r->state == t->worst) {
		t->count++;
	}
}

static void trouble_text(char *to, const struct deck *d, const struct provider *p)
{
	struct trouble t = { .deck = d, .provider = p->id };

	route_states_each_alarm(d->app->routes, add_trouble, &t);
	to[0] = '\0';
	if (t.count > 0)
		snprintf(to, LIST_TEXT_SIZE, "%zu %s", t.count, route_state_text(t.worst));
}

/* How the provider is reached, and what is wrong with its routes; what needs a person comes first. */
static enum role state_text(char *to, const struct deck *d, const struct provider *p)
{
	struct reach_summary sum = app_provider_reach(d->app, p);
	enum role role = reach_text(to, LIST_TEXT_SIZE, &sum, clock_mono_ms(d->app->clock));
	char trouble[LIST_TEXT_SIZE];
	size_t len = strlen(to);

	trouble_text(trouble, d, p);
	if (trouble[0] == '\0')
		return role;
	if (role == ROLE_ALARM) {
		str_copy(to + len, LIST_TEXT_SIZE - len, STR(", "));
		len = strlen(to);
	} else {
		len = 0;
	}
	str_copy(to + len, LIST_TEXT_SIZE - len, str_of(trouble));
	return ROLE_ALARM;
}

static const char *live_text(char *to, size_t live, enum role *role)
{
	*role = ROLE_ACCENT;
	if (live == 0)
		return "";
	snprintf(to, LIST_TEXT_SIZE, _("%zu live"), live);
	return to;
}

const char *deck_endpoint_text(char *to, const struct deck *d, const struct provider *p)
{
	struct reach_summary sum = app_provider_reach(d->app, p);

	reach_text(to, LIST_TEXT_SIZE, &sum, clock_mono_ms(d->app->clock));
	return to;
}

static const char *get_of_provider(const struct deck *d, const struct provider *p, enum deck_column column, char *to, enum role *role)
{
	int64_t n;

	switch (column) {
	case DECK_NAME:
	case DECK_OF_PROVIDER:
		*role = ROLE_STRONG;
		return p->name;
	case DECK_REGION:
		return region_name(p->region);
	case DECK_ENDPOINT:
		return deck_endpoint_text(to, d, p);
	case DECK_DOMAIN:
		*role = ROLE_DIM;
		return p->sip_domain;
	case DECK_REACH:
		*role = state_text(to, d, p);
		return to;
	case DECK_LIVE:
		return live_text(to, live_count_provider(d->app->live, p->id), role);
	case DECK_BADGE:
		n = snapshot_badge(d->app->snapshot, p->id);
		if (n == 0)
			return _("no numbers");
		snprintf(to, LIST_TEXT_SIZE, ngettext("%lld number", "%lld numbers", (unsigned long)n), (long long)n);
		return to;
	default:
		return "";
	}
}

const char *deck_route_text(char *to, const struct app *a, const struct number *n, enum role *role)
{
	const char *why = number_unrouted(n, snapshot_agent(a->snapshot, n->agent));
	struct route_summary sum;

	*role = why && n->enabled ? ROLE_WARN : ROLE_DIM;
	if (why)
		return why;
	sum = app_route_summary(a, n);
	if (sum.servers == 0)
		return a->server_count > 0 && !a->replay ? _("no server") : "";
	if (route_state_needs_person(sum.state))
		*role = ROLE_ALARM;
	else if (sum.state == ROUTE_VERIFIED)
		*role = ROLE_GOOD;
	if (!sum.server)
		return route_state_text(sum.state);
	snprintf(to, LIST_TEXT_SIZE / 2, _("%s on %s"), route_state_text(sum.state), sum.server);
	return to;
}

/* Today's calls, how many were answered, and how fast. */
static const char *figure_text(char *to, const struct app *a, const struct number *n, enum deck_column column, enum role *role)
{
	const struct number_metrics *m = metrics_number(a->metrics, n->e164);
	int permille;

	if (!m || m->offered == 0)
		return "";
	permille = metrics_success_permille(m);
	if (column == DECK_CALLS && a->today_known)
		snprintf(to, LIST_TEXT_SIZE, _("%llu today"), (unsigned long long)m->offered);
	else if (column == DECK_CALLS)
		snprintf(to, LIST_TEXT_SIZE, ngettext("%llu call", "%llu calls", m->offered), (unsigned long long)m->offered);
	else if (column == DECK_SUCCESS && permille >= 0)
		snprintf(to, LIST_TEXT_SIZE, "%d%%", (permille + 5) / 10);
	else if (column == DECK_RESPONSE && m->response.count > 0)
		format_seconds(to, histogram_quantile(&m->response, 0.5));
	else
		return "";
	if (column == DECK_SUCCESS && permille < 500)
		*role = ROLE_ALARM;
	else if (column == DECK_RESPONSE)
		*role = ROLE_DIM;
	return to;
}

const char *deck_get(void *arg, const struct list_row *row, int column, char *to, enum role *role)
{
	const struct deck *d = arg;
	const struct number *n = row->data;
	const struct agent *agent;
	const struct provider *p;
	const char *why;
	char state[LIST_TEXT_SIZE / 2];

	if (row->kind != DECK_NUMBER)
		return get_of_provider(d, row->data, (enum deck_column)column, to, role);
	switch ((enum deck_column)column) {
	case DECK_E164:
		*role = n->enabled ? ROLE_NORMAL : ROLE_DIM;
		return n->e164;
	case DECK_AGENT:
		agent = snapshot_agent(d->app->snapshot, n->agent);
		*role = agent && agent_usable(agent, &why) ? ROLE_NORMAL : ROLE_WARN;
		return agent ? agent->title : n->agent;
	case DECK_LABEL:
		*role = ROLE_DIM;
		return n->label;
	case DECK_OF_PROVIDER:
		p = snapshot_provider(d->app->snapshot, n->provider);
		return p ? p->name : n->provider;
	case DECK_REGION:
		*role = ROLE_DIM;
		return region_name(n->region);
	case DECK_ROUTE:		/* its name in batch, and what stands on the screen */
		snprintf(to, LIST_TEXT_SIZE, "%s\n%s", n->enabled ? route_state_name(app_route_summary(d->app, n).state) : "",
			 deck_route_text(state, d->app, n, role));
		return to;
	case DECK_ENDPOINT:
		p = snapshot_provider(d->app->snapshot, n->provider);
		return p ? deck_endpoint_text(to, d, p) : "";
	case DECK_ENABLED:
		return n->enabled ? "yes" : "no";
	case DECK_STATE:
		return deck_route_text(to, d->app, n, role);
	case DECK_LIVE:
		return live_text(to, live_count_number(d->app->live, n->e164), role);
	default:
		return figure_text(to, d->app, n, (enum deck_column)column, role);
	}
}

static void draw_provider(const struct deck *d, const struct canvas *c, const struct list_row *row)
{
	struct canvas cells = canvas_sub(c, 0, 3, 1, c->area.columns - 4);
	const struct provider *p = row->data;
	bool open = list_is_open(&d->list, row->key) || list_filtering(&d->list);
	const struct list_layout *lay = &d->providers;
	char state[LIST_TEXT_SIZE];
	enum role role;

	draw_text(c, 0, 1, 1, ROLE_ACCENT, mark_text(c, open ? MARK_OPEN : MARK_CLOSED));
	list_cells(&cells, lay, &d->list, row);
	if (list_has_column(lay, DECK_REACH) && list_has_column(lay, DECK_DOMAIN))
		return;
	role = state_text(state, d, p);
	if (state[0] == '\0')
		list_cell(&cells, 0, lay, DECK_REACH, ROLE_DIM, p->sip_domain);
	/* Where there is no room for both, what needs a person is more than a count. */
	if (role == ROLE_ALARM && !list_has_column(lay, DECK_REACH)) {
		list_cell(&cells, 0, lay, DECK_BADGE, ROLE_NORMAL, "             ");
		list_cell(&cells, 0, lay, DECK_BADGE, role, state);
	}
}

static void draw_row(void *arg, const struct canvas *c, const struct list_row *row)
{
	const struct deck *d = arg;
	struct canvas cells;

	switch (row->kind) {
	case DECK_PROVIDER:
		draw_provider(d, c, row);
		break;
	case DECK_NUMBER:
		cells = canvas_sub(c, 0, 4, 1, c->area.columns - 5);
		list_cells(&cells, &d->numbers, &d->list, row);
		break;
	case DECK_EMPTY:
		draw_text(c, 0, 4, 0, ROLE_DIM, _("No numbers yet. a adds one."));
		break;
	}
}

/* Why there is nothing in the list. */
static void draw_nothing(const struct deck *d, const struct canvas *c)
{
	const struct app *a = d->app;

	if (list_filtering(&d->list)) {
		draw_text(c, 1, 3, 0, ROLE_DIM, _("Nothing matches the filter. / changes it."));
		return;
	}
	switch (a->store_state) {
	case STORE_STATE_OPENING:
	case STORE_STATE_LOADING:
		draw_text(c, 1, 3, 0, ROLE_DIM, _("Reading the store..."));
		break;
	case STORE_STATE_RETRY:
		draw_text(c, 1, 3, 0, ROLE_ALARM, a->store_err.message);
		draw_text(c, 2, 3, 0, ROLE_NORMAL, a->store_err.hint);
		break;
	case STORE_STATE_OK:
		draw_text(c, 1, 3, 0, ROLE_NORMAL, _("No providers yet. A adds the first one."));
		draw_text(c, 2, 3, 0, ROLE_DIM, _("A provider is the SIP trunk your phone numbers come in by."));
		break;
	}
}

void deck_draw(void *state, const struct canvas *c, bool focused)
{
	struct deck *d = state;

	list_layout(&d->providers, provider_columns, ARRAY_LEN(provider_columns), c->area.columns - 4, 2);
	list_layout(&d->numbers, number_columns, ARRAY_LEN(number_columns), c->area.columns - 5, 1);
	if (d->list.count == 0)
		draw_nothing(d, c);
	ui_draw_list(d->ui, &d->list, c, focused, draw_row, d);
}
