/*
 * number edit --where, number delete --where: many numbers in one transaction.
 *
 * The numbers that match are read, named and confirmed first. Then each is changed only if it still has the version that was
 * read. If one is refused, none is changed. The numbers are changed in parts, so that only their keys are kept in memory.
 */
#include "config.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "cli/io/command.h"
#include "cli/io/lookup.h"
#include "cut.h"
#include "records.h"
#include "trunkdeck/base/buf.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/str.h"
#include "trunkdeck/store/store.h"

enum { PART_NUMBERS = 400, NAMED = 5 };

struct bulk {
	struct cli *c;
	enum mutation_kind kind;
	struct snapshot *directory;
	struct chosen {
		char *key;
		int64_t version;	/* as it was read */
		bool unchanged;		/* it had these values already */
	} *chosen;
	size_t count, size, unchanged;
};

/* --- choosing --- */

static void choose(struct cli_listing *l, const struct record *r, int64_t numbers, char *const cells[])
{
	struct bulk *b = l->arg;

	(void)numbers;
	(void)cells;
	ARRAY_GROW(b->chosen, b->count, b->size);
	b->chosen[b->count++] = (struct chosen){ .key = xstrdup(record_key(r)), .version = record_version(r) };
}

/* Refuses words that do not say clearly which numbers are meant. */
static bool check_words(const struct cli *c, const struct filter_words *query, struct err *e)
{
	bool all = cli_args_has(&c->args, "all");

	if (c->args.positional_count > 0) {
		err_set_message(e, ERR_USAGE, "%s", _("a number, and --where, --all or --expect, can't be used together"));
		return err_hint(e, "%s", _("--where 'number:+15551234567 label:test' chooses by number, too"));
	}
	if (filter_words_is_unfinished(query)) {
		err_set_message(e, ERR_USAGE, _("--where %s: a word has no text, so that more numbers match than may be meant"),
				cli_args_value(&c->args, "where"));
		return err_hint(e, "%s", _("write FIELD:TEXT"));
	}
	if (all && !filter_words_is_empty(query))
		return err_set_message(e, ERR_USAGE, "%s", _("--all and a filter can't be used together"));
	if (all || !filter_words_is_empty(query))
		return true;
	if (!cli_args_has(&c->args, "where") && !cli_args_has(&c->args, "expect"))
		return err_set_message(e, ERR_USAGE, "%s", _("a number, or --where, is missing"));
	err_set_message(e, ERR_USAGE, "%s", _("the filter is empty"));
	return err_hint(e, "%s", _("--all chooses all numbers"));
}

static bool choose_all(struct bulk *b, struct err *e)
{
	struct cli_listing l = { .found = choose, .arg = b };
	struct cli *c = b->c;
	int64_t expected;
	bool ok = cli_args_count(&c->args, "expect", 0, -1, &expected, e) && cli_listing_open(&l, c, NULL, e) && check_words(c, l.query, e) &&
		  (b->kind == MUTATION_DELETE || cli_sets_fields(c, e)) && cli_listing_read(&l, e);

	cli_listing_close(&l);
	if (!ok || expected < 0 || expected == (int64_t)b->count)
		return ok;
	err_set_message(e, ERR_FOUND_WRONG, ngettext("%zu number matches, and %" PRId64 " were expected",
						     "%zu numbers match, and %" PRId64 " were expected", b->count), b->count, expected);
	return err_hint(e, "%s", _("nothing was changed"));
}

/* Says which numbers match, and asks. */
static bool confirm(const struct bulk *b, struct err *e)
{
	const struct cli *c = b->c;
	struct buf text;
	char *question;
	bool ok;

	buf_init(&text, BUF_UNBOUNDED);
	for (size_t i = 0; i < b->count && i < NAMED; i++)
		buf_addf(&text, "%s%s", i > 0 ? ", " : "", b->chosen[i].key);
	if (b->count > NAMED)
		buf_addf(&text, _(" and %zu more"), b->count - NAMED);
	cli_note(c, ngettext("%s: %zu number", "%s: %zu numbers", b->count), text.p, b->count);
	buf_clear(&text);
	if (b->kind == MUTATION_DELETE && !cli_args_has(&c->args, "yes")) {
		cli_note(c, "%s", _("Their calls will be refused, or answered by the default agent of the provider."));
		if (cli_args_has(&c->args, "cut"))
			cli_note(c, "%s", _("Calls in progress are hung up."));
	}
	question = xasprintf(b->kind == MUTATION_DELETE ? ngettext("Delete %zu number?", "Delete %zu numbers?", b->count) :
			     ngettext("Change %zu number?", "Change %zu numbers?", b->count), b->count);
	ok = cli_ask(c, question, e);
	free(question);
	return ok;
}

/* --- changing --- */

static bool has_same_fields(const struct record *a, const struct record *b)
{
	char *difference = record_difference(a, b, true);
	bool same = difference[0] == '\0';

	free(difference);
	return same;
}

