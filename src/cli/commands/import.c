/*
 * number|provider|agent|schedule import: a list of records, stored in one transaction.
 *
 * The list is read row by row, and stored in parts of a few hundred lines, so that memory does not grow with it. The
 * results go to a temporary file until it is certain whether they are kept: then each line says what was done.
 */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/io/command.h"
#include "cli/io/lookup.h"
#include "import_lines.h"
#include "trunkdeck/base/clock.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/store/store.h"

enum { PART_LINES = 400, BAR_WIDTH = 24, BAR_EVERY_US = 200000 };

enum result { RESULT_ADDED, RESULT_CHANGED, RESULT_UNCHANGED, RESULT_REFUSED, RESULT_SKIPPED, RESULT_COUNT };

/* What a line's result is called when it is kept, when nothing is kept, and in a dry run. */
static const char *const result_words[RESULT_COUNT][3] = {
	[RESULT_ADDED] = { N_("added"), N_("not added"), N_("would be added") },
	[RESULT_CHANGED] = { N_("changed"), N_("not changed"), N_("would be changed") },
	[RESULT_UNCHANGED] = { N_("unchanged"), N_("unchanged"), N_("unchanged") },
	[RESULT_REFUSED] = { N_("refused"), N_("refused"), N_("refused") },
	[RESULT_SKIPPED] = { N_("skipped"), N_("skipped"), N_("skipped") },
};

/* The keys of the file so far, so that a second one is found. A number is its digits, another key a hash. */
struct seen {
	struct seen_key {
		uint64_t key;
		uint32_t place;
	} *slots;
	size_t size, count;
};

struct import {
	struct cli *c;
	struct import_plan plan;
	struct import_reader *reader;
	struct store_batch *batch;
	struct import_line *lines;
	size_t line_count, line_size;
	struct seen seen;
	FILE *results;
	size_t counts[RESULT_COUNT];
	bool update;
	int64_t total, begun_us, drawn_us;
};

/* --- cancelling --- */

static volatile sig_atomic_t cancelled;

static void on_signal(int sig)
{
	(void)sig;
	cancelled = 1;
}

static bool is_cancelled(struct err *e)
{
	if (!cancelled)
		return false;
	err_set_message(e, ERR_FOUND_WRONG, "%s", _("cancelled: nothing was changed"));
	return true;
}

/* --- keys seen --- */

static uint64_t hash_of(const char *key)
{
	uint64_t hash;
	int64_t digits;

	if (key[0] == '+' && str_to_i64(str_of(key + 1), &digits))
		return (uint64_t)digits;
	hash = import_hash(key);
	return hash ? hash : 1;
}

static struct seen_key *seen_slot(const struct seen *s, uint64_t key)
{
	size_t at = (size_t)(key * 0x9e3779b97f4a7c15u >> 20) & (s->size - 1);

	while (s->slots[at].key && s->slots[at].key != key)
		at = (at + 1) & (s->size - 1);
	return &s->slots[at];
}

/* Returns the place where the key was before; 0 = it is new, and is remembered. */
static size_t see(struct seen *s, uint64_t key, size_t place)
{
	struct seen_key *slot;

	if (2 * s->count >= s->size) {
		struct seen larger = { .size = s->size ? 2 * s->size : 1024, .count = s->count };

		larger.slots = xcalloc(larger.size, sizeof(*larger.slots));
		for (size_t i = 0; i < s->size; i++)
			if (s->slots[i].key)
				*seen_slot(&larger, s->slots[i].key) = s->slots[i];
		free(s->slots);
		*s = larger;
	}
	slot = seen_slot(s, key);
	if (slot->key)
		return slot->place;
	*slot = (struct seen_key){ key, (uint32_t)place };
	s->count++;
	return 0;
}

/* --- progress --- */

