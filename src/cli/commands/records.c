/*
 * add, list, show, edit, delete: one implementation for all kinds of records, driven by the table of fields.
 *
 * An edit reads the record, sets the fields that were given, and writes it with the version it read. If another
 * operator changed the record in between, the edit is refused and that change is kept. For the same reason a confirmed
 * delete names the version that was shown. The store has the rules and limits. This file only looks up names (a
 * provider may be given by id or name), and gives a number without --region the region of its provider.
 */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/io/command.h"
#include "cut.h"
#include "cli/io/lookup.h"
#include "cli/io/params.h"
#include "records.h"
#include "rows.h"
#include "trunkdeck/base/buf.h"
#include "trunkdeck/base/clock.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/utf8.h"
#include "trunkdeck/base/zone.h"
#include "trunkdeck/model/e164.h"
#include "trunkdeck/model/filter_words.h"
#include "trunkdeck/model/params.h"
#include "trunkdeck/model/snapshot.h"
#include "trunkdeck/store/store.h"

/* --- setting fields --- */

/* A URL may hold a credential, so it is read from a file: the command line can be read by others. Caller frees. */
static char *read_url(const char *path, struct err *e)
{
	FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
	char text[4096];
	size_t len;

	if (!file) {
		err_set_message(e, ERR_FILE, _("%s can't be read: %s"), path, strerror(errno));
		return NULL;
	}
	len = fread(text, 1, sizeof(text), file);
	if (file != stdin)
		fclose(file);
	while (len > 0 && (text[len - 1] == '\n' || text[len - 1] == '\r'))
		len--;
	if (len > 0)
		return xstrndup(text, len);
	err_set_message(e, ERR_FILE, _("%s holds no URL"), path);
	err_hint(e, "%s", _("an empty name of a file removes the URL"));
	return NULL;
}

/* Reads a moment to come: an age such as 30d is counted from now on. *iso: its ISO form; NULL = it is no moment. */
static bool read_moment(const struct field *f, const struct workspace *w, const char *text, char **iso, struct err *e)
{
	int64_t now = clock_wall_us(&clock_system), at = 0;
	struct zone *zone = zone_open(w->time_zone);
	bool ok;

	if (!zone)
		zone = zone_open("UTC");
	ok = zone_parse_moment(zone, text, now, &at);
	zone_free(&zone);
	if (!ok)
		return true;
	if (text[strspn(text, "0123456789")] != '\0' && text[strspn(text, "0123456789") + 1] == '\0')
		at = now + (now - at);
	if (at > now) {
		*iso = xmalloc(CLOCK_ISO_SIZE);
		clock_format_iso(*iso, at);
		return true;
	}
	err_set_message(e, ERR_FIELD_INVALID, _("%s: this time is in the past"), f->key);
	err_about(e, f->key);
	err_hint(e, "%s", _("allowed: a time in the future, or how long from now: 30d, 2h, 2026-12-24T18:00"));
	return false;
}

/* Adds the date of an exception to the others, or replaces it. Caller frees. */
static char *with_exception(const struct field *f, const struct record *r, const char *value)
{
	size_t date = strcspn(value, " ");
	char *old = field_get(f, r);
	struct buf text;

	buf_init(&text, BUF_UNBOUNDED);
	for (const char *at = old, *end; *at; at = end + strspn(end, "; ")) {
		end = at + strcspn(at, ";");
		if (date < strlen("2026-12-24") || strncmp(at, value, date) != 0)
			buf_addf(&text, "%.*s; ", (int)(end - at), at);
	}
	buf_adds(&text, value);
	free(old);
	return buf_take(&text);
}

