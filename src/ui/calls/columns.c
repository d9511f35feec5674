/* The text of a call in each column. Live and finished calls have different columns. The titles fit the top row. */
#include "config.h"

#include "calls.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "trunkdeck/base/clock.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/calls/call_filter.h"
#include "trunkdeck/calls/call_json.h"

#define SILENT_AFTER_US ((int64_t)5 * 1000000)
#define YOUNG_US ((int64_t)2 * 1000000)

static const struct list_column live_columns[] = {
	{ CALLS_NUMBER, N_("Number"), 13, 16, 0, LIST_LEFT },
	{ CALLS_LABEL, N_("Label"), 12, 22, 5, LIST_LEFT },
	{ CALLS_AGENT, N_("Agent"), 10, 18, 2, LIST_LEFT },
	{ CALLS_CALLER, N_("Caller"), 13, 16, 1, LIST_LEFT },
	{ CALLS_COUNTRY, N_("CC"), 2, 2, 4, LIST_LEFT },
	{ CALLS_STATE, N_("State"), 12, 12, 0, LIST_LEFT },
	{ CALLS_AGE, N_("Age"), 7, 7, 0, LIST_RIGHT },
	{ CALLS_RESPONSE, N_("Reply"), 6, 6, 3, LIST_RIGHT },
	{ CALLS_PROVIDER, N_("Provider"), 10, 16, 6, LIST_LEFT },
	{ CALLS_SERVER, N_("Server"), 6, 12, 7, LIST_LEFT },
	{ CALLS_SERVED, N_("Served by"), 9, 13, 20, LIST_LEFT },
};

static const struct list_column past_columns[CALLS_PAST_COLUMNS] = {
	{ CALLS_ENDED, N_("Ended"), 5, 8, 0, LIST_LEFT },
	{ CALLS_NUMBER, N_("Number"), 13, 16, 0, LIST_LEFT },
	{ CALLS_LABEL, N_("Label"), 12, 22, 7, LIST_LEFT },
	{ CALLS_AGENT, N_("Agent"), 10, 18, 3, LIST_LEFT },
	{ CALLS_CALLER, N_("Caller"), 13, 16, 2, LIST_LEFT },
	{ CALLS_COUNTRY, N_("CC"), 2, 2, 6, LIST_LEFT },
	{ CALLS_STATE, N_("Outcome"), 11, 12, 0, LIST_LEFT },
	{ CALLS_AGE, N_("Talk"), 7, 7, 1, LIST_RIGHT },
	{ CALLS_RESPONSE, N_("Reply"), 5, 6, 4, LIST_RIGHT },
	{ CALLS_HUNG_UP_BY, N_("By"), 6, 6, 5, LIST_LEFT },
	{ CALLS_PROVIDER, N_("Provider"), 10, 16, 8, LIST_LEFT },
	{ CALLS_SERVER, N_("Server"), 6, 12, 9, LIST_LEFT },
	{ CALLS_SERVED, N_("Served by"), 9, 13, 20, LIST_LEFT },
	{ CALLS_REASON, N_("Reason"), 8, 14, 21, LIST_LEFT },
	{ CALLS_LOSS, N_("Loss"), 5, 6, 22, LIST_RIGHT },
	{ CALLS_SCORE, N_("Score"), 5, 5, 23, LIST_RIGHT },
	{ CALLS_ARRIVED, N_("Arrived as"), 13, 16, 24, LIST_LEFT },
	{ CALLS_UUID, "uuid", 36, 36, 25, LIST_LEFT },
};

const struct list_kind calls_kinds[LIST_KINDS_MAX] = {
	[CALLS_LIVE] = { live_columns, ARRAY_LEN(live_columns), 1, 1, CALLS_CALLER_BARE },
	[CALLS_PAST] = { past_columns, ARRAY_LEN(past_columns), 1, 1, CALLS_CALLER_BARE },
};

int64_t calls_now_us(const struct calls *v)
{
	return v->paused ? v->held_at_us : clock_wall_us(v->view.app->clock);
}

enum call_state calls_state(const struct calls *v, const struct call *c, int64_t now_us)
{
	if (c->state == CALL_TALKING && live_heard(v->view.app->live) && c->first_audio_us == 0 && c->answered_us > 0
	    && time_minus(app_by_server_clock(v->view.app, c, now_us), c->answered_us) > SILENT_AFTER_US)
		return CALL_SILENT;
	return c->state;
}

bool calls_match(const struct calls *v, const struct call *c)
{
	return !list_filtering(&v->view.list) ||
	       call_filter_match(v->view.list.query, c, calls_state(v, c, calls_now_us(v)), v->view.app->snapshot,
				 app_zone(v->view.app), v->view.app->call_params);
}

/* Each of these moments begins a state. */
bool calls_is_young(const struct call *c, int64_t now_us)
{
	const int64_t moments[] = { c->started_us, c->agent_dialled_us, c->answered_us, c->first_audio_us };
	int64_t last = 0;

	for (size_t i = 0; i < ARRAY_LEN(moments); i++)
		last = moments[i] > last ? moments[i] : last;
	return time_minus(now_us, last) < YOUNG_US;
}

