/* Draws the Deck: a provider's line, a number's line, and the text of an empty Deck. */
#include "config.h"

#include "deck.h"
#include "endpoint_text.h"

#include <stdio.h>
#include <string.h>

#include "trunkdeck/base/mem.h"

static const struct list_column number_columns[] = {
	{ DECK_E164, N_("Number"), 16, 16, 0, LIST_LEFT },
	{ DECK_ANSWERED_BY, N_("Agent"), 12, 24, 1, LIST_LEFT },
	{ DECK_LABEL, N_("Label"), 10, 0, 6, LIST_LEFT },
	{ DECK_REGION, N_("Region"), 2, 2, 2, LIST_LEFT },
	{ DECK_STATE, N_("Route"), 13, 18, 0, LIST_FLOWS },
	{ DECK_LIVE, N_("Live"), 7, 7, 3, LIST_RIGHT },
	{ DECK_CALLS, N_("Calls"), 9, 9, 4, LIST_RIGHT },
	{ DECK_SUCCESS, N_("Answered"), 4, 4, 5, LIST_RIGHT },
	{ DECK_RESPONSE, N_("Response"), 5, 5, 5, LIST_RIGHT },
};

static const struct list_column provider_columns[] = {
	{ DECK_NAME, N_("Provider"), 12, 20, 0, LIST_LEFT },
	{ DECK_DOMAIN, N_("SIP domain"), 17, 0, 3, LIST_LEFT },
	{ DECK_REACH, N_("Reachable"), 17, 26, 2, LIST_FLOWS },
	{ DECK_LIVE, N_("Live"), 7, 8, 1, LIST_RIGHT },
	{ DECK_BADGE, N_("Numbers"), 12, 13, 0, LIST_RIGHT },
};

static const struct list_column empty_columns[] = { { DECK_NAME, "", 10, 0, 0, LIST_LEFT } };

const struct list_kind deck_kinds[LIST_KINDS_MAX] = {
	[DECK_PROVIDER] = { provider_columns, ARRAY_LEN(provider_columns), 3, 2, DECK_DOMAIN },
	[DECK_NUMBER] = { number_columns, ARRAY_LEN(number_columns), 4, 1, DECK_E164 },
	[DECK_EMPTY] = { empty_columns, ARRAY_LEN(empty_columns), 4, 1, DECK_DOMAIN },
};

/* The worst route state among a provider's numbers, if one needs a person. */
struct trouble {
	const struct app *app;
	const char *provider;
	enum route_state worst;
	size_t count;			/* numbers and servers in that state */
};