static bool change_one(struct bulk *b, struct store_batch *batch, struct chosen *n, struct err *e)
{
	struct mutation m = { .kind = b->kind, .version = n->version };
	const struct record *there;
	bool ok;

	if (!store_batch_find(batch, ENTITY_NUMBER, n->key, &there, e))
		return false;
	if (there) {
		record_copy(&m.record, there);
	} else {
		/* It was deleted in between, and the mutation's refusal says by whom. */
		record_init(&m.record, ENTITY_NUMBER);
		free(m.record.number.e164);
		m.record.number.e164 = xstrdup(n->key);
	}
	ok = b->kind == MUTATION_DELETE || !there || cli_set_fields(b->c, b->directory, &m.record, true, e);
	n->unchanged = ok && there && b->kind == MUTATION_EDIT && has_same_fields(there, &m.record);
	b->unchanged += n->unchanged;
	ok = ok && (n->unchanged || store_batch_mutate(batch, &m, e));
	record_clear(&m.record);
	return ok;
}

/* Puts the number that was refused in front of the message. */
static void name_refused(const char *key, struct err *e)
{
	char *message = xasprintf("%s: %s", key, e->message);

	if (err_class_of(e->code) == ERR_CLASS_REFUSED) {
		str_copy(e->message, sizeof(e->message), str_of(message));
		if (e->hint[0] == '\0')
			err_hint(e, "%s", _("nothing was changed"));
	}
	free(message);
}

static bool change_all(struct bulk *b, struct err *e)
{
	const char *keys[PART_NUMBERS];
	struct store_batch *batch;
	bool ok = store_batch_begin(b->c->store, false, &batch, e);

	for (size_t from = 0, n; ok && from < b->count; from += n) {
		n = b->count - from < PART_NUMBERS ? b->count - from : PART_NUMBERS;
		for (size_t i = 0; i < n; i++)
			keys[i] = b->chosen[from + i].key;
		ok = store_batch_expect(batch, ENTITY_NUMBER, keys, n, e);
		for (size_t i = 0; ok && i < n; i++) {
			ok = change_one(b, batch, &b->chosen[from + i], e);
			if (!ok)
				name_refused(keys[i], e);
		}
	}
	ok = ok && store_batch_commit(batch, e);
	store_batch_end(&batch);
	return ok;
}

/* --- the commands --- */

static void report(struct bulk *b)
{
	static const struct cli_column columns[] = { { .key = "number" }, { .key = "result" } };
	const char *done = b->kind == MUTATION_DELETE ? _("deleted") : _("changed");
	size_t changed = b->count - b->unchanged;
	struct cli *c = b->c;

	if (c->out.format == OUTPUT_TABLE) {
		cli_output_line(&c->out, ngettext("%s %zu number", "%s %zu numbers", changed), done, changed);
	} else {
		cli_output_columns(&c->out, columns, ARRAY_LEN(columns));
		for (size_t i = 0; i < b->count; i++)
			cli_output_row(&c->out, (json_t *[]){ cli_text(b->chosen[i].key), cli_text(b->chosen[i].unchanged ? _("unchanged") : done) });
	}
	if (b->unchanged > 0)
		cli_note(c, ngettext("%zu number had these values already", "%zu numbers had these values already", b->unchanged), b->unchanged);
	if (changed > 0)
		cli_note_servers(c, &(struct record){ .entity = ENTITY_NUMBER });
}

static bool cut_calls(const struct bulk *b, struct err *e)
{
	json_t *numbers = json_object();
	bool ok;

	for (size_t i = 0; i < b->count; i++)
		json_object_set_new(numbers, b->chosen[i].key, json_true());
	ok = cli_cut_run(b->c, numbers, snapshot_workspace(b->directory)->id, e);
	json_decref(numbers);
	return ok;
}

static bool bulk(struct cli *c, enum mutation_kind kind, struct err *e)
{
	bool cuts = kind == MUTATION_DELETE && cli_args_has(&c->args, "cut"), ok;
	struct bulk b = { .c = c, .kind = kind };

	ok = choose_all(&b, e);
	if (ok && b.count == 0) {
		cli_note(c, "%s", _("nothing matches"));
	} else if (ok) {
		b.directory = cli_directory(c, e);
		ok = b.directory && (!cuts || config_read_server_secrets(c->options->config, e)) && confirm(&b, e) && change_all(&b, e);
		if (ok)
			report(&b);
		ok = ok && (!cuts || cut_calls(&b, e));
	}
	for (size_t i = 0; i < b.count; i++)
		free(b.chosen[i].key);
	free(b.chosen);
	snapshot_free(&b.directory);
	return ok;
}

static bool is_bulk(const struct cli *c)
{
	return c->args.positional_count == 0 || cli_args_has(&c->args, "where") || cli_args_has(&c->args, "all") || cli_args_has(&c->args, "expect");
}

bool cli_number_edit(struct cli *c, struct err *e)
{
	return is_bulk(c) ? bulk(c, MUTATION_EDIT, e) : cli_record_edit(c, e);
}

bool cli_number_delete(struct cli *c, struct err *e)
{
	return is_bulk(c) ? bulk(c, MUTATION_DELETE, e) : cli_record_delete(c, e);
}
