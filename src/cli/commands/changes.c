/*
 * changes: the audit trail as a stream, oldest first. Each change is written out before the next one is awaited.
 * Following does not poll (store_wait() uses the store's own notification). It ends when the reader of a pipe leaves,
 * and fails when the store is lost.
 *
 * undo: takes one of them back.
 */
#include "config.h"

#include <inttypes.h>
#include <stdlib.h>

#include "cli/io/command.h"
#include "history.h"
#include "records.h"
#include "trunkdeck/base/buf.h"
#include "trunkdeck/base/clock.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/str.h"
#include "trunkdeck/store/store.h"

/* How long one wait for a change lasts. After it, the command checks whether the reader of a pipe has left. */
#define WAIT_MS 5000

struct feed {
	struct cli_output *out;
	struct change_query query;	/* after_id: the last change that was printed */
	int64_t left;			/* changes still to print; < 0 = no end */
};

static void put_change(void *arg, const struct change *c)
{
	struct feed *feed = arg;
	char at[CLOCK_ISO_SIZE];

	feed->query.after_id = c->id;
	if (feed->left > 0)
		feed->left--;
	clock_format_iso(at, c->at);
	if (feed->out->format == OUTPUT_TABLE) {
		char *id = xasprintf("%" PRId64, c->id), *moment = xasprintf("%.10s %.8s", at, at + 11);
		char *text = change_difference(c, true);

		cli_output_texts(feed->out, (const char *[]){ id, moment, c->actor, c->action, entity_name(c->entity), c->key,
							      text });
		free(id);
		free(moment);
		free(text);
	} else {
		json_t *before = json_loads(c->before, 0, NULL), *after = json_loads(c->after, 0, NULL);

		cli_output_row(feed->out, (json_t *[]){ json_integer(c->id), cli_text(at), cli_text(c->actor),
							c->db_user[0] ? cli_text(c->db_user) : NULL,
							c->undoes ? json_integer(c->undoes) : NULL, cli_text(c->action), cli_text(entity_name(c->entity)), cli_text(c->key),
							before ? before : json_null(), after ? after : json_null() });
	}
	cli_output_flush(feed->out);
}

static void take_id(void *arg, const struct change *c)
{
	int64_t *first = arg;

	*first = c->id;
}

static bool take_options(struct cli *c, struct feed *feed, struct err *e)
{
	const char *since = cli_args_value(&c->args, "since");
	struct change_query *q = &feed->query;
	bool by_id = since && str_to_i64(str_of(since), &q->after_id) && q->after_id >= 0;
	int64_t last, first = 1;
	struct cli_history h;
	bool ok;

	q->key = cli_args_value(&c->args, "record");
	q->actor = cli_args_value(&c->args, "actor");
	if (!cli_args_count(&c->args, "max", 1, -1, &feed->left, e) || !cli_args_count(&c->args, "last", 0, -1, &last, e))
		return false;
	if ((since && !by_id) || cli_args_has(&c->args, "until")) {
		q->after_id = by_id ? q->after_id : 0;
		ok = cli_history_open(c, &h, e) && (by_id || cli_history_moment(c, &h, "since", &q->since_us, e)) &&
		     cli_history_moment(c, &h, "until", &q->until_us, e);
		cli_history_clear(&h);
		if (!ok)
			return false;
	}
	if (last < 0)
		return true;
	if (since)
		return err_set_message(e, ERR_USAGE, "%s", _("--since and --last can't be used together"));
	if (!store_find_changes(c->store, &(struct change_query){ .max = last > 0 ? (size_t)last : 1 }, take_id, &first, e))
		return false;
	q->after_id = last > 0 ? first - 1 : first;
	return true;
}

static const struct cli_column columns[] = {
	{ .key = "id" }, { .key = "at" }, { .key = "actor" }, { .key = "dbUser", .flags = COLUMN_JSON_ONLY },
	{ .key = "undoes", .flags = COLUMN_JSON_ONLY }, { .key = "action" }, { .key = "entity" },
	{ .key = "key" },
	{ .key = "before" }, { .key = "after" },
};

