/*
 * The live calls, oldest first: the panel beside or below the Deck, and a view of its own. Ages tick once a second while
 * something is live, and only then. An answered call whose agent has not been heard for SILENT_AFTER_US is shown as a
 * silent agent where the server detects talking at all, that is, once any call of it has had a first audio.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gap_text.h"
#include "list.h"
#include "trunkdeck/e164.h"
#include "trunkdeck/mem.h"
#include "trunkdeck/query.h"
#include "ui.h"

#define SILENT_AFTER_US ((int64_t)5 * 1000000)
#define TITLES_FROM_ROWS 8

struct calls {
	struct ui *ui;
	struct app *app;
	struct list list;
	struct query *query;
	int head;			/* lines drawn above the rows */
	bool heard;			/* some call has had a first audio: talking is detected here */
};

enum { COL_NUMBER, COL_AGENT, COL_CALLER, COL_COUNTRY, COL_STATE, COL_AGE, COL_RESPONSE, COL_PROVIDER, COL_SERVER };

static const struct list_column columns[] = {
	{ COL_NUMBER, N_("Number"), 16, 16, 0, false },
	{ COL_AGENT, N_("Agent"), 10, 22, 2, false },
	{ COL_CALLER, N_("Caller"), 15, 16, 1, false },
	{ COL_COUNTRY, N_("CC"), 2, 2, 4, false },
	{ COL_STATE, N_("State"), 12, 12, 0, false },
	{ COL_AGE, N_("Age"), 7, 7, 0, true },
	{ COL_RESPONSE, N_("Reply"), 6, 6, 3, true },
	{ COL_PROVIDER, N_("Provider"), 10, 16, 5, false },
	{ COL_SERVER, N_("Server"), 6, 12, 6, false },
};

/* In the order of call_field(). */
static const char *const call_fields[] = {
	"number", "agent", "caller", "country", "state", "provider", "server", NULL,
};

struct call_match {
	const struct app *app;
	const struct call *call;
};

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

static const char *country_of(const struct call *c)
{
	const struct country *country = e164_country(str_of(c->caller));

	return country ? country->iso : "";
}

static const char *call_field(const void *row, int field)
{
	const struct call_match *m = row;

	switch (field) {
	case 0:
		return m->call->number;
	case 1:
		return agent_title(m->app, m->call);
	case 2:
		return m->call->caller;
	case 3:
		return country_of(m->call);
	case 4:
		return call_state_name(m->call->state);
	case 5:
		return provider_name(m->app, m->call);
	case 6:
		return m->call->server;
	default:
		return NULL;
	}
}

/* --- rows --- */

static void rebuild(struct calls *v)
{
	size_t count;
	const struct call *const *calls = live_calls(v->app->live, &count);

	list_begin(&v->list);
	for (size_t i = 0; i < count; i++) {
		const struct call_match m = { v->app, calls[i] };

		v->heard = v->heard || calls[i]->first_audio_us > 0;
		if (!v->query || query_match(v->query, NULL, call_field, &m))
			list_add(&v->list, call_key(calls[i]), 0, calls[i]);
	}
	list_end(&v->list);
}

static void calls_update(void *state, unsigned dirty)
{
	struct calls *v = state;

	if ((dirty & (APP_DIRTY_CALLS | APP_DIRTY_WORKSPACE | APP_DIRTY_SERVERS)) == 0)
		return;
	rebuild(v);
	ui_touch(v->ui);
}

/* --- drawing --- */

static enum call_state shown_state(const struct calls *v, const struct call *c, int64_t now_us)
{
	if (c->state == CALL_TALKING && v->heard && c->first_audio_us == 0 && c->answered_us > 0
	    && now_us - c->answered_us > SILENT_AFTER_US)
		return CALL_SILENT;
	return c->state;
}

static enum role state_role(enum call_state s)
{
	if (s == CALL_SILENT)
		return ROLE_WARN;
	return s == CALL_TALKING ? ROLE_GOOD : ROLE_NORMAL;
}

static void draw_response(const struct canvas *row, const struct list_layout *lay, const struct call *c)
{
	char text[SHORT_SIZE];
	bool first_audio;
	int64_t us = call_response_us(c, &first_audio);

	if (us < 0)
		return;
	format_seconds(text, us);
	list_cell(row, 0, lay, COL_RESPONSE, first_audio ? ROLE_NORMAL : ROLE_DIM, text);
}

/* What drawing a row needs. */
struct call_drawing {
	const struct calls *view;
	struct list_layout layout;
	int64_t now_us;
};

