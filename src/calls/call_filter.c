#include "config.h"

#include "trunkdeck/calls/call_filter.h"

#include <stdio.h>

#include "trunkdeck/base/gettext.h"
#include "trunkdeck/calls/call_json.h"
#include "trunkdeck/calls/cause.h"

static const char *const fields[] = {
	[CALL_FIELD_NUMBER] = "number", [CALL_FIELD_LABEL] = "label", [CALL_FIELD_AGENT] = "agent", [CALL_FIELD_CALLER] = "caller",
	[CALL_FIELD_COUNTRY] = "country", [CALL_FIELD_STATE] = "state", [CALL_FIELD_OUTCOME] = "outcome",
	[CALL_FIELD_PROVIDER] = "provider", [CALL_FIELD_SERVER] = "server", [CALL_FIELD_REGION] = "region", [CALL_FIELD_BY] = "by",
	[CALL_FIELD_CAUSE] = "cause", [CALL_FIELD_DAY] = "day", [CALL_FIELD_HOUR] = "hour",
	[CALL_FIELD_SERVED] = "served", [CALL_FIELD_REASON] = "reason", [CALL_FIELD_FALLBACK] = "fallback",
	[CALL_FIELD_LOSS] = "loss", [CALL_FIELD_SCORE] = "score", [CALL_FIELD_UUID] = "uuid", NULL,
};

struct row {
	const struct call *call;
	enum call_state state;
	const struct snapshot *snapshot;
	const struct zone *zone;
	struct call_params *params;
	char *text;			/* TEXT_SIZE bytes, for texts that are composed here */
};

#define TEXT_SIZE 320

void call_cause_text(char to[CALL_CAUSE_SIZE], int cause, int sip_code)
{
	if (sip_code)
		snprintf(to, CALL_CAUSE_SIZE, "%s (%d, SIP %d)", cause_text(cause), cause, sip_code);
	else
		snprintf(to, CALL_CAUSE_SIZE, "%s (%d)", cause_text(cause), cause);
}

static const char *time_text(const struct row *row, enum call_filter_field field)
{
	static const char *const days[] = { "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday" };
	struct zone_time t;

	zone_local(row->zone, row->call->started_us, &t);
	snprintf(row->text, TEXT_SIZE, "%02d", t.hour);
	return field == CALL_FIELD_DAY ? days[t.weekday] : row->text;
}

static const char *measure_text(const struct row *row, int value, int divisor)
{
	snprintf(row->text, TEXT_SIZE, "%d.%0*d", value / divisor, divisor == 10 ? 1 : 2, value % divisor);
	return value < 0 ? NULL : row->text;
}

static const char *get(const void *of, int field)
{
	const struct row *row = of;
	const struct call *c = row->call;
	const struct number *n;
	const struct agent *a;
	const struct provider *p;
	bool ended = c->state == CALL_ENDED;
	const char *first = "", *second = "", *third = "";

	switch ((enum call_filter_field)field) {
	case CALL_FIELD_NUMBER:
		return c->number;
	case CALL_FIELD_LABEL:
		n = snapshot_number(row->snapshot, c->number);
		return n ? n->label : NULL;
	case CALL_FIELD_AGENT:
		a = snapshot_agent(row->snapshot, c->agent);
		first = c->agent;
		second = a ? a->title : "";
		break;
	case CALL_FIELD_CALLER:
		return c->caller[0] != '\0' ? c->caller : _("anonymous");
	case CALL_FIELD_COUNTRY:
		return call_country(c)[0] != '\0' ? call_country(c) : "unknown";
	case CALL_FIELD_STATE:
		first = call_state_name(row->state);
		second = call_state_text(row->state);
		break;
	case CALL_FIELD_OUTCOME:
		first = ended ? outcome_name(c->outcome) : "";
		second = ended ? outcome_text(c->outcome) : "";
		break;
	case CALL_FIELD_PROVIDER:
		p = snapshot_provider(row->snapshot, c->provider);
		first = c->provider;
		second = p ? p->name : "";
		third = c->endpoint;
		break;
	case CALL_FIELD_SERVER:
		return c->server;
	case CALL_FIELD_REGION:
		return c->region;
	case CALL_FIELD_BY:
		return ended ? hung_up_by_name(c->hung_up_by) : NULL;
	case CALL_FIELD_CAUSE:
		if (ended)
			call_cause_text(row->text, c->cause, c->sip_code);
		return ended ? row->text : NULL;
	case CALL_FIELD_DAY:
	case CALL_FIELD_HOUR:
		return time_text(row, (enum call_filter_field)field);
	case CALL_FIELD_SERVED:
		first = call_served_name(c->served);
		second = call_served_text(c->served);
		break;
	case CALL_FIELD_REASON:
		first = call_reason_name(c->reason);
		second = call_reason_text(c->reason);
		break;
	case CALL_FIELD_FALLBACK:
		return c->served == SERVED_FALLBACK ? "yes" : "no";
	case CALL_FIELD_LOSS:
		return measure_text(row, c->loss, 10);
	case CALL_FIELD_SCORE:
		return measure_text(row, c->score, 100);
	case CALL_FIELD_UUID:
		return c->uuid;
	}
	snprintf(row->text, TEXT_SIZE, "%s\n%s\n%s", first, second, third);
	return row->text;
}

static const char *param(const void *of, const char *name)
{
	const struct row *row = of;

	return call_params_value(row->params, row->snapshot, row->call, name);
}

static void span(const void *of, int64_t *from_us, int64_t *to_us)
{
	const struct call *c = ((const struct row *)of)->call;

	*from_us = c->started_us;
	*to_us = c->state == CALL_ENDED ? c->ended_us : INT64_MAX;
}

const struct filter_rows call_filter_rows = {
	.fields = fields,
	.get = get,
	.param = param,
	.span = span,
	.phones = FILTER_FIELD(CALL_FIELD_NUMBER) | FILTER_FIELD(CALL_FIELD_CALLER),
	.by_name = FILTER_FIELD(CALL_FIELD_REGION) | FILTER_FIELD(CALL_FIELD_CAUSE) | FILTER_FIELD(CALL_FIELD_DAY) |
		   FILTER_FIELD(CALL_FIELD_HOUR) | FILTER_FIELD(CALL_FIELD_SERVED) | FILTER_FIELD(CALL_FIELD_FALLBACK) |
		   FILTER_FIELD(CALL_FIELD_LOSS) | FILTER_FIELD(CALL_FIELD_SCORE),
	.numbers = FILTER_FIELD(CALL_FIELD_LOSS) | FILTER_FIELD(CALL_FIELD_SCORE),
};

bool call_filter_match(const struct filter_words *q, const struct call *c, enum call_state state, const struct snapshot *s,
		       const struct zone *zone, struct call_params *params)
{
	char text[TEXT_SIZE];

	return filter_words_match(q, NULL, &(struct row){ c, state, s, zone, params, text });
}