/* Returns the text that an option sets its field to; NULL = as it was given. Caller frees. False with *e on failure. */
static bool field_text(const struct cli *c, struct snapshot *directory, const struct record *r, size_t given, char **text, struct err *e)
{
	const struct cli_option *o = c->args.given[given].option;
	const char *value = c->args.given[given].value;
	bool again = false;
	char *old;

	*text = NULL;
	/* Only imported texts have lines. */
	if (o->field->flags & FIELD_LINES && utf8_has_control(str_of(value))) {
		err_set_message(e, ERR_FIELD_INVALID, _("%s: this value is not allowed"), o->field->key);
		err_about(e, o->field->key);
		return err_hint(e, "%s", _("line ends and other control characters are not allowed"));
	}
	switch (o->field->type) {
	case FIELD_URL:
		*text = value[0] != '\0' ? read_url(value, e) : NULL;
		return *text || value[0] == '\0';
	case FIELD_TIME:
		return read_moment(o->field, snapshot_workspace(directory), value, text, e);
	case FIELD_EXCEPTIONS:
		*text = value[0] != '\0' ? with_exception(o->field, r, value) : NULL;
		return true;
	case FIELD_OPEN:
		for (size_t i = 0; i < given; i++)
			again |= c->args.given[i].option == o;
		old = field_get(o->field, r);
		*text = again && value[0] != '\0' ? xasprintf("%s; %s", old, value) : NULL;
		free(old);
		return true;
	case FIELD_PROVIDER:
		if (value[0] == '\0')
			return true;
		if (!cli_provider_id(directory, &value, e))
			return false;
		*text = xstrdup(value);
		return true;
	case FIELD_AGENT:
		if (value[0] == '\0' || cli_agent_known(directory, value, e))
			return true;
		err_about(e, o->field->key);
		return false;
	default:
		return true;
	}
}

static bool has_param(const struct record *r, const char *name)
{
	char *value = params_value(r->number.params, name);
	bool has = value != NULL;

	free(value);
	return has;
}

bool cli_set_fields(const struct cli *c, struct snapshot *directory, struct record *r, bool many, struct err *e)
{
	for (size_t i = 0; i < c->args.given_count; i++) {
		const struct cli_option *o = c->args.given[i].option;
		const char *value = c->args.given[i].value;
		char *text = NULL;
		bool ok = true;

		if (o->field)
			ok = field_text(c, directory, r, i, &text, e) && field_set(o->field, r, text ? text : value, e);
		else if (strcmp(o->name, "param") == 0)
			ok = cli_param_set(r, value, e);
		else if (strcmp(o->name, "unset-param") == 0)
			ok = (many && !has_param(r, value)) || cli_param_unset(r, value, e);
		free(text);
		if (!ok)
			return false;
	}
	return true;
}

/* --- writing --- */

/* *now is set in any case; the caller clears it. */
static bool mutate(struct cli *c, enum mutation_kind kind, const struct record *r, int64_t version,
		   struct record *now, struct err *e)
{
	const char *replace = cli_args_value(&c->args, "replace-with");
	struct mutation m = {
		.kind = kind,
		.record = *r,
		.version = version,
		.cascade = kind == MUTATION_DELETE && cli_args_has(&c->args, "cascade"),
	};
	struct mutation_result result;
	bool ok;

	if (kind == MUTATION_DELETE && replace)
		str_copy(m.replace_with, sizeof(m.replace_with), str_of(replace));
	ok = store_mutate(c->store, &m, 1, MUTATE_ALL_OR_NOTHING, &result, e);

	record_copy(now, &result.now);
	mutation_result_clear(&result);
	return ok;
}

/* Returns warnings about the stored record, NULL = none. Caller frees with json_decref(). */
static json_t *warnings_of(struct snapshot *directory, const struct record *r)
{
	struct number_context ctx = { 0 };
	json_t *list = json_array();
	const char *warning;
	char text[256];

	if (r->entity == ENTITY_NUMBER) {
		ctx.agent = snapshot_agent(directory, r->number.agent);
		warning = number_warning(&r->number, &ctx);
		if (warning)
			json_array_append_new(list, cli_text(warning));
		if (e164_warning(r->number.e164, text, sizeof(text)))
			json_array_append_new(list, cli_text(text));
	}
	if (r->entity == ENTITY_SCHEDULE || r->entity == ENTITY_WORKSPACE) {
		const char *name = r->entity == ENTITY_SCHEDULE ? r->schedule.time_zone : r->workspace.time_zone;
		struct zone *zone = zone_open(name);

		if (!zone) {
			snprintf(text, sizeof(text), r->entity == ENTITY_SCHEDULE ?
				 _("this machine does not know the time zone %s, and Asterisk takes an unknown zone as UTC") :
				 _("this machine does not know the time zone %s: times are shown in UTC"), name);
			json_array_append_new(list, cli_text(text));
		}
		zone_free(&zone);
	}
	return list;
}

