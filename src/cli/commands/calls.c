/*
 * calls: finished calls of the store, newest first, printed as they are read. --follow goes on with the calls that are
 * recorded from now on (or since --since), oldest first, and asks the store every second. A call is new when it was
 * written after the last question, however long ago it ended: recorders write calls that waited for the store late. The
 * clocks of recorders may differ by OVERLAP_US, so that span is read again each time, and printed calls are remembered.
 */
#include "config.h"

#include <stdlib.h>

#include "history.h"
#include "rows.h"
#include "trunkdeck/base/clock.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/calls/call_fields.h"
#include "trunkdeck/calls/call_filter.h"
#include "trunkdeck/calls/call_json.h"

#define uthash_malloc(size) xmalloc(size)
#define uthash_fatal(message) die("%s", message)
#include <uthash.h>

#define POLL_MS 1000
#define OVERLAP_US (INT64_C(120) * 1000000)

struct seen {
	UT_hash_handle hh;
	uint64_t key;
};

struct listing {
	struct cli_output *out;
	const struct zone *zone;
	const struct snapshot *directory;
	struct call_params *params;
	struct filter_words *where;	/* NULL = all calls */
	size_t max;			/* rows; 0 = all */
	struct seen *seen[2];		/* printed while following: in this span of OVERLAP_US, and in the one before */
	bool following;
	json_t *story;			/* of the next call; NULL = it has none */
};

static void take_story(void *arg, const char *text)
{
	struct listing *l = arg;

	json_decref(l->story);
	l->story = text[0] ? json_loads(text, 0, NULL) : NULL;
}

static void put_call(void *arg, const struct call *c)
{
	struct listing *l = arg;
	uint64_t key = call_key(c);
	struct seen *s = NULL;
	struct zone_time t;
	int64_t response_us;
	char started[24];
	bool first_audio;

	if (l->max > 0 && l->out->written == l->max)
		return;
	if (l->where && !call_filter_match(l->where, c, c->state, l->directory, l->zone, l->params))
		return;
	for (size_t i = 0; i < ARRAY_LEN(l->seen) && l->following && !s; i++)
		HASH_FIND(hh, l->seen[i], &key, sizeof(key), s);
	if (s)
		return;		/* was printed before */
	if (l->following) {
		s = xcalloc(1, sizeof(*s));
		s->key = key;
		HASH_ADD(hh, l->seen[0], key, sizeof(s->key), s);
	}
	if (l->out->format == OUTPUT_TABLE) {
		zone_local(l->zone, c->started_us, &t);
		snprintf(started, sizeof(started), "%04d-%02d-%02d %02d:%02d:%02d", t.year, t.month, t.day, t.hour, t.minute, t.second);
		response_us = call_response_us(c, &first_audio);
		cli_output_row(l->out, (json_t *[]){ cli_text(started), cli_text(c->number),
						     cli_text(c->caller[0] ? c->caller : _("anonymous")), cli_text(call_country(c)),
						     cli_text(outcome_text(c->outcome)),
						     c->talk_us > 0 ? json_real((double)c->talk_us / 1000) : NULL,
						     response_us < 0 ? NULL : json_real((double)response_us / 1000),
						     cli_text(c->agent), cli_text(c->provider), cli_text(c->server),
						     cli_text(call_served_text(c->served)), cli_text(call_reason_text(c->reason)),
						     c->loss < 0 ? NULL : json_real(c->loss / 10.0),
						     c->score < 0 ? NULL : json_real(c->score / 100.0) });
	} else {
		json_t *call = call_to_json(c);

		if (l->out->format == OUTPUT_JSON)
			json_object_set(call, "story", l->story ? l->story : json_null());
		else
			json_object_set_new(call, "attempts", cli_text(c->attempts));
		cli_output_object(l->out, call);
	}
	if (l->following)
		cli_output_flush(l->out);
}

static void forget(struct seen **table)
{
	struct seen *s, *next;

	HASH_ITER(hh, *table, s, next) {
		HASH_DEL(*table, s);
		free(s);
	}
}

