/* How the Deck looks: a provider's line, a number's line, and what is said when there is nothing to show. */
#include "config.h"

#include "deck.h"
#include "endpoint_text.h"

#include <stdio.h>
#include <string.h>

enum { COL_NUMBER, COL_AGENT, COL_LABEL, COL_REGION, COL_ROUTE, COL_LIVE, COL_CALLS, COL_SUCCESS, COL_RESPONSE };

static const struct list_column number_columns[] = {
	{ COL_NUMBER, N_("Number"), 16, 16, 0, false },
	{ COL_AGENT, N_("Agent"), 12, 24, 1, false },
	{ COL_LABEL, N_("Label"), 10, 0, 6, false },
	{ COL_REGION, N_("Region"), 2, 2, 2, false },
	{ COL_ROUTE, N_("Route"), 13, 18, 0, false },
	{ COL_LIVE, N_("Live"), 7, 7, 3, true },
	{ COL_CALLS, N_("Calls"), 9, 9, 4, true },
	{ COL_SUCCESS, N_("Answered"), 4, 4, 5, true },
	{ COL_RESPONSE, N_("Response"), 5, 5, 5, true },
};

enum { COL_NAME, COL_DOMAIN, COL_REACH, COL_PROVIDER_LIVE, COL_BADGE };

static const struct list_column provider_columns[] = {
	{ COL_NAME, N_("Provider"), 12, 20, 0, false },
	{ COL_DOMAIN, N_("SIP domain"), 17, 0, 3, false },
	{ COL_REACH, N_("Reachable"), 17, 26, 2, false },
	{ COL_PROVIDER_LIVE, N_("Live"), 7, 8, 1, true },
	{ COL_BADGE, N_("Numbers"), 12, 13, 0, true },
};

static void live_text(char *to, size_t live)
{
	if (live > 0)
		snprintf(to, DECK_TEXT_SIZE, _("%zu live"), live);
	else
		to[0] = '\0';
}

static void badge_text(char *to, const struct deck *d, const struct provider *p)
{
	int64_t n = snapshot_badge(d->app->snapshot, p->id);

	if (n == 0)
		snprintf(to, DECK_TEXT_SIZE, "%s", _("no numbers"));
	else
		snprintf(to, DECK_TEXT_SIZE, ngettext("%lld number", "%lld numbers", (unsigned long)n), (long long)n);
}

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
		snprintf(to, DECK_TEXT_SIZE, "%zu %s", t.count, route_state_text(t.worst));
}

/* How the provider is reached, and what is wrong with its routes; what needs a person comes first. */
static enum role state_text(char *to, const struct deck *d, const struct provider *p)
{
	struct reach_summary sum = app_provider_reach(d->app, p);
	enum role role = reach_text(to, DECK_TEXT_SIZE, &sum, clock_mono_ms(d->app->clock));
	char trouble[DECK_TEXT_SIZE];
	size_t len = strlen(to);

	trouble_text(trouble, d, p);
	if (trouble[0] == '\0')
		return role;
	if (role == ROLE_ALARM) {
		str_copy(to + len, DECK_TEXT_SIZE - len, STR(", "));
		len = strlen(to);
	} else {
		len = 0;
	}
	str_copy(to + len, DECK_TEXT_SIZE - len, str_of(trouble));
	return ROLE_ALARM;
}

static bool has_column(const struct list_layout *lay, int id)
{
	for (int i = 0; i < lay->count; i++)
		if (lay->column[i].id == id)
			return true;
	return false;
}

static void draw_provider(const struct deck *d, const struct canvas *c, const struct provider *p)
{
	struct canvas row = canvas_sub(c, 0, 3, 1, c->area.columns - 4);
	bool open = deck_is_open(d, p->id) || deck_filtering(d);
	struct list_layout lay;
	char text[DECK_TEXT_SIZE], state[DECK_TEXT_SIZE];
	enum role role;

	row.selected = c->selected;
	draw_text(c, 0, 1, 1, ROLE_ACCENT, mark_text(c, open ? MARK_OPEN : MARK_CLOSED));
	list_layout(&lay, provider_columns, sizeof(provider_columns) / sizeof(provider_columns[0]), row.area.columns, 2);
	list_cell(&row, 0, &lay, COL_NAME, ROLE_STRONG, p->name);
	list_cell(&row, 0, &lay, COL_DOMAIN, ROLE_DIM, p->sip_domain);
	role = state_text(state, d, p);
	if (state[0] == '\0' && !has_column(&lay, COL_DOMAIN))
		list_cell(&row, 0, &lay, COL_REACH, ROLE_DIM, p->sip_domain);
	else
		list_cell(&row, 0, &lay, COL_REACH, role, state);
	live_text(text, live_count_provider(d->app->live, p->id));
	list_cell(&row, 0, &lay, COL_PROVIDER_LIVE, ROLE_ACCENT, text);
	badge_text(text, d, p);
	/* Where there is no room for both, what needs a person is more than a count. */
	if (role == ROLE_ALARM && !has_column(&lay, COL_REACH))
		list_cell(&row, 0, &lay, COL_BADGE, role, state);
	else
		list_cell(&row, 0, &lay, COL_BADGE, ROLE_NORMAL, text);
}

