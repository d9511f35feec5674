/* config: the values as they came out, each with where it comes from. Secrets are masked before they get here. */
#include "config.h"

#include <jansson.h>

#include "cli/io/command.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"

static const char *origin_name(enum config_origin origin)
{
	static const char *const names[] = {
		[ORIGIN_DEFAULT] = "default",
		[ORIGIN_FILE] = "file",
		[ORIGIN_ENVIRONMENT] = "environment",
		[ORIGIN_FLAG] = "flag",
	};

	return (size_t)origin < ARRAY_LEN(names) ? names[origin] : "";
}

static json_t *text(const char *s)
{
	json_t *json = json_string(s);

	return json ? json : json_string("?");
}

static void put(struct cli_output *out, const struct config_value *v)
{
	json_t *o;

	if (out->format != OUTPUT_JSON) {
		cli_output_row(out, (const char *[]){ v->section, v->key, v->value, origin_name(v->origin), v->where });
		return;
	}
	o = json_object();
	json_object_set_new(o, "section", text(v->section));
	json_object_set_new(o, "key", text(v->key));
	json_object_set_new(o, "value", text(v->value));
	json_object_set_new(o, "origin", text(origin_name(v->origin)));
	json_object_set_new(o, "where", text(v->where));
	cli_output_object(out, o);
}

bool cli_show_config(struct cli *c, struct err *e)
{
	const struct cli_column columns[] = {
		{ .key = "section", .label = _("Section") },
		{ .key = "key", .label = _("Key") },
		{ .key = "value", .label = _("Value") },
		{ .key = "origin", .label = _("Origin"), .no_table = true },
		{ .key = "where", .label = _("From") },
	};

	(void)e;
	if (c->config->path[0] == '\0')
		cli_note(c, _("note: there is no configuration file"));
	if (c->out.format != OUTPUT_JSON)
		cli_output_columns(&c->out, columns, ARRAY_LEN(columns));
	for (size_t i = 0; i < c->config->value_count; i++)
		put(&c->out, &c->config->values[i]);
	return true;
}