static bool follow(struct cli *c, struct listing *l, struct call_query q, struct err *e)
{
	int64_t now = clock_wall_us(&clock_system), turned = now;

	l->following = true;
	q.oldest_first = true;
	q.recorded_since_us = q.since_us ? 0 : now;
	for (;;) {
		now = clock_wall_us(&clock_system);
		if (!store_calls(c->store, &q, put_call, l, e))
			return false;
		if (cli_output_is_left(l->out, POLL_MS))
			return true;
		q.recorded_since_us = now - OVERLAP_US > q.recorded_since_us ? now - OVERLAP_US : q.recorded_since_us;
		if (now - turned > OVERLAP_US) {
			forget(&l->seen[1]);
			l->seen[1] = l->seen[0];
			l->seen[0] = NULL;
			turned = now;
		}
	}
}

/* Reads the filter. The store looks up the parts that it knows: a period, and a number of the workspace. */
static bool take_where(struct listing *l, struct call_query *q, const char *text, struct err *e)
{
	int64_t since_us, until_us;
	const char *number;

	l->where = filter_words_new(text, &call_filter_rows, l->zone, clock_wall_us(&clock_system));
	filter_words_period(l->where, &since_us, &until_us);
	if (since_us > q->since_us)
		q->since_us = since_us;
	if (until_us && (!q->until_us || until_us < q->until_us))
		q->until_us = until_us;
	number = filter_words_field(l->where, CALL_FIELD_NUMBER);
	if (number && !q->number && snapshot_number(l->directory, number))
		q->number = number;
	return cli_where_ok(l->where, e);
}

static bool list(struct cli *c, struct cli_history *h, struct err *e)
{
	/* These widths are minimum widths, because calls that are still to come can't be measured. */
	static const struct cli_column table[] = {
		{ .key = "started", .width = 19 }, { .key = "number", .width = 16 }, { .key = "caller", .width = 16 },
		{ .key = "country", .width = 2 }, { .key = "outcome", .width = 11 },
		{ .key = "talk", .width = 6, .flags = COLUMN_RIGHT | COLUMN_SECONDS },
		{ .key = "response", .width = 6, .flags = COLUMN_RIGHT | COLUMN_SECONDS },
		{ .key = "agent", .width = 12 }, { .key = "provider", .width = 12 }, { .key = "server", .width = 6 },
		{ .key = "served", .width = 8 }, { .key = "reason", .width = 14 },
		{ .key = "loss", .width = 5, .flags = COLUMN_RIGHT | COLUMN_MEASURE },
		{ .key = "score", .width = 3, .flags = COLUMN_RIGHT | COLUMN_MEASURE },
	};
	struct cli_column columns[CALL_FIELDS] = { 0 };
	size_t count = 0;
	struct listing l = { .out = &c->out, .zone = h->zone, .directory = h->directory, .params = call_params_new() };
	const char *where = cli_args_value(&c->args, "where");
	bool follows = cli_args_has(&c->args, "follow"), ok;
	int64_t max;

	ok = cli_args_count(&c->args, "max", 1, 0, &max, e);
	if (ok && max && follows)
		ok = err_set_message(e, ERR_USAGE, "%s", _("--follow and --max can't be used together"));
	ok = ok && (!where || take_where(&l, &h->query, where, e));
	if (ok && where && filter_words_has_param(l.where))
		ok = cli_history_told(c, l.params, e);
	if (!ok) {
		filter_words_free(&l.where);
		call_params_free(&l.params);
		return false;
	}
	h->query.ended = true;
	h->query.story = c->out.format == OUTPUT_JSON ? take_story : NULL;
	/* The store does not apply the whole filter, so the rows are counted here. */
	l.max = (size_t)max;
	h->query.max = where ? 0 : l.max;
	for (const struct call_field *f = call_fields; f < call_fields + CALL_FIELDS; f++) {
		if (f->key[0] == '\0' || f->type == CALL_TYPE_STATE)
			continue;
		columns[count].key = f->key;
		columns[count++].flags = f->type == CALL_TYPE_FOREIGN ? COLUMN_FOREIGN : 0;
	}
	if (c->out.format == OUTPUT_TABLE)
		cli_output_columns(&c->out, table, ARRAY_LEN(table));
	else
		cli_output_columns(&c->out, columns, count);
	cli_output_flush(&c->out);
	ok = follows ? follow(c, &l, h->query, e) : store_calls(c->store, &h->query, put_call, &l, e);
	forget(&l.seen[0]);
	forget(&l.seen[1]);
	json_decref(l.story);
	filter_words_free(&l.where);
	call_params_free(&l.params);
	return ok;
}

bool cli_calls(struct cli *c, struct err *e)
{
	struct cli_history h;
	bool ok = cli_history_init(c, &h, e) && list(c, &h, e);

	cli_history_clear(&h);
	return ok;
}