static void draw_bar(struct import *i, bool done)
{
	int64_t now = clock_mono_us(&clock_system), read = import_bytes_read(i->reader), spent = now - i->begun_us, left;
	size_t lines = 0;
	int full;

	if (!isatty(STDERR_FILENO) || (!done && now - i->drawn_us < BAR_EVERY_US))
		return;
	i->drawn_us = now;
	if (done) {
		fputs("\r\033[K", stderr);
		return;
	}
	for (size_t k = 0; k < RESULT_COUNT; k++)
		lines += i->counts[k];
	full = i->total > 0 ? (int)(read * BAR_WIDTH / i->total) : 0;
	left = read > 0 && i->total > read ? spent * (i->total - read) / read / 1000000 : 0;
	full = full > BAR_WIDTH ? BAR_WIDTH : full;
	fprintf(stderr, "\r[%.*s%*s] ", full, "########################", BAR_WIDTH - full, "");
	fprintf(stderr, _("%zu lines, %" PRId64 "/s, %" PRId64 ":%02" PRId64 " left"), lines,
		spent > 0 ? (int64_t)lines * 1000000 / spent : 0, left / 60, left % 60);
	fputs("\033[K", stderr);
	fflush(stderr);
}

/* --- results --- */

static void put_result(struct import *i, const struct import_line *l, enum result result, const struct err *e)
{
	json_t *row = json_pack("[I, s*, i, s, s, s, s*]", (json_int_t)l->place, l->key[0] ? l->key : "", (int)result,
				e ? err_name_of(e->code) : "", "", "", "");
	char *text;

	json_array_set_new(row, 1, cli_text(l->key[0] ? l->key : l->shown));
	json_array_set_new(row, 4, cli_text(e ? e->message : ""));
	json_array_set_new(row, 5, cli_text(e ? e->hint : ""));
	json_array_set_new(row, 6, cli_text(l->warnings.p));
	text = json_dumps(row, JSON_COMPACT);
	fprintf(i->results, "%s\n", text ? text : "");
	free(text);
	json_decref(row);
	i->counts[result]++;
}

/* Prints the results. kept: 0 = they were stored, 1 = they were not, 2 = dry run. */
static bool print_results(struct import *i, int kept, struct err *e)
{
	const struct cli_column columns[] = {
		{ .key = import_counts_items(i->reader) ? "item" : "line",
		  .label = import_counts_items(i->reader) ? N_("Item") : N_("Line"), .flags = COLUMN_RIGHT, .width = 6 },
		{ .key = "record", .width = 16 },
		{ .key = "result", .width = 16 },
		{ .key = "code", .flags = COLUMN_NO_TABLE },
		{ .key = "message", .width = 10 },
		{ .key = "hint", .width = 10 },
		{ .key = "warning", .width = 10 },
	};
	char *text = NULL;
	size_t size = 0;

	if (fflush(i->results) != 0 || ferror(i->results))
		return err_set_message(e, ERR_FILE, _("the results can't be kept in a temporary file: %s"), strerror(errno));
	rewind(i->results);
	cli_output_columns(&i->c->out, columns, ARRAY_LEN(columns));
	if (i->c->out.format == OUTPUT_TABLE)
		cli_output_texts(&i->c->out, (const char *[]){ _(columns[0].label), _("Record"), _("Result"), "", _("Message"), _("Hint"), _("Warning") });
	while (getline(&text, &size, i->results) > 0 && !cli_output_broken(&i->c->out)) {
		json_t *row = json_loads(text, 0, NULL), *cells[7];
		enum result result = (enum result)json_integer_value(json_array_get(row, 2));

		for (size_t k = 0; k < ARRAY_LEN(cells); k++)
			cells[k] = json_incref(json_array_get(row, k));
		json_decref(cells[2]);
		cells[2] = cli_text(result < RESULT_COUNT ? _(result_words[result][kept]) : "");
		cli_output_row(&i->c->out, cells);
		json_decref(row);
	}
	free(text);
	return true;
}

/* --- storing --- */

static bool is_same(const struct record *a, const struct record *b)
{
	struct buf text[2];
	bool same;

	buf_init(&text[0], BUF_UNBOUNDED);
	buf_init(&text[1], BUF_UNBOUNDED);
	record_add_json(&text[0], a);
	record_add_json(&text[1], b);
	/* JSON has URLs in their masked form. */
	same = !strcmp(text[0].p, text[1].p) && (a->entity != ENTITY_AGENT || !strcmp(a->agent.url, b->agent.url));
	buf_clear(&text[0]);
	buf_clear(&text[1]);
	return same;
}

static enum err_code exists_code(enum entity entity)
{
	return entity == ENTITY_NUMBER ? ERR_NUMBER_EXISTS : entity == ENTITY_PROVIDER ? ERR_PROVIDER_EXISTS :
	       entity == ENTITY_AGENT ? ERR_AGENT_EXISTS : ERR_SCHEDULE_EXISTS;
}