/* Whether the servers hold keys of what the command changed. Those of a provider and of the workspace are few of their fields. */
static bool reaches_servers(const struct cli *c, const struct record *r)
{
	if (r->entity != ENTITY_PROVIDER && r->entity != ENTITY_WORKSPACE)
		return true;
	for (size_t i = 0; i < c->args.given_count; i++) {
		const struct field *f = c->args.given[i].option->field;

		if (f && (f->type == FIELD_AGENT || f->type == FIELD_CAP || f->type == FIELD_DURATION || f->type == FIELD_ID ||
			  f->type == FIELD_PREFIX))
			return true;
	}
	return r->entity == ENTITY_PROVIDER && cli_args_has(&c->args, "cascade");
}

void cli_note_servers(struct cli *c, const struct record *r)
{
	bool writes = false;

	for (size_t i = 0; i < c->config->server_count; i++)
		writes |= c->config->servers[i].routes == ROUTES_ASTDB;
	/* With --cut, this command itself deletes and reports the routes. */
	if (writes && !cli_args_has(&c->args, "cut") && reaches_servers(c, r))
		cli_note(c, _("note: an open screen, or 'trunkdeck sync', writes it to the servers"));
}

/* Prints "added number +15551234567", or the record. */
static void report(struct cli *c, const char *done, const struct record *r, struct snapshot *directory)
{
	json_t *warnings = directory ? warnings_of(directory, r) : NULL, *warning;
	size_t at;

	if (c->out.format == OUTPUT_TABLE)
		cli_output_line(&c->out, "%s %s %s", done, entity_name(r->entity), record_key(r));
	else
		cli_rows_one(&c->out, r, warnings);
	json_array_foreach(warnings, at, warning)
		cli_note(c, _("warning: %s"), json_string_value(warning));
	json_decref(warnings);
	cli_note_servers(c, r);
}

/* Calls `act` with the record that the command names; for `add`, with a new one. */
static bool with_record(struct cli *c, bool (*act)(struct cli *, struct snapshot *, struct record *, struct err *), struct err *e)
{
	struct snapshot *directory = cli_directory(c, e);
	struct record r = { .entity = c->command->entity };
	bool adds = c->command->run == cli_record_add, ok;

	if (!directory)
		return false;
	if (adds)
		record_init(&r, c->command->entity);
	ok = (adds || cli_find(c, directory, &r, e)) && act(c, directory, &r, e);
	record_clear(&r);
	snapshot_free(&directory);
	return ok;
}

static bool add(struct cli *c, struct snapshot *directory, struct record *r, struct err *e)
{
	const char *name = c->args.positional_count > 0 ? c->args.positionals[0] : NULL;
	const struct field *named = entity_fields(r->entity);
	const struct provider *p;
	struct record now;
	int64_t limit, used;
	bool ok;

	/* The word after "add" is the first field that an operator sets: the key, or the name that the key is made from. */
	while (named->flags & FIELD_READONLY)
		named++;
	if (name && !field_set(named, r, name, e)) {
		/* Which number was probably meant depends on the country of the provider. */
		const char *provider = cli_args_value(&c->args, "provider");

		if (e->code == ERR_NUMBER_FORMAT && provider && cli_provider_id(directory, &provider, NULL))
			e164_check(name, provider_country(snapshot_provider(directory, provider)), e);
		return false;
	}
	if (!cli_set_fields(c, directory, r, false, e))
		return false;
	p = r->entity == ENTITY_NUMBER ? snapshot_provider(directory, r->number.provider) : NULL;
	if (p && !cli_args_has(&c->args, "region"))
		r->number.region = p->region;
	ok = mutate(c, MUTATION_ADD, r, 0, &now, e);
	if (ok) {
		report(c, _("added"), &now, directory);
		limit = workspace_limit(snapshot_workspace(directory));
		used = snapshot_used(directory) + 1;
		if (now.entity == ENTITY_NUMBER && limit_state_of(used, limit) != LIMIT_OK)
			cli_note(c, _("note: %" PRId64 " of %" PRId64 " numbers used"), used, limit);
	}
	record_clear(&now);
	return ok;
}

