/*
 * changes: the audit trail, oldest first, as a stream: each change is out before the next is waited for. Following never
 * polls by itself (store_wait() does what the store can), ends when the reader of a pipe has left, and does not hide a
 * lost store: it ends with its failure.
 */
#include "config.h"

#include <inttypes.h>
#include <jansson.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/io/command.h"
#include "trunkdeck/base/buf.h"
#include "trunkdeck/base/clock.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/utf8.h"
#include "trunkdeck/store/store.h"

/* How long one wait for change lasts; then it is asked whether somebody still reads. */
#define WAIT_MS 5000

struct feed {
	struct cli_output *out;
	int64_t since;
	int64_t left;			/* changes to print still; < 0 = no end */
};

/* --- one change --- */

/* NULL for "": there was nothing before an add. */
static json_t *record_json(const char *text)
{
	json_t *json = json_loads(text, 0, NULL);

	return json ? json : json_null();
}

static json_t *text_json(const char *text)
{
	char *clean = utf8_clean_dup(str_of(text));
	json_t *json = json_string(clean);

	free(clean);
	return json;
}

static void put_json(struct cli_output *out, const struct change *c, const char *at)
{
	json_t *o = json_object();

	json_object_set_new(o, "id", json_integer(c->id));
	json_object_set_new(o, "at", json_string(at));
	json_object_set_new(o, "actor", text_json(c->actor));
	if (c->db_user[0])
		json_object_set_new(o, "dbUser", text_json(c->db_user));
	if (c->undoes)
		json_object_set_new(o, "undoes", json_integer(c->undoes));
	json_object_set_new(o, "action", text_json(c->action));
	json_object_set_new(o, "entity", json_string(entity_name(c->entity)));
	json_object_set_new(o, "key", text_json(c->key));
	json_object_set_new(o, "before", record_json(c->before));
	json_object_set_new(o, "after", record_json(c->after));
	cli_output_object(out, o);
}

static bool is_bookkeeping(enum entity entity, const char *key)
{
	const struct field *f = field_by_key(entity, key);

	return f && (f->flags & (FIELD_READONLY | FIELD_KEY));
}

static void add_value(struct buf *to, const json_t *value)
{
	char *text = json_is_string(value) ? xstrdup(json_string_value(value))
					   : json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));

	buf_adds(to, text && text[0] != '\0' ? text : "\"\"");
	free(text);
}

/* "agentId: support -> sales, label: ..."; of an add or a delete what there is. */
static void add_difference(struct buf *to, const struct change *c)
{
	const size_t start = to->len;
	json_t *before = record_json(c->before), *after = record_json(c->after), *value;
	json_t *walked = json_is_object(after) ? after : before;
	const char *key;

	json_object_foreach(walked, key, value) {
		json_t *was = walked == after ? json_object_get(before, key) : NULL;

		if (is_bookkeeping(c->entity, key) || (was && json_equal(was, value)))
			continue;
		buf_addf(to, "%s%s: ", to->len > start ? ", " : "", key);
		if (was) {
			add_value(to, was);
			buf_adds(to, " -> ");
		}
		add_value(to, value);
	}
	json_decref(before);
	json_decref(after);
}

static void add_padded(struct buf *line, const char *text, int width)
{
	char *clean = utf8_clean_dup(str_of(text));

	buf_adds(line, clean);
	buf_addc(line, ' ');
	for (int blanks = width - utf8_width(clean); blanks > 0; blanks--)
		buf_addc(line, ' ');
	free(clean);
}

/* Least widths: what is still to come can't be measured. */
static void put_line(struct cli_output *out, const struct change *c, const char *at)
{
	struct buf line;

	buf_init(&line, BUF_UNBOUNDED);
	buf_addf(&line, "%6" PRId64 "  %.10s %.8s  ", c->id, at, at + 11);
	add_padded(&line, c->actor, 10);
	add_padded(&line, c->action, 6);
	add_padded(&line, entity_name(c->entity), 9);
	add_padded(&line, c->key, 16);
	add_difference(&line, c);
	cli_output_line(out, "%s", line.p);
	buf_clear(&line);
}