static bool refuse_difference(const struct record *there, const struct record *r, struct err *e)
{
	char *difference = record_difference(there, r, false);

	err_set(e, exists_code(r->entity), NULL);
	err_hint(e, _("it differs: %s; --update changes it"), difference);
	free(difference);
	return false;
}

/* Stores a line. False with *e: refused, or the database failed. */
static bool store_line(struct import *i, struct import_line *l, enum result *result, struct err *e)
{
	struct mutation m = { .kind = MUTATION_ADD };
	enum entity entity = i->plan.entity;
	const struct record *there = NULL;
	size_t before = see(&i->seen, hash_of(l->key[0] ? l->key : l->shown), l->place);
	bool ok;

	if (before > 0)
		return err_set_message(e, exists_code(entity), import_counts_items(i->reader) ? _("the same as item %zu") : _("the same as line %zu"), before);
	if (l->key[0] && !store_batch_find(i->batch, entity, l->key, &there, e))
		return false;
	if (there) {
		record_copy(&m.record, there);
		m.kind = MUTATION_EDIT;
	} else {
		record_init(&m.record, entity);
		if (entity == ENTITY_NUMBER) {
			free(m.record.number.e164);
			m.record.number.e164 = xstrdup(l->key);
		}
	}
	ok = import_apply(&i->plan, l, &m.record, !there, !there || i->update, e);
	*result = there ? RESULT_CHANGED : RESULT_ADDED;
	if (ok && there && is_same(there, &m.record))
		*result = RESULT_UNCHANGED;
	else if (ok && there && !i->update)
		ok = refuse_difference(there, &m.record, e);
	else if (ok)
		ok = store_batch_mutate(i->batch, &m, e);
	record_clear(&m.record);
	return ok;
}

/* Refused lines are remembered apart, because they do not stand in the way of a line that is right. */
#define REFUSED_KEY (UINT64_C(1) << 63)

/* Says of a refused line which earlier one has the same number. */
static void refer_back(struct import *i, struct import_line *l)
{
	char meant[E164_SIZE];
	const char *number = l->key[0] ? l->key : e164_suggest(l->shown, NULL, meant) ? meant : NULL;
	size_t before = 0;

	if (!number || i->plan.entity != ENTITY_NUMBER)
		return;
	if (i->seen.size > 0)
		before = seen_slot(&i->seen, hash_of(number))->place;
	before = before ? before : see(&i->seen, hash_of(number) | REFUSED_KEY, l->place);
	if (before > 0 && before != l->place && !l->err.hint[0])
		err_hint(&l->err, import_counts_items(i->reader) ? _("the same number as item %zu") : _("the same number as line %zu"), before);
}

static bool store_part(struct import *i, struct err *e)
{
	const char **keys = xcalloc(i->line_count + 1, sizeof(*keys));
	size_t n = 0;
	bool ok;

	for (size_t k = 0; k < i->line_count; k++)
		if (i->lines[k].state == LINE_READ && i->lines[k].key[0])
			keys[n++] = i->lines[k].key;
	ok = store_batch_expect(i->batch, i->plan.entity, keys, n, e);
	for (size_t k = 0; ok && k < i->line_count && !is_cancelled(e); k++) {
		struct import_line *l = &i->lines[k];
		struct err why = { .code = ERR_NONE };
		enum result result = l->state == LINE_SKIPPED ? RESULT_SKIPPED : RESULT_REFUSED;

		if (l->state == LINE_READ && !store_line(i, l, &result, &why)) {
			result = RESULT_REFUSED;
			l->err = why;
		}
		if (l->state == LINE_REFUSED)
			refer_back(i, l);
		if (err_class_of(why.code) == ERR_CLASS_UNREACHABLE) {
			*e = why;
			ok = false;
		} else {
			put_result(i, l, result, l->err.code != ERR_NONE ? &l->err : NULL);
		}
	}
	ok = ok && !is_cancelled(e);
	for (size_t k = 0; k < i->line_count; k++)
		import_line_clear(&i->lines[k]);
	i->line_count = 0;
	free(keys);
	return ok;
}

static bool store_all(struct import *i, struct err *e)
{
	struct import_row row;
	bool ok = true, more;

	do {
		more = import_next(i->reader, &row, e);
		if (more)
			import_add_lines(&i->plan, &row, &i->lines, &i->line_count, &i->line_size);
		else if (e->code != ERR_NONE)
			return false;
		if (i->line_count >= PART_LINES || !more)
			ok = store_part(i, e);
		draw_bar(i, false);
	} while (ok && more && !is_cancelled(e));
	return ok && !is_cancelled(e);
}

