#include "config.h"

#include "rows.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "trunkdeck/base/clock.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/model/filter_words.h"
#include "trunkdeck/model/schedule.h"
#include "trunkdeck/store/store.h"

bool cli_where_ok(const struct filter_words *where, struct err *e)
{
	const struct err *wrong = filter_words_error(where);

	if (!wrong)
		return true;
	err_set_message(e, ERR_USAGE, "--where: %s", wrong->message);
	err_hint(e, "%s", wrong->hint);
	return false;
}

static const char *const hours_names[] = { "hours", "closed" };

static void add_column(struct cli_rows *rows, struct cli_column column, const char *name)
{
	if (rows->count == CLI_COLUMNS_MAX)
		die("a record has more than %d columns", CLI_COLUMNS_MAX);
	rows->columns[rows->count] = column;
	rows->names[rows->count++] = name;
}

void cli_rows_init(struct cli_rows *rows, struct cli_output *out, enum entity entity, bool counted,
		   const struct cli_routes *routes)
{
	*rows = (struct cli_rows){ .out = out, .entity = entity, .counted = counted, .routes = routes };
	for (const struct field *f = entity_fields(entity); f->key; f++) {
		/* Fields that only the program sets, and those of unbounded width, would leave no room for others. */
		bool narrow = ((f->flags & FIELD_KEY) || !(f->flags & (FIELD_READONLY | FIELD_MORE))) && f->type != FIELD_PARAMS &&
			      f->type != FIELD_EXCEPTIONS;

		add_column(rows, (struct cli_column){ .key = f->key, .label = f->label, .flags = narrow ? 0 : COLUMN_NO_TABLE },
			   field_word(f));
	}
	if (counted)
		add_column(rows, (struct cli_column){ .key = "numbers", .label = N_("Numbers"), .flags = COLUMN_RIGHT }, "numbers");
	if (routes)
		add_column(rows, (struct cli_column){ .key = "routes", .label = N_("Routes") }, "routes");
	if (entity == ENTITY_NUMBER)
		for (size_t i = 0; i < ARRAY_LEN(hours_names); i++)
			rows->names[rows->count + i] = hours_names[i];
}

void cli_rows_clear(struct cli_rows *rows)
{
	for (size_t i = 0; i < rows->hours_count; i++) {
		free(rows->hours[i].schedule);
		free(rows->hours[i].text);
	}
	FREE(&rows->hours);
	FREE(&rows->zone);
}

struct filter_rows cli_rows_filter(const struct cli_rows *rows)
{
	struct filter_rows filter = { .fields = rows->names };

	for (size_t i = 0; rows->names[i]; i++) {
		const struct field *f = i < rows->count ? field_by_key(rows->entity, rows->columns[i].key) : NULL;

		/* Words without a field are searched for in what the list shows. */
		if (i >= rows->count)
			filter.by_name |= FILTER_FIELD(i);
		else if (f ? f->type == FIELD_CAP || f->type == FIELD_INT : rows->counted)
			filter.numbers |= FILTER_FIELD(i);
		else if (f && f->type == FIELD_E164)
			filter.phones |= FILTER_FIELD(i);
	}
	return filter;
}

unsigned cli_rows_entities(const struct cli_rows *rows)
{
	unsigned own = ENTITY_BIT(rows->entity);

	return rows->entity == ENTITY_NUMBER ? own | ENTITY_BIT(ENTITY_WORKSPACE) | ENTITY_BIT(ENTITY_SCHEDULE) : own;
}

bool cli_rows_see(struct cli_rows *rows, const struct record *r)
{
	struct schedule_state state;
	struct buf text;

	if (r->entity == rows->entity)
		return true;
	if (r->entity == ENTITY_WORKSPACE) {
		free(rows->zone);
		rows->zone = xstrdup(r->workspace.time_zone);
		return false;
	}
	buf_init(&text, BUF_UNBOUNDED);
	schedule_now(&text, &r->schedule, rows->zone ? rows->zone : "", clock_wall_us(&clock_system), &state);
	ARRAY_GROW(rows->hours, rows->hours_count, rows->hours_size);
	rows->hours[rows->hours_count++] = (struct cli_hours){ xstrdup(r->schedule.id), buf_take(&text), !state.open };
	return false;
}

const char *cli_rows_hours(const struct cli_rows *rows, const struct number *n, size_t field)
{
	const struct cli_hours *at = NULL;

	for (size_t i = 0; i < rows->hours_count && !at; i++)
		if (strcmp(rows->hours[i].schedule, n->schedule) == 0)
			at = &rows->hours[i];
	if (strcmp(rows->names[field], "closed") == 0)
		return at && at->closed ? "yes" : "no";
	return at ? at->text : "";
}

void cli_rows_cells(const struct cli_rows *rows, const struct record *r, int64_t numbers, char *cells[CLI_COLUMNS_MAX])
{
	size_t i = 0;

	for (const struct field *f = entity_fields(rows->entity); f->key; f++)
		cells[i++] = field_get(f, r);
	if (rows->counted)
		cells[i++] = xasprintf("%" PRId64, numbers);
	if (rows->routes)
		cells[i] = cli_routes_text(rows->routes, record_key(r));
}

void cli_rows_free_cells(const struct cli_rows *rows, char *cells[CLI_COLUMNS_MAX])
{
	for (size_t i = 0; i < rows->count; i++)
		free(cells[i]);
}

void cli_rows_put(struct cli_rows *rows, const struct record *r, int64_t numbers, char *const cells[CLI_COLUMNS_MAX])
{
	json_t *object;

	if (rows->out->format != OUTPUT_JSON) {
		cli_output_texts(rows->out, (const char *const *)cells);
		return;
	}
	object = record_to_json(r);
	if (rows->counted)
		json_object_set_new(object, "numbers", json_integer(numbers));
	if (rows->routes)
		json_object_set_new(object, "routes", cli_routes_json(rows->routes, record_key(r)));
	if (json_array_size(rows->warnings))
		json_object_set(object, "warnings", rows->warnings);
	cli_output_object(rows->out, object);
}

void cli_rows_one(struct cli_output *out, const struct record *r, json_t *warnings)
{
	static const struct cli_column pair[] = { { .key = "field" }, { .key = "value" } };
	char *cells[CLI_COLUMNS_MAX];
	struct cli_rows rows;

	cli_rows_init(&rows, out, r->entity, false, NULL);
	rows.warnings = warnings;
	cli_rows_cells(&rows, r, 0, cells);
	if (out->format == OUTPUT_TABLE) {
		cli_output_columns(out, pair, ARRAY_LEN(pair));
		for (size_t i = 0; i < rows.count; i++)
			cli_output_texts(out, (const char *[]){ _(rows.columns[i].label), cells[i] });
	} else {
		cli_output_columns(out, rows.columns, rows.count);
		cli_rows_put(&rows, r, 0, cells);
	}
	cli_rows_free_cells(&rows, cells);
}
