/*
 * number|provider|agent|schedule export: every field that an operator sets, as CSV or one JSON object a line. Importing
 * it again with --update changes nothing. URLs of agents may hold credentials, and are left out.
 *
 * CSV is not written by output.c, which is for reading: here, line ends stay, and texts that a spreadsheet would
 * calculate get an apostrophe, which import removes.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "cli/io/command.h"
#include "trunkdeck/base/buf.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/store/store.h"

struct export {
	struct cli *c;
	enum entity entity;
	bool json;
};

static bool is_exported(const struct field *f)
{
	return f->type != FIELD_URL && (f->flags & FIELD_KEY || !(f->flags & FIELD_READONLY));
}

static void add_csv_cell(struct buf *line, const struct field *f, const char *text)
{
	bool guarded = f && f->type != FIELD_E164 && text[0] && strchr("=+-@'\t\r", text[0]);
	size_t len = strlen(text);
	bool quoted = text[strcspn(text, ",;\"\n\t")] || (len > 0 && (text[0] == ' ' || text[len - 1] == ' '));

	buf_adds(line, line->len > 0 ? "," : "");
	buf_adds(line, quoted ? "\"" : "");
	buf_adds(line, guarded ? "'" : "");
	for (; *text; text++) {
		if (*text == '"')
			buf_addc(line, '"');
		buf_addc(line, *text);
	}
	buf_adds(line, quoted ? "\"" : "");
}

static void write_line(struct export *x, struct buf *line, const char *end)
{
	buf_adds(line, end);
	cli_output_write(&x->c->out, line->p, line->len);
	buf_clear(line);
}

static void export_one(void *arg, const struct record *r, int64_t numbers)
{
	struct export *x = arg;
	struct buf line;
	json_t *object;
	char *text;

	(void)numbers;
	if (r->entity != x->entity)
		return;
	buf_init(&line, BUF_UNBOUNDED);
	if (x->json) {
		object = record_to_json(r);
		for (const struct field *f = entity_fields(x->entity); f->key; f++)
			if (!is_exported(f))
				json_object_del(object, f->key);
		text = json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(17));
		json_decref(object);
		buf_adds(&line, text ? text : "{}");
		free(text);
		write_line(x, &line, "\n");
		return;
	}
	for (const struct field *f = entity_fields(x->entity); f->key; f++) {
		if (!is_exported(f))
			continue;
		text = field_get(f, r);
		add_csv_cell(&line, f, text);
		free(text);
	}
	write_line(x, &line, "\r\n");
}

static bool go_on(void *arg)
{
	return !cli_output_broken(&((struct export *)arg)->c->out);
}

bool cli_export(struct cli *c, struct err *e)
{
	struct export x = { c, c->command->entity, c->out.format == OUTPUT_JSON };
	const struct store_reader reader = { .arg = &x, .entities = ENTITY_BIT(c->command->entity), .record = export_one, .go_on = go_on };
	struct buf line;
	int64_t change_id;

	if (!x.json) {
		buf_init(&line, BUF_UNBOUNDED);
		for (const struct field *f = entity_fields(x.entity); f->key; f++)
			if (is_exported(f))
				add_csv_cell(&line, NULL, f->key);
		write_line(&x, &line, "\r\n");
	}
	return store_read(c->store, &reader, &change_id, e);
}