bool cli_record_add(struct cli *c, struct err *e)
{
	return with_record(c, add, e);
}

#define LOST_SHOWN 5

/* Some of the records that a change of an agent concerns, as "+1..., +1... and 3 more". */
struct concerned {
	struct buf list;
	size_t count;
};

static void concern(struct concerned *to, const char *key)
{
	if (to->count++ < LOST_SHOWN)
		buf_addf(&to->list, "%s%s", to->count > 1 ? ", " : "", key);
}

static void concern_end(struct concerned *to)
{
	if (to->count > LOST_SHOWN)
		buf_addf(&to->list, _(" and %zu more"), to->count - LOST_SHOWN);
}

/* Finds the numbers whose routes a change of their agent deletes. *others: numbers and providers that name the agent in other
 * fields. */
static bool read_lost(struct cli *c, const struct record *agent, struct concerned *lost, struct concerned *others, struct err *e)
{
	struct snapshot *s = snapshot_new();
	const struct provider *const *providers;
	const struct number *const *numbers;
	const char *id = agent->agent.id;
	size_t n;
	bool ok = store_read_snapshot(c->store, s, true, e);

	numbers = snapshot_numbers(s, &n);
	for (size_t i = 0; ok && i < n; i++) {
		const struct number *number = numbers[i];

		if (!number->enabled)
			continue;
		if (strcmp(number->agent, id) == 0)
			concern(lost, number->e164);
		else if (split_weight(number->split, id) > 0 || !strcmp(number->fallback, id) || !strcmp(number->closed_agent, id))
			concern(others, number->e164);
	}
	providers = snapshot_providers(s, &n);
	for (size_t i = 0; ok && i < n; i++)
		if (strcmp(providers[i]->default_agent, id) == 0)
			concern(others, providers[i]->id);
	concern_end(lost);
	concern_end(others);
	snapshot_free(&s);
	return ok;
}

bool cli_ask(const struct cli *c, const char *question, struct err *e)
{
	char answer[16] = "";

	if (cli_args_has(&c->args, "yes"))
		return true;
	if (!isatty(STDIN_FILENO) || !isatty(STDERR_FILENO)) {
		err_set_message(e, ERR_USAGE, "%s", _("this asks for confirmation, and there is no terminal to ask on"));
		err_hint(e, "%s", _("--yes goes on without asking"));
		return false;
	}
	fprintf(stderr, "%s [y/N] ", question);
	fflush(stderr);
	if (fgets(answer, sizeof(answer), stdin) && (answer[0] == 'y' || answer[0] == 'Y'))
		return true;
	return err_set_message(e, ERR_FOUND_WRONG, "%s", _("nothing was changed"));
}

/* The agent can't take calls any more: tells what that means for its numbers, and asks. */
static bool confirm_loss(struct cli *c, const struct record *agent, const char *why, struct concerned *lost, struct err *e)
{
	struct concerned others = { .count = 0 };
	bool ok;

	buf_init(&others.list, BUF_UNBOUNDED);
	ok = read_lost(c, agent, lost, &others, e);
	if (ok && lost->count > 0)
		cli_note(c, ngettext("warning: %zu number loses its agent (%s): %s", "warning: %zu numbers lose their agent (%s): %s",
				     lost->count), lost->count, why, lost->list.p);
	if (ok && others.count > 0)
		cli_note(c, ngettext("warning: %zu record more names this agent, in a split or as the fallback, closed or default agent: %s",
				     "warning: %zu records more name this agent, in a split or as the fallback, closed or default agent: %s",
				     others.count), others.count, others.list.p);
	ok = ok && (lost->count + others.count == 0 || cli_ask(c, _("Change the agent?"), e));
	buf_clear(&others.list);
	return ok;
}