/* --- opening --- */

/* Opens the list. What can't be read twice is first copied to a temporary file, so that nobody waits for its writer. */
static FILE *open_list(const char *path, struct err *e)
{
	bool is_stdin = strcmp(path, "-") == 0;
	FILE *from = is_stdin ? stdin : fopen(path, "re"), *copy;
	char bytes[65536];
	struct stat st;
	size_t len;

	if (!from || fstat(fileno(from), &st) != 0) {
		err_set_message(e, ERR_FILE, _("%s can't be read: %s"), path, strerror(errno));
		if (from && !is_stdin)
			fclose(from);
		return NULL;
	}
	if (S_ISREG(st.st_mode))
		return from;
	copy = tmpfile();
	while (copy && !cancelled && (len = fread(bytes, 1, sizeof(bytes), from)) > 0 && fwrite(bytes, 1, len, copy) == len)
		;
	if (!copy || ferror(copy) || (ferror(from) && !cancelled) || fflush(copy) != 0) {
		err_set_message(e, ERR_FILE, _("%s can't be read: %s"), path, strerror(errno));
		if (copy)
			fclose(copy);
		copy = NULL;
	}
	if (!is_stdin)
		fclose(from);
	return copy;
}

static bool read_options(struct import *i, struct err *e)
{
	const struct cli_args *a = &i->c->args;
	const char *country = cli_args_value(a, "country");
	struct import_plan *p = &i->plan;

	i->update = cli_args_has(a, "update");
	p->entity = i->c->command->entity;
	p->provider = cli_args_value(a, "provider");
	p->agent = cli_args_value(a, "agent");
	p->countries.international = cli_args_has(a, "international");
	p->directory = cli_directory(i->c, e);
	if (!p->directory)
		return false;
	if (p->provider && !cli_provider_id(p->directory, &p->provider, e))
		return false;
	if (p->agent && !cli_agent_known(p->directory, p->agent, e))
		return false;
	if (country) {
		p->countries.home = e164_country_named(country);
		if (!p->countries.home)
			return cli_args_refuse(a, "country", _("a country such as US or GB"), e);
	}
	p->countries.likely = provider_country(p->provider ? snapshot_provider(p->directory, p->provider) : NULL);
	p->choice.asked = xcalloc(a->given_count + 1, sizeof(*p->choice.asked));
	p->choice.found = xcalloc(a->given_count + 1, sizeof(*p->choice.found));
	for (size_t k = 0; k < a->given_count; k++)
		if (!strcmp(a->given[k].option->name, "map"))
			p->choice.asked[p->choice.count++] = a->given[k].value;
	return import_choice_check(p->entity, &p->choice, e);
}

/* Was there a column for each choice? */
static bool check_found(const struct import *i, struct err *e)
{
	for (size_t k = 0; k < i->plan.choice.count; k++)
		if (!i->plan.choice.found[k])
			return err_set_message(e, ERR_USAGE, _("--map %s: there is no such column"), i->plan.choice.asked[k]);
	return true;
}

/* CSV: the columns are known before the first row. */
static bool check_headings(struct import *i, struct err *e)
{
	bool untitled, keyed = false;
	size_t n;
	const char *const *names = import_headings(i->reader, &n, &untitled);
	struct buf list;

	if (n == 0)
		return true;
	/* A list of numbers alone needs no heading. */
	if (untitled && n == 1 && i->plan.choice.count == 0) {
		i->plan.choice.asked[i->plan.choice.count++] = "1=number";
	}
	if (!import_plan_columns(&i->plan, names, n, e))
		return false;
	for (size_t k = 0; k < n; k++)
		keyed |= i->plan.columns[k].use == IMPORT_FIELD &&
			 (i->plan.columns[k].field->flags & FIELD_KEY || (i->plan.entity == ENTITY_PROVIDER && i->plan.columns[k].field == entity_fields(ENTITY_PROVIDER) + 1));
	if (!check_found(i, e))
		return false;
	if (keyed)
		return true;
	if (untitled) {
		err_set_message(e, ERR_USAGE, "%s", _("the first line has no headings"));
		return err_hint(e, "%s", _("name the columns by position: --map 1=number --map 2=label"));
	}
	buf_init(&list, 200);
	for (size_t k = 0; k < n; k++)
		buf_addf(&list, "%s%s", k ? ", " : "", names[k]);
	err_set_message(e, ERR_USAGE, _("no column is known as the %s"), entity_fields(i->plan.entity)->key);
	err_hint(e, _("choose one with --map COLUMN=%s: %s"), entity_fields(i->plan.entity)->key, list.p);
	buf_clear(&list);
	return false;
}