static void put_csv(struct cli_output *out, const struct change *c, const char *at)
{
	char *id = xasprintf("%" PRId64, c->id);

	cli_output_row(out, (const char *[]){ id, at, c->actor, c->action, entity_name(c->entity), c->key, c->before,
					      c->after });
	free(id);
}

static void put_change(void *arg, const struct change *c)
{
	struct feed *feed = arg;
	char at[CLOCK_ISO_SIZE];

	feed->since = c->id;
	if (feed->left > 0)
		feed->left--;
	clock_format_iso(at, c->at);
	switch (feed->out->format) {
	case OUTPUT_JSON:
		put_json(feed->out, c, at);
		break;
	case OUTPUT_CSV:
		put_csv(feed->out, c, at);
		break;
	default:
		put_line(feed->out, c, at);
		break;
	}
	cli_output_flush(feed->out);
}

/* --- the stream --- */

static void put_header(struct cli_output *out)
{
	static const struct cli_column columns[] = {
		{ .key = "id" },     { .key = "at" },  { .key = "actor" },  { .key = "action" },
		{ .key = "entity" }, { .key = "key" }, { .key = "before" }, { .key = "after" },
	};

	if (out->format == OUTPUT_CSV)
		cli_output_columns(out, columns, ARRAY_LEN(columns));
}

static void take_id(void *arg, const struct change *c)
{
	int64_t *first = arg;

	*first = c->id;
}

/* The change before the last n. */
static bool find_last(struct cli *c, int64_t n, int64_t *since, struct err *e)
{
	int64_t first = n > 0 ? 1 : 0;

	if (!store_history(c->store, ENTITY_WORKSPACE, NULL, n > 0 ? (size_t)n : 1, take_id, &first, e))
		return false;
	*since = n > 0 ? first - 1 : first;
	return true;
}

static bool take_options(struct cli *c, struct feed *feed, struct err *e)
{
	int64_t last;

	if (!cli_args_count(&c->args, "since", 0, 0, &feed->since, e) ||
	    !cli_args_count(&c->args, "max", 1, -1, &feed->left, e) ||
	    !cli_args_count(&c->args, "last", 0, -1, &last, e))
		return false;
	if (last < 0)
		return true;
	if (!cli_args_has(&c->args, "since"))
		return find_last(c, last, &feed->since, e);
	err_set_message(e, ERR_USAGE, "%s", _("--since and --last can't be used together"));
	return false;
}

/* A pipe nobody reads any more reports so without being written to. */
static int pipe_to_watch(void)
{
	struct stat st;

	return fstat(STDOUT_FILENO, &st) == 0 && S_ISFIFO(st.st_mode) ? STDOUT_FILENO : -1;
}

static bool reader_left(int fd)
{
	struct pollfd p = { .fd = fd };

	return poll(&p, 1, 0) > 0 && (p.revents & (POLLERR | POLLNVAL));
}

static bool wait_for_more(struct cli *c, const struct feed *feed, bool *go_on, struct err *e)
{
	int fd = pipe_to_watch();
	bool changed = false;

	while (!changed) {
		*go_on = !cli_output_broken(feed->out) && !reader_left(fd);
		if (!*go_on)
			return true;
		if (!store_wait(c->store, fd, WAIT_MS, &changed, e))
			return false;
	}
	return true;
}

bool cli_changes(struct cli *c, struct err *e)
{
	bool follow = cli_args_has(&c->args, "follow"), go_on = true;
	struct feed feed = { .out = &c->out };

	if (!take_options(c, &feed, e))
		return false;
	put_header(&c->out);
	while (go_on) {
		if (!store_changes(c->store, feed.since, feed.left > 0 ? (size_t)feed.left : 0, put_change, &feed, e))
			return false;
		go_on = follow && feed.left != 0;
		if (go_on && !wait_for_more(c, &feed, &go_on, e))
			return false;
	}
	return true;
}
