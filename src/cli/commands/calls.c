/*
 * calls: finished calls of the store, newest first, one a line as they are read. --follow goes on with what is recorded from
 * now on (or since --since), in order; it looks every second. A call counts as new by when it was written, since recorders write
 * what waited for the store long after it happened; recorders' clocks may differ by OVERLAP_US, so that span is read
 * again each time and what was printed is remembered.
 */
#include "config.h"

#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "history.h"
#include "trunkdeck/base/buf.h"
#include "trunkdeck/base/clock.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/utf8.h"
#include "trunkdeck/calls/call_fields.h"
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
	struct seen *seen[2];		/* printed while following: in this span of OVERLAP_US, and in the one before */
	bool following;
};

/* --- one call --- */

static bool in_csv(const struct call_field *f)
{
	return *f->key && f->type != CALL_TYPE_STATE;
}

/* Returns the number of columns. */
static size_t csv_columns(struct cli_column columns[CALL_FIELDS])
{
	size_t n = 0;

	for (const struct call_field *f = call_fields; f < call_fields + CALL_FIELDS; f++)
		if (in_csv(f))
			columns[n++] = (struct cli_column){ .key = f->key, .foreign = f->type == CALL_TYPE_FOREIGN };
	return n;
}

static void put_csv(struct cli_output *out, const struct call *c)
{
	const char *cells[CALL_FIELDS];
	char numbers[CALL_FIELDS][24];
	json_t *values[CALL_FIELDS];
	size_t n = 0;

	for (const struct call_field *f = call_fields; f < call_fields + CALL_FIELDS; f++) {
		json_t *value;

		if (!in_csv(f))
			continue;
		value = values[n] = call_field_to_json(c, f);
		snprintf(numbers[n], sizeof(numbers[n]), "%" JSON_INTEGER_FORMAT, json_integer_value(value));
		cells[n] = json_is_string(value) ? json_string_value(value) : json_is_integer(value) ? numbers[n] :
			   json_is_true(value) ? "true" : json_is_false(value) ? "false" : "";
		n++;
	}
	cli_output_row(out, cells);
	while (n-- > 0)
		json_decref(values[n]);
}

/* The width is a least one: what is still to come can't be measured. */
static void add_cell(struct buf *line, int width, const char *text)
{
	char *clean = utf8_clean_dup(str_of(text));
	int blanks = width - utf8_width(clean);

	buf_adds(line, clean);
	for (buf_addc(line, ' '); blanks > 0; blanks--)
		buf_addc(line, ' ');
	free(clean);
}

static void add_duration(struct buf *line, int64_t us)
{
	char text[24] = "";

	if (us >= 0)
		snprintf(text, sizeof(text), "%.1fs", (double)us / 1e6);
	buf_addf(line, "%7s ", text);
}

static void put_line(struct cli_output *out, const struct zone *zone, const struct call *c)
{
	struct zone_time t;
	struct buf line;
	bool first_audio;

	buf_init(&line, BUF_UNBOUNDED);
	zone_local(zone, c->started_us, &t);
	buf_addf(&line, "%04d-%02d-%02d %02d:%02d:%02d  ", t.year, t.month, t.day, t.hour, t.minute, t.second);
	add_cell(&line, 16, c->number);
	add_cell(&line, 16, c->caller[0] ? c->caller : _("anonymous"));
	add_cell(&line, 2, call_country(c));
	add_cell(&line, 11, outcome_text(c->outcome));
	add_duration(&line, c->talk_us > 0 ? c->talk_us : -1);
	add_duration(&line, call_response_us(c, &first_audio));
	add_cell(&line, 12, c->agent);
	add_cell(&line, 12, c->provider);
	add_cell(&line, 0, c->server);
	cli_output_line(out, "%s", line.p);
	buf_clear(&line);
}

static bool is_new(struct listing *l, const struct call *c)
{
	uint64_t key = call_key(c);
	struct seen *s;

	for (size_t i = 0; i < ARRAY_LEN(l->seen); i++) {
		HASH_FIND(hh, l->seen[i], &key, sizeof(key), s);
		if (s)
			return false;
	}
	s = xcalloc(1, sizeof(*s));
	s->key = key;
	HASH_ADD(hh, l->seen[0], key, sizeof(s->key), s);
	return true;
}

static void put_call(void *arg, const struct call *c)
{
	struct listing *l = arg;

	if (l->following && !is_new(l, c))
		return;
	if (l->out->format == OUTPUT_JSON)
		cli_output_object(l->out, call_to_json(c));
	else if (l->out->format == OUTPUT_CSV)
		put_csv(l->out, c);
	else
		put_line(l->out, l->zone, c);
	if (l->following)
		cli_output_flush(l->out);
}

/* --- following --- */

static void forget(struct seen **table)
{
	struct seen *s, *next;

	HASH_ITER(hh, *table, s, next) {
		HASH_DEL(*table, s);
		free(s);
	}
}

/* Calls that started before the window may be printed still: it is about when they were written. */
static bool follow(struct cli *c, struct listing *l, struct call_query q, struct err *e)
{
	struct pollfd reader = { .fd = STDOUT_FILENO };
	struct stat st;
	int64_t turned = clock_wall_us(&clock_system), now = turned;
	bool is_pipe = fstat(STDOUT_FILENO, &st) == 0 && S_ISFIFO(st.st_mode);

	l->following = true;
	q.oldest_first = true;
	q.recorded_since_us = q.since_us ? 0 : now;
	for (;;) {
		now = clock_wall_us(&clock_system);
		if (!store_calls(c->store, &q, put_call, l, e))
			return false;
		if (cli_output_broken(l->out) || (is_pipe && poll(&reader, 1, POLL_MS) > 0))
			return true;
		if (!is_pipe)
			poll(NULL, 0, POLL_MS);
		q.recorded_since_us = now - OVERLAP_US > q.recorded_since_us ? now - OVERLAP_US : q.recorded_since_us;
		if (now - turned > OVERLAP_US) {
			forget(&l->seen[1]);
			l->seen[1] = l->seen[0];
			l->seen[0] = NULL;
			turned = now;
		}
	}
}

static void put_header(struct cli_output *out)
{
	struct cli_column columns[CALL_FIELDS] = { 0 };

	if (out->format == OUTPUT_CSV)
		cli_output_columns(out, columns, csv_columns(columns));
	cli_output_flush(out);
}

static bool list(struct cli *c, struct cli_history *h, struct err *e)
{
	struct listing l = { .out = &c->out, .zone = h->zone };
	int64_t max;
	bool ok;

	if (!cli_args_count(&c->args, "max", 1, 0, &max, e))
		return false;
	h->query.max = (size_t)max;
	h->query.ended = true;
	put_header(&c->out);
	if (!cli_args_has(&c->args, "follow"))
		return store_calls(c->store, &h->query, put_call, &l, e);
	if (max) {
		err_set_message(e, ERR_USAGE, "%s", _("--follow and --max can't be used together"));
		return false;
	}
	ok = follow(c, &l, h->query, e);
	forget(&l.seen[0]);
	forget(&l.seen[1]);
	return ok;
}

bool cli_calls(struct cli *c, struct err *e)
{
	struct cli_history h;
	bool ok = cli_history_init(c, &h, e) && list(c, &h, e);

	cli_history_clear(&h);
	return ok;
}