static void draw_call(void *arg, const struct canvas *line, const struct list_row *r)
{
	const struct call_drawing *d = arg;
	const struct calls *v = d->view;
	const struct call *c = r->data;
	const struct list_layout *lay = &d->layout;
	enum call_state state = shown_state(v, c, d->now_us);
	struct canvas inner = canvas_sub(line, 0, 1, 1, line->area.columns - 2), *row = &inner;
	char text[SHORT_SIZE];

	if (c->uncertain || c->joined_late)
		draw_text(line, 0, 0, 1, ROLE_WARN, "?");
	list_cell(row, 0, lay, COL_NUMBER, ROLE_NORMAL, c->number);
	list_cell(row, 0, lay, COL_AGENT, ROLE_NORMAL, agent_title(v->app, c));
	list_cell(row, 0, lay, COL_CALLER, ROLE_NORMAL, c->caller[0] != '\0' ? c->caller : _("anonymous"));
	list_cell(row, 0, lay, COL_COUNTRY, ROLE_DIM, country_of(c));
	list_cell(row, 0, lay, COL_STATE, state_role(state), call_state_text(state));
	if (c->started_us > 0) {
		format_age(text, d->now_us - c->started_us);
		list_cell(row, 0, lay, COL_AGE, ROLE_NORMAL, text);
	}
	draw_response(row, lay, c);
	list_cell(row, 0, lay, COL_PROVIDER, ROLE_DIM, provider_name(v->app, c));
	list_cell(row, 0, lay, COL_SERVER, ROLE_DIM, c->server);
}

/* Where there is room for it: the panel beside the Deck explains itself. */
static struct canvas draw_titles(const struct canvas *c, const struct list_layout *lay)
{
	struct canvas row = canvas_sub(c, 0, 1, 1, c->area.columns - 2);

	if (c->area.rows < TITLES_FROM_ROWS)
		return *c;
	for (size_t i = 0; i < ARRAY_LEN(columns); i++)
		list_cell(&row, 0, lay, columns[i].id, ROLE_DIM, _(columns[i].title));
	return canvas_sub(c, 1, 0, c->area.rows - 1, c->area.columns);
}

static void calls_draw(void *state, const struct canvas *c, bool focused)
{
	struct calls *v = state;
	struct call_drawing d = { .view = v, .now_us = clock_wall_us(v->app->clock) };
	struct canvas rows = draw_unheard(v->app, c);

	list_layout(&d.layout, columns, ARRAY_LEN(columns), c->area.columns - 2, 1);
	if (focused)
		rows = draw_titles(&rows, &d.layout);
	v->head = rows.area.y - c->area.y;
	if (v->list.count == 0)
		draw_text(&rows, 0, 1, 0, ROLE_DIM, v->query && !query_is_empty(v->query)
			  ? _("No live call matches the filter.") : _("No live calls."));
	ui_draw_list(v->ui, &v->list, &rows, focused, draw_call, &d);
}

/* --- the rest of the view --- */

static bool calls_action(void *state, enum action_id action)
{
	struct calls *v = state;

	if (!list_action(&v->list, action))
		return false;
	ui_touch(v->ui);
	return true;
}

static void calls_filter(void *state, const char *text)
{
	struct calls *v = state;

	query_free(&v->query);
	v->query = query_new(text, call_fields);
	rebuild(v);
	ui_touch(v->ui);
}

static void calls_badge(void *state, char *to, size_t size)
{
	struct calls *v = state;
	size_t n = live_count(v->app->live);

	to[0] = '\0';
	if (n > 0)
		snprintf(to, size, "%zu", n);
}

static char *calls_copy(void *state, bool json)
{
	struct calls *v = state;
	const struct list_row *row = list_selected(&v->list);
	const struct call *c = row ? row->data : NULL;

	if (!c)
		return NULL;
	return xstrdup(json ? c->linkedid : c->caller);
}

static void calls_click(void *state, int y, int x, const struct term_mouse *m)
{
	struct calls *v = state;

	(void)x;
	if (m->kind == MOUSE_WHEEL_UP || m->kind == MOUSE_WHEEL_DOWN)
		list_scroll(&v->list, m->kind == MOUSE_WHEEL_UP ? -3 : 3);
	else
		list_click(&v->list, y - v->head);
	ui_touch(v->ui);
}

static int64_t calls_next_at(void *state)
{
	struct calls *v = state;

	return v->list.count > 0 ? clock_mono_ms(v->app->clock) / 1000 * 1000 + 1000 : -1;
}

static void *calls_new(struct ui *ui)
{
	struct calls *v = xcalloc(1, sizeof(*v));

	v->ui = ui;
	v->app = ui_app(ui);
	list_init(&v->list);
	return v;
}

static void calls_free(void *state)
{
	struct calls *v = state;

	query_free(&v->query);
	list_clear(&v->list);
	free(v);
}

const struct view_ops view_calls_ops = {
	.id = VIEW_CALLS,
	.title = N_("Calls"),
	.digit = '2',
	.scope = SCOPE_CALLS | SCOPE_LIST,
	.open = calls_new,
	.close = calls_free,
	.update = calls_update,
	.draw = calls_draw,
	.action = calls_action,
	.filter = calls_filter,
	.badge = calls_badge,
	.copy = calls_copy,
	.click = calls_click,
	.next_at_ms = calls_next_at,
};