static const char *state_text(const struct calls *v, const struct call *c, int64_t now_us, bool calm, enum role *role)
{
	enum call_state state = calls_state(v, c, now_us);

	if (c->state == CALL_ENDED) {
		*role = c->outcome == OUTCOME_ANSWERED || call_was_turned_away(c) ? ROLE_NORMAL : ROLE_WARN;
		return outcome_text(c->outcome);
	}
	*role = !calm && calls_is_young(c, app_by_server_clock(v->view.app, c, now_us)) ? ROLE_STRONG : state == CALL_SILENT ? ROLE_WARN
		: state == CALL_TALKING ? ROLE_GOOD : ROLE_NORMAL;
	return call_state_text(state);
}

static const char *get(const struct calls *v, const struct call *c, enum calls_column column, char *to, enum role *role,
		       int64_t now_us, bool calm)
{
	const struct snapshot *s = v->view.app->snapshot;
	const struct number *n;
	const struct agent *agent;
	const struct provider *p;
	bool first_audio;
	int64_t us;

	switch (column) {
	case CALLS_NUMBER:
		return c->number;
	case CALLS_LABEL:
		n = snapshot_number(s, c->number);
		return n ? n->label : "";
	case CALLS_AGENT:
		agent = snapshot_agent(s, c->agent);
		return agent ? agent->title : c->agent;
	case CALLS_CALLER:
		return c->caller[0] != '\0' ? c->caller : _("anonymous");
	case CALLS_CALLER_BARE:
		return c->caller;
	case CALLS_COUNTRY:
		*role = ROLE_DIM;
		return call_country(c);
	case CALLS_PROVIDER:
		*role = ROLE_DIM;
		p = snapshot_provider(s, c->provider);
		return p ? p->name : c->endpoint;
	case CALLS_SERVER:
		*role = ROLE_DIM;
		return c->server;
	case CALLS_STATE:
		return state_text(v, c, now_us, calm, role);
	case CALLS_STATE_RANK:
		snprintf(to, LIST_TEXT_SIZE, "%02d", calls_state(v, c, now_us));
		return to;
	case CALLS_AGE:
		us = c->state == CALL_ENDED ? c->talk_us : time_minus(app_by_server_clock(v->view.app, c, now_us), c->started_us);
		if (c->state == CALL_ENDED ? c->talk_us <= 0 : c->started_us <= 0)
			return "";
		format_age(to, us);
		return to;
	case CALLS_RESPONSE:
		us = call_response_us(c, &first_audio);
		*role = first_audio ? ROLE_NORMAL : ROLE_DIM;
		if (us < 0)
			return "";
		format_seconds(to, us);
		return to;
	case CALLS_RESPONSE_RANK:
		us = call_response_us(c, &first_audio);
		snprintf(to, LIST_TEXT_SIZE, "%020" PRIu64, us < 0 ? UINT64_MAX : (uint64_t)us);
		return to;
	case CALLS_ENDED:
		*role = ROLE_DIM;
		format_when(to, app_zone(v->view.app), c->ended_us, now_us, v->seconds);
		return to;
	case CALLS_SERVED:
		*role = c->served == SERVED_FALLBACK ? ROLE_WARN : ROLE_DIM;
		return call_served_text(c->served);
	case CALLS_REASON:
		return call_reason_text(c->reason);
	case CALLS_LOSS:
		snprintf(to, LIST_TEXT_SIZE, "%d.%d%%", c->loss / 10, c->loss % 10);
		return c->loss < 0 ? "" : to;
	case CALLS_SCORE:
		snprintf(to, LIST_TEXT_SIZE, "%d.%d", (c->score + 5) / 100, (c->score + 5) / 10 % 10);
		return c->score < 0 ? "" : to;
	case CALLS_ARRIVED:
		*role = ROLE_DIM;
		return strcmp(c->arrived, c->number) != 0 ? c->arrived : "";
	case CALLS_UUID:
		*role = ROLE_DIM;
		return c->uuid;
	case CALLS_HUNG_UP_BY:
		*role = ROLE_DIM;
		return hung_up_by_text(c->hung_up_by);
	}
	return "";
}

const char *calls_get(void *arg, const struct list_row *row, int column, char *to, enum role *role)
{
	return get(arg, row->data, (enum calls_column)column, to, role, calls_now_us(arg), false);
}

const char *calls_get_calm(void *arg, const struct list_row *row, int column, char *to, enum role *role)
{
	const struct calls *v = arg;

	return get(v, row->data, (enum calls_column)column, to, role, clock_wall_us(v->view.app->clock), true);
}

/* The first column is as wide as the longest time in view needs, which is that of the call that ended first. */
void calls_fit_columns(struct calls *v, int columns)
{
	const struct list *l = &v->view.list;
	char when[WHEN_SIZE] = "";
	int width;

	for (size_t i = l->top + (size_t)l->visible + 1; i-- > l->top && !*when;)
		if (i < l->count && l->rows[i].kind == CALLS_PAST)
			format_when(when, app_zone(v->view.app), ((const struct call *)l->rows[i].data)->ended_us, calls_now_us(v), false);
	width = (int)strlen(when);
	memcpy(v->past_columns, past_columns, sizeof(past_columns));
	memcpy(v->kinds, calls_kinds, sizeof(v->kinds));
	v->kinds[CALLS_PAST].columns = v->past_columns;
	if (width > past_columns[0].min) {
		v->past_columns[0].min = width;
		v->past_columns[0].max = width + (int)strlen(":00");
	}
	v->view.list.kinds = v->kinds;
	list_lay_out(&v->view.list, columns);
	v->seconds = l->layouts[CALLS_PAST].column[0].width > v->past_columns[0].min + 2;
}