static bool edit(struct cli *c, struct snapshot *directory, struct record *r, struct err *e)
{
	bool had_routes = r->entity == ENTITY_AGENT && agent_usable(&r->agent, NULL), ok;
	struct concerned lost = { .count = 0 };
	const char *why = NULL;
	struct record now;

	if (!cli_set_fields(c, directory, r, false, e))
		return false;
	buf_init(&lost.list, BUF_UNBOUNDED);
	if (had_routes && !agent_usable(&r->agent, &why) && !confirm_loss(c, r, why, &lost, e)) {
		buf_clear(&lost.list);
		return false;
	}
	ok = mutate(c, MUTATION_EDIT, r, record_version(r), &now, e);
	if (ok)
		report(c, _("changed"), &now, directory);
	if (ok && lost.count > 0)
		cli_note(c, ngettext("warning: the agent of %zu number takes no calls now: %s",
				     "warning: the agent of %zu numbers takes no calls now: %s", lost.count),
			 lost.count, lost.list.p);
	buf_clear(&lost.list);
	record_clear(&now);
	return ok;
}

static bool show(struct cli *c, struct snapshot *directory, struct record *r, struct err *e)
{
	(void)directory;
	(void)e;
	cli_rows_one(&c->out, r, NULL);
	return true;
}

bool cli_sets_fields(const struct cli *c, struct err *e)
{
	bool changes = cli_args_has(&c->args, "param") || cli_args_has(&c->args, "unset-param");

	for (size_t i = 0; i < c->args.given_count; i++)
		changes |= c->args.given[i].option->field != NULL;
	if (changes)
		return true;
	err_set_message(e, ERR_USAGE, "%s", _("nothing to change"));
	return err_hint(e, _("'trunkdeck help %s' lists what can be changed"), c->command->name);
}

bool cli_record_edit(struct cli *c, struct err *e)
{
	return cli_sets_fields(c, e) && with_record(c, edit, e);
}

bool cli_record_show(struct cli *c, struct err *e)
{
	return with_record(c, show, e);
}

/* --- listing --- */

/* What the filter reads. */
struct listed {
	struct cli_listing *list;
	const struct record *record;
	char *const *cells;
};

static const char *cell_of(const void *row, int field)
{
	const struct listed *at = row;
	const struct cli_rows *rows = &at->list->rows;

	return (size_t)field < rows->count ? at->cells[field] : cli_rows_hours(rows, &at->record->number, (size_t)field);
}

static const char *param_of(const void *row, const char *name)
{
	const struct listed *at = row;

	free(at->list->param);
	at->list->param = params_value(at->record->number.params, name);
	return at->list->param;
}

static void list_one(void *arg, const struct record *r, int64_t numbers)
{
	struct cli_listing *l = arg;
	char *cells[CLI_COLUMNS_MAX] = { NULL };

	if (!cli_rows_see(&l->rows, r))
		return;
	/* JSON is made from the record. The cells are needed for tables, CSV and queries only. */
	if (l->c->out.format != OUTPUT_JSON || !filter_words_is_empty(l->query))
		cli_rows_cells(&l->rows, r, numbers, cells);
	if (filter_words_match(l->query, NULL, &(struct listed){ l, r, cells }))
		l->found(l, r, numbers, cells);
	cli_rows_free_cells(&l->rows, cells);
}

static bool list_goes_on(void *arg)
{
	const struct cli_listing *l = arg;

	return !cli_output_broken(&l->c->out);
}

bool cli_listing_open(struct cli_listing *l, struct cli *c, const struct cli_routes *routes, struct err *e)
{
	const char *where = cli_args_value(&c->args, "where");
	enum entity entity = c->command->entity;

	l->c = c;
	cli_rows_init(&l->rows, &c->out, entity, entity == ENTITY_PROVIDER, routes);
	l->filter = cli_rows_filter(&l->rows);
	l->filter.get = cell_of;
	l->filter.param = entity == ENTITY_NUMBER ? param_of : NULL;
	l->query = filter_words_new(where ? where : "", &l->filter, NULL, 0);
	return cli_where_ok(l->query, e);
}

