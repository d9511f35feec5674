#include "config.h"

#include "rows.h"

#include <inttypes.h>
#include <stdlib.h>

#include "trunkdeck/base/buf.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"

/* What only the program sets, and what has no bounded width, would push the rest off a screen. */
static bool in_tables(const struct field *f)
{
	return ((f->flags & FIELD_KEY) || !(f->flags & FIELD_READONLY)) && f->type != FIELD_PARAMS;
}

static void add_column(struct cli_rows *rows, const struct cli_column *column, const char *name)
{
	rows->columns[rows->count] = *column;
	rows->names[rows->count] = name;
	if (++rows->count > CLI_COLUMNS_MAX)
		die("a record has more than %d columns", CLI_COLUMNS_MAX);
}

void cli_rows_init(struct cli_rows *rows, struct cli_output *out, enum entity entity, bool counted)
{
	*rows = (struct cli_rows){ .out = out, .entity = entity, .counted = counted };
	for (const struct field *f = entity_fields(entity); f->key; f++) {
		const struct cli_column column = {
			.key = f->key,
			.label = _(f->label),
			.no_table = !in_tables(f),
		};

		add_column(rows, &column, f->option ? f->option : f->key);
	}
	if (counted)
		add_column(rows, &(struct cli_column){ .key = "numbers", .label = _("Numbers"), .right = true }, "numbers");
}

void cli_rows_add_routes(struct cli_rows *rows, const struct cli_routes *routes)
{
	rows->routes = routes;
	add_column(rows, &(struct cli_column){ .key = "routes", .label = _("Routes") }, "routes");
}

void cli_rows_begin(struct cli_rows *rows)
{
	if (rows->out->format != OUTPUT_JSON)
		cli_output_columns(rows->out, rows->columns, rows->count);
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
		cli_output_row(rows->out, (const char *const *)cells);
		return;
	}
	object = record_to_json(r);
	if (rows->counted)
		json_object_set_new(object, "numbers", json_integer(numbers));
	if (rows->routes)
		json_object_set_new(object, "routes", cli_routes_json(rows->routes, record_key(r)));
	cli_output_object(rows->out, object);
}

/* --- one record --- */

static const struct cli_column pair_columns[] = { { .key = "field" }, { .key = "value" } };

static void put_pairs(struct cli_output *out, const struct record *r)
{
	cli_output_columns(out, pair_columns, ARRAY_LEN(pair_columns));
	for (const struct field *f = entity_fields(r->entity); f->key; f++) {
		char *value = field_get(f, r);

		cli_output_row(out, (const char *[]){ _(f->label), value });
		free(value);
	}
}

void cli_rows_one(struct cli_output *out, const struct record *r)
{
	char *cells[CLI_COLUMNS_MAX];
	struct cli_rows rows;

	if (out->format == OUTPUT_TABLE) {
		put_pairs(out, r);
		return;
	}
	cli_rows_init(&rows, out, r->entity, false);
	cli_rows_begin(&rows);
	cli_rows_cells(&rows, r, 0, cells);
	cli_rows_put(&rows, r, 0, cells);
	cli_rows_free_cells(&rows, cells);
}
