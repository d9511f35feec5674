/* config: prints each value in force and its source. Secrets are masked when the configuration is read. */
#include "config.h"

#include "cli/io/command.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"

bool cli_show_config(struct cli *c, struct err *e)
{
	static const struct cli_column columns[] = {
		{ .key = "section", .label = N_("Section") }, { .key = "key", .label = N_("Key") },
		{ .key = "value", .label = N_("Value") },
		{ .key = "origin", .label = N_("Origin"), .flags = COLUMN_NO_TABLE },
		{ .key = "where", .label = N_("From") },
	};
	static const char *const origins[] = {
		[ORIGIN_DEFAULT] = "default",
		[ORIGIN_FILE] = "file",
		[ORIGIN_ENVIRONMENT] = "environment",
		[ORIGIN_FLAG] = "flag",
	};

	(void)e;
	if (c->config->path[0] == '\0')
		cli_note(c, _("note: there is no configuration file"));
	cli_output_columns(&c->out, columns, ARRAY_LEN(columns));
	for (size_t i = 0; i < c->config->value_count; i++) {
		const struct config_value *v = &c->config->values[i];

		cli_output_row(&c->out, (json_t *[]){ cli_text(v->section), cli_text(v->key), cli_text(v->value),
						      cli_text(origins[v->origin]), cli_text(v->where) });
	}
	return true;
}