bool cli_listing_read(struct cli_listing *l, struct err *e)
{
	const struct store_reader reader = {
		.arg = l, .go_on = list_goes_on,
		.entities = cli_rows_entities(&l->rows), .record = list_one,
	};

	return store_read(l->c->store, &reader, NULL, e);
}

void cli_listing_close(struct cli_listing *l)
{
	filter_words_free(&l->query);
	FREE(&l->param);
	cli_rows_clear(&l->rows);
}

static void put_row(struct cli_listing *l, const struct record *r, int64_t numbers, char *const cells[])
{
	cli_rows_put(&l->rows, r, numbers, cells);
}

bool cli_record_list(struct cli *c, struct err *e)
{
	struct cli_listing l = { .found = put_row };
	struct cli_routes *routes = NULL;
	bool ok = (!cli_args_has(&c->args, "routes") || cli_routes_read(&routes, c, e)) && cli_listing_open(&l, c, routes, e);

	if (ok) {
		cli_output_columns(&c->out, l.rows.columns, l.rows.count);
		ok = cli_listing_read(&l, e);
	}
	if (ok && c->out.written == 0)
		cli_note(c, "%s", cli_args_has(&c->args, "where") ? _("nothing matches") : _("there are none yet"));
	ok = ok && (!routes || cli_routes_complete(routes, e));
	cli_listing_close(&l);
	cli_routes_free(&routes);
	return ok;
}

/* --- deleting --- */

/* Returns false when the delete was not confirmed; *e says why. */
static bool confirm(const struct cli *c, struct snapshot *directory, const struct record *r, int64_t numbers, struct err *e)
{
	const struct provider *p = r->entity == ENTITY_NUMBER ? snapshot_provider(directory, r->number.provider) : NULL;
	bool asks = !cli_args_has(&c->args, "yes"), ok;
	char *question;

	if (p && p->default_agent[0] != '\0')
		cli_note(c, _("note: calls to %s will be answered by %s, the default agent of %s"), r->number.e164, p->default_agent, p->name);
	else if (p && asks)
		fprintf(stderr,
		_("Calls to %s will be refused. The number itself stays with your provider.\n"), r->number.e164);
	if (asks && r->entity == ENTITY_PROVIDER && cli_args_has(&c->args, "cascade") && numbers > 0)
		fprintf(stderr, ngettext("%" PRId64 " number of this provider is deleted too.\n",
					 "%" PRId64 " numbers of this provider are deleted too.\n", (unsigned long)numbers), numbers);
	if (asks && cli_args_has(&c->args, "cut"))
		fprintf(stderr, "%s\n", _("Calls in progress are hung up."));
	question = xasprintf(_("Delete %s %s?"), entity_name(r->entity), record_key(r));
	ok = cli_ask(c, question, e);
	free(question);
	return ok;
}

static bool delete(struct cli *c, struct snapshot *directory, struct record *r, struct err *e)
{
	bool cuts = cli_args_has(&c->args, "cut");
	int64_t version = cli_args_has(&c->args, "yes") ? 0 : record_version(r);
	json_t *cut = NULL;
	struct record now;
	bool ok;

	if (!confirm(c, directory, r, snapshot_badge(directory, record_key(r)), e) ||
	    (cuts && !(config_read_server_secrets(c->options->config, e) && (cut = cli_cut_prepare(c, r, e)))))
		return false;
	ok = mutate(c, MUTATION_DELETE, r, version, &now, e);
	if (ok)
		report(c, _("deleted"), &now, NULL);
	record_clear(&now);
	ok = ok && (!cuts || cli_cut_run(c, cut, snapshot_workspace(directory)->id, e));
	json_decref(cut);
	return ok;
}

bool cli_record_delete(struct cli *c, struct err *e)
{
	return with_record(c, delete, e);
}