static void add_trouble(void *arg, const char *server, const struct route_report *r)
{
	struct trouble *t = arg;
	const struct number *n = snapshot_number(t->app->snapshot, r->number);

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

const char *deck_endpoint_text(char *to, const struct app *a, const struct provider *p, enum role *role)
{
	struct endpoint_summary sum = app_provider_endpoint(a, p);

	*role = provider_endpoint_text(to, LIST_TEXT_SIZE, &sum, clock_mono_ms(a->clock));
	return to;
}

/* Returns the provider's reachability, the trouble of its routes, or the calls that come near its cap. A state that needs
 * a person comes first. */
static const char *state_text(char *to, const struct deck *d, const struct provider *p, enum role *role)
{
	const struct app *a = d->view.app;
	struct trouble t = { .app = a, .provider = p->id };
	char over[LIST_TEXT_SIZE];
	const char *cap = "";
	size_t len;

	deck_endpoint_text(to, a, p, role);
	route_states_each_alarm(a->routes, add_trouble, &t);
	if (t.count == 0 && *role != ROLE_ALARM)
		cap = deck_provider_rule(over, d, p, role);
	if (*cap)
		str_copy(to, LIST_TEXT_SIZE, str_of(cap));
	if (t.count == 0)
		return to;
	len = *role == ROLE_ALARM ? strlen(to) : 0;
	snprintf(to + len, LIST_TEXT_SIZE - len, "%s%zu %s", len > 0 ? ", " : "", t.count, route_state_text(t.worst));
	*role = ROLE_ALARM;
	return to;
}

static const char *live_text(char *to, size_t live, enum role *role)
{
	*role = ROLE_ACCENT;
	if (live == 0)
		return "";
	snprintf(to, LIST_TEXT_SIZE, _("%zu live"), live);
	return to;
}

static const char *get_of_provider(const struct deck *d, const struct provider *p, enum deck_column column, char *to, enum role *role)
{
	const struct app *a = d->view.app;
	const struct list *l = &d->view.list;
	int64_t n;

	switch (column) {
	case DECK_NAME:
	case DECK_OF_PROVIDER:
		*role = ROLE_STRONG;
		return p->name;
	case DECK_REGION:
		return region_name(p->region);
	case DECK_ENDPOINT:
		return deck_endpoint_text(to, a, p, role);
	case DECK_DEFAULT_AGENT:
		return deck_default_agent_field(to, d, p);
	case DECK_ROUTING:
		return p->routing;
	case DECK_DOMAIN:
		*role = ROLE_DIM;
		return deck_domain(to, d, p);
	case DECK_REACH:
		if (*state_text(to, d, p, role) || list_column_x(l, DECK_PROVIDER, DECK_DOMAIN) >= 0)
			return to;
		*role = ROLE_DIM;
		return p->sip_domain;
	case DECK_LIVE:
		return live_text(to, live_count_provider(a->live, p->id), role);
	case DECK_BADGE:
		/* Where there is no room for both, an alarm is shown instead of the count. */
		if (list_column_x(l, DECK_PROVIDER, DECK_REACH) < 0 && *state_text(to, d, p, role) && *role == ROLE_ALARM)
			return to;
		*role = ROLE_NORMAL;
		n = snapshot_badge(a->snapshot, p->id);
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

/* Returns today's count of calls, the answered share or the response time. */
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
	const struct app *app = d->view.app;
	const struct number *n = row->data;
	const struct agent *agent;
	const struct provider *p;
	const char *why;
	char state[LIST_TEXT_SIZE / 2];

	if (row->kind == DECK_EMPTY && column == DECK_NAME) {
		*role = ROLE_DIM;
		return _("No numbers yet. a adds one.");
	}
	if (row->kind != DECK_NUMBER)
		return get_of_provider(d, row->data, (enum deck_column)column, to, role);
	switch ((enum deck_column)column) {
	case DECK_E164:
		*role = n->enabled ? ROLE_NORMAL : ROLE_DIM;
		return n->e164;
	case DECK_AGENT:
		agent = snapshot_agent(app->snapshot, n->agent);
		*role = agent && agent_usable(agent, &why) ? ROLE_NORMAL : ROLE_WARN;
		return agent ? agent->title : n->agent;
	case DECK_LABEL:
		*role = ROLE_DIM;
		return n->label;
	case DECK_OF_PROVIDER:
		p = snapshot_provider(app->snapshot, n->provider);
		return p ? p->name : n->provider;
	case DECK_REGION:
		*role = ROLE_DIM;
		return region_name(n->region);
	case DECK_ROUTE:		/* the name in batch commands, and the text on the screen */
		snprintf(to, LIST_TEXT_SIZE, "%s\n%s", n->enabled ? route_state_name(app_route_summary(app, n).state) : "",
			 deck_route_text(state, app, n, role));
		return to;
	case DECK_ENDPOINT:
		p = snapshot_provider(app->snapshot, n->provider);
		return p ? deck_endpoint_text(to, app, p, role) : "";
	case DECK_DEFAULT_AGENT:
	case DECK_ROUTING:
		p = snapshot_provider(app->snapshot, n->provider);
		return p ? get_of_provider(d, p, (enum deck_column)column, to, role) : "";
	case DECK_ENABLED:
		return n->enabled ? "yes" : "no";
	case DECK_ANSWERED_BY:
		return deck_answered_by(to, d, n, role);
	case DECK_STATE:
		if (number_unrouted(n, snapshot_agent(app->snapshot, n->agent)) || app_route_summary(app, n).state != ROUTE_VERIFIED)
			return deck_route_text(to, app, n, role);
		why = deck_number_rule(to, d, n, role);
		return *why ? why : deck_route_text(to, app, n, role);
	case DECK_LIVE:
		return live_text(to, live_count_number(app->live, n->e164), role);
	case DECK_FALLBACK:
	case DECK_SPLIT:
	case DECK_SCHEDULE:
	case DECK_CLOSED_AGENT:
	case DECK_MAX_CALLS:
	case DECK_MAX_DURATION:
	case DECK_NOTES:
	case DECK_HOURS:
	case DECK_CLOSED:
		return deck_rule_field(to, d, n, (enum deck_column)column);
	default:
		return figure_text(to, app, n, (enum deck_column)column, role);
	}
}

void deck_draw(void *state, const struct canvas *c, bool focused)
{
	struct deck *d = state;
	const struct app *a = d->view.app;

	list_draw(&d->view.list, ui_term(d->view.ui), c, focused);
	if (d->view.list.count > 0 || list_filtering(&d->view.list))
		return;
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
		draw_text(c, 2, 3, 0, ROLE_DIM,
			  _("A provider is the SIP trunk that brings the calls to your numbers."));
		break;
	}
}