bool cli_changes(struct cli *c, struct err *e)
{
	/* These widths are minimum widths, because changes that are still to come can't be measured. */
	static const struct cli_column table[] = {
		{ .key = "id", .width = 6, .flags = COLUMN_RIGHT }, { .key = "at", .width = 19 },
		{ .key = "actor", .width = 10 }, { .key = "action", .width = 6 }, { .key = "entity", .width = 9 },
		{ .key = "key", .width = 16 }, { .key = "difference", .width = 1 },
	};
	struct feed feed = { .out = &c->out, .query.oldest_first = true };

	if (!take_options(c, &feed, e))
		return false;
	if (c->out.format == OUTPUT_TABLE)
		cli_output_columns(&c->out, table, ARRAY_LEN(table));
	else
		cli_output_columns(&c->out, columns, ARRAY_LEN(columns));
	for (;;) {
		bool changed = false;

		feed.query.max = feed.left > 0 ? (size_t)feed.left : 0;
		if (!store_find_changes(c->store, &feed.query, put_change, &feed, e))
			return false;
		if (!cli_args_has(&c->args, "follow") || feed.left == 0)
			return true;
		while (!changed) {
			if (cli_output_is_left(&c->out, 0))
				return true;
			if (!store_wait(c->store, cli_output_pipe(&c->out), WAIT_MS, &changed, e))
				return false;
		}
	}
}

/* --- undo --- */

/* The change that is to be undone. */
struct undone {
	enum entity entity;
	char *key, *actor;		/* NULL = there is no such change */
	char *text;			/* what undoing it does */
};

static void take_undone(void *arg, const struct change *c)
{
	struct change back = *c;
	struct undone *u = arg;
	char *difference;

	back.before = c->after;
	back.after = c->before;
	difference = change_difference(&back, false);
	*u = (struct undone){ .entity = c->entity, .key = xstrdup(c->key), .actor = xstrdup(c->actor) };
	if (!c->before[0])
		u->text = xasprintf(_("%s %s deleted"), entity_name(c->entity), c->key);
	else if (!c->after[0])
		u->text = xasprintf(_("%s %s added"), entity_name(c->entity), c->key);
	else
		u->text = xasprintf("%s %s: %s", entity_name(c->entity), c->key, difference);
	free(difference);
}

static void add_later(void *arg, const struct change *c)
{
	char *difference = change_difference(c, false);

	buf_addf(arg, "; %" PRId64 " (%s): %s", c->id, c->actor, difference[0] ? difference : c->action);
	free(difference);
}

/* Another change is in the way: adds the newest changes of the record to the hint. */
static void name_later(struct cli *c, const struct undone *u, int64_t id, struct err *e)
{
	const struct change_query later = { .entity = entity_name(u->entity), .key = u->key, .after_id = id, .max = 2 };
	struct buf text;

	buf_init(&text, BUF_UNBOUNDED);
	buf_adds(&text, e->hint);
	if (store_find_changes(c->store, &later, add_later, &text, NULL))
		err_hint(e, "%s", text.p);
	buf_clear(&text);
}

static bool undo(struct cli *c, const struct undone *u, int64_t id, struct err *e)
{
	struct mutation m = { .kind = MUTATION_REVERT, .first_change = id, .last_change = id };
	struct change_query made = { .oldest_first = true };
	struct feed feed = { .out = &c->out };
	struct mutation_result done;
	bool ok;

	record_init(&m.record, u->entity);
	ok = store_mutate(c->store, &m, 1, MUTATE_ALL_OR_NOTHING, &done, e);
	if (!ok && e->code == ERR_CHANGED_MEANWHILE)
		name_later(c, u, id, e);
	made.after_id = done.first_change - 1;
	made.before_id = done.change_id + 1;
	record_clear(&m.record);
	mutation_result_clear(&done);
	if (!ok)
		return false;
	if (c->out.format == OUTPUT_TABLE) {
		cli_output_line(&c->out, _("Undone: %s"), u->text);
	} else {
		cli_output_columns(&c->out, columns, ARRAY_LEN(columns));
		ok = store_find_changes(c->store, &made, put_change, &feed, e);
	}
	cli_note_servers(c, &(struct record){ .entity = ENTITY_NUMBER });
	return ok;
}

bool cli_undo(struct cli *c, struct err *e)
{
	const char *word = c->args.positionals[0];
	struct undone u = { .key = NULL };
	char *question;
	int64_t id;
	bool ok;

	if (!str_to_i64(str_of(word), &id) || id < 1 || id == INT64_MAX) {
		err_set_message(e, ERR_USAGE, _("%s is not the id of a change"), word);
		return err_hint(e, "%s", _("'trunkdeck changes' lists the changes with their ids"));
	}
	if (!store_find_changes(c->store, &(struct change_query){ .after_id = id - 1, .before_id = id + 1, .max = 1 }, take_undone, &u, e))
		return false;
	if (!u.key) {
		err_set_message(e, ERR_FOUND_WRONG, _("there is no change %" PRId64), id);
		return err_hint(e, "%s", _("'trunkdeck changes' lists the changes with their ids"));
	}
	question = xasprintf(_("Undo change %" PRId64 " by %s (%s)?"), id, u.actor, u.text);
	ok = cli_ask(c, question, e) && undo(c, &u, id, e);
	free(question);
	free(u.key);
	free(u.actor);
	free(u.text);
	return ok;
}