/* --- ending --- */

static void sum_up(const struct import *i, bool kept)
{
	const size_t *n = i->counts;

	if (import_is_windows(i->reader))
		cli_note(i->c, "%s", _("note: the file is not UTF-8; it was read as Windows-1252"));
	if (i->plan.ignored_count > 0)
		cli_note(i->c, ngettext("note: %zu column was not used", "note: %zu columns were not used", i->plan.ignored_count), i->plan.ignored_count);
	if (!kept)
		cli_note(i->c, _("nothing was changed; to add: %zu, to change: %zu, unchanged: %zu, refused: %zu, skipped: %zu"), n[RESULT_ADDED], n[RESULT_CHANGED], n[RESULT_UNCHANGED], n[RESULT_REFUSED], n[RESULT_SKIPPED]);
	else
		cli_note(i->c, _("added: %zu, changed: %zu, unchanged: %zu, refused: %zu, skipped: %zu"), n[RESULT_ADDED], n[RESULT_CHANGED], n[RESULT_UNCHANGED], n[RESULT_REFUSED], n[RESULT_SKIPPED]);
}

/* Commits, or not, and reports. */
static bool end_import(struct import *i, struct err *e)
{
	bool partial = cli_args_has(&i->c->args, "partial"), dry = cli_args_has(&i->c->args, "dry-run");
	size_t lines = 0, refused = i->counts[RESULT_REFUSED];
	bool keeps = !dry && (partial || refused == 0);

	for (size_t k = 0; k < RESULT_COUNT; k++)
		lines += i->counts[k];
	if (lines == 0)
		return err_set_message(e, ERR_FOUND_WRONG, "%s", _("the list is empty: nothing was imported"));
	if (!check_found(i, e) || is_cancelled(e) || (keeps && !store_batch_commit(i->batch, e)))
		return false;
	store_batch_end(&i->batch);
	draw_bar(i, true);
	if (!print_results(i, dry ? 2 : keeps ? 0 : 1, e))
		return false;
	sum_up(i, keeps);
	if (refused == 0)
		return true;
	err_set_message(e, ERR_FOUND_WRONG, ngettext("%zu of %zu records was refused", "%zu of %zu records were refused", refused), refused, lines);
	return partial || dry ? false : err_hint(e, "%s", _("correct the list, or import the other records with --partial"));
}

bool cli_import(struct cli *c, struct err *e)
{
	struct sigaction action = { .sa_handler = on_signal }, before[2];
	struct import i = { .c = c, .begun_us = clock_mono_us(&clock_system) };
	FILE *list = NULL;
	struct stat st;
	bool ok;

	cancelled = 0;
	sigaction(SIGINT, &action, &before[0]);
	sigaction(SIGTERM, &action, &before[1]);
	ok = read_options(&i, e) && (list = open_list(c->args.positionals[0], e)) && !is_cancelled(e);
	if (ok && fstat(fileno(list), &st) == 0)
		i.total = st.st_size;
	if (ok) {
		i.results = tmpfile();
		ok = i.results || err_set_message(e, ERR_FILE, _("there is no room for a temporary file: %s"), strerror(errno));
	}
	ok = ok && (i.reader = import_open(list, i.plan.entity, e)) && check_headings(&i, e) && store_batch_begin(c->store, true, &i.batch, e);
	if (ok && !store_all(&i, e)) {
		ok = false;
		draw_bar(&i, true);
	}
	ok = ok && end_import(&i, e);
	store_batch_end(&i.batch);
	for (size_t k = 0; k < i.line_count; k++)
		import_line_clear(&i.lines[k]);
	free(i.lines);
	free(i.seen.slots);
	import_close(&i.reader);
	import_plan_clear(&i.plan);
	if (i.results)
		fclose(i.results);
	if (list && list != stdin)
		fclose(list);
	sigaction(SIGINT, &before[0], NULL);
	sigaction(SIGTERM, &before[1], NULL);
	return ok;
}