enum role deck_route_text(char *to, const struct app *a, const struct number *n)
{
	struct route_summary sum = app_route_summary(a, n);

	if (!n->enabled) {
		snprintf(to, DECK_TEXT_SIZE, "%s", _("disabled"));
		return ROLE_DIM;
	}
	if (sum.servers == 0) {
		snprintf(to, DECK_TEXT_SIZE, "%s", a->server_count > 0 && !a->replay ? _("no server") : "");
		return ROLE_DIM;
	}
	if (sum.server)
		snprintf(to, DECK_TEXT_SIZE, _("%s on %s"), route_state_text(sum.state), sum.server);
	else
		snprintf(to, DECK_TEXT_SIZE, "%s", route_state_text(sum.state));
	if (route_state_needs_person(sum.state))
		return ROLE_ALARM;
	return sum.state == ROUTE_VERIFIED ? ROLE_GOOD : ROLE_DIM;
}

static void draw_figures(const struct deck *d, const struct canvas *row, const struct list_layout *lay,
			 const struct number *n)
{
	const struct number_metrics *m = metrics_number(d->app->metrics, n->e164);
	char text[DECK_TEXT_SIZE];
	int permille;

	if (!m || m->offered == 0)
		return;
	if (d->app->today_known)
		snprintf(text, sizeof(text), _("%llu today"), (unsigned long long)m->offered);
	else
		snprintf(text, sizeof(text), ngettext("%llu call", "%llu calls", m->offered), (unsigned long long)m->offered);
	list_cell(row, 0, lay, COL_CALLS, ROLE_NORMAL, text);
	permille = metrics_success_permille(m);
	if (permille >= 0) {
		snprintf(text, sizeof(text), "%d%%", (permille + 5) / 10);
		list_cell(row, 0, lay, COL_SUCCESS, permille < 500 ? ROLE_ALARM : ROLE_NORMAL, text);
	}
	if (m->response.count > 0) {
		format_seconds(text, histogram_quantile(&m->response, 0.5));
		list_cell(row, 0, lay, COL_RESPONSE, ROLE_DIM, text);
	}
}

static void draw_number(const struct deck *d, const struct canvas *c, const struct number *n)
{
	const struct agent *agent = snapshot_agent(d->app->snapshot, n->agent);
	struct canvas row = canvas_sub(c, 0, 4, 1, c->area.columns - 5);
	const char *why = NULL;
	bool usable = agent && agent_usable(agent, &why);
	struct list_layout lay;
	char text[DECK_TEXT_SIZE];
	enum role role;

	row.selected = c->selected;
	list_layout(&lay, number_columns, sizeof(number_columns) / sizeof(number_columns[0]), row.area.columns, 1);
	list_cell(&row, 0, &lay, COL_NUMBER, n->enabled ? ROLE_NORMAL : ROLE_DIM, n->e164);
	list_cell(&row, 0, &lay, COL_AGENT, usable ? ROLE_NORMAL : ROLE_WARN, agent ? agent->title : n->agent);
	list_cell(&row, 0, &lay, COL_LABEL, ROLE_DIM, n->label);
	list_cell(&row, 0, &lay, COL_REGION, ROLE_DIM, region_name(n->region));
	role = deck_route_text(text, d->app, n);
	list_cell(&row, 0, &lay, COL_ROUTE, role, text);
	live_text(text, live_count_number(d->app->live, n->e164));
	list_cell(&row, 0, &lay, COL_LIVE, ROLE_ACCENT, text);
	draw_figures(d, &row, &lay, n);
}

static void draw_row(void *arg, const struct canvas *c, const struct list_row *row)
{
	const struct deck *d = arg;

	switch (row->kind) {
	case DECK_PROVIDER:
		draw_provider(d, c, row->data);
		break;
	case DECK_NUMBER:
		draw_number(d, c, row->data);
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

	if (deck_filtering(d)) {
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

void deck_draw(struct deck *d, const struct canvas *c, bool focused)
{
	if (d->list.count == 0)
		draw_nothing(d, c);
	ui_draw_list(d->ui, &d->list, c, focused, draw_row, d);
}
