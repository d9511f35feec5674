/*
 * agent sync: prints a row for each agent that was or would be changed, and for each agent of the directory that is
 * refused. Failures are reported after the rows, because one unreadable region does not stop the sync of the other.
 */
#include "config.h"

#include "cli/io/command.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/work/agent_sync.h"

static void put_result(struct cli_output *out, const struct agent_sync *s, bool dry_run)
{
	static const struct cli_column columns[] = {
		{ .key = "id", .label = N_("Agent") }, { .key = "action", .label = N_("Action") },
		{ .key = "region", .label = N_("Region") }, { .key = "title", .label = N_("Title") },
		{ .key = "detail", .label = N_("Detail") },
	};
	size_t listed = 0;

	cli_output_columns(out, columns, ARRAY_LEN(columns));
	for (size_t i = 0; i < s->count; i++) {
		const struct agent_sync_row *row = &s->rows[i];
		const struct agent *a = &row->agent;
		bool refused = row->err.code != ERR_NONE;
		const char *detail = refused ? row->err.message : row->change.fields, *why = "";

		if (detail[0] == '\0' && !agent_usable(a, &why))
			detail = why;
		cli_output_row(out, (json_t *[]){ cli_text(a->id), cli_text(refused ? "refused" : agents_change_name(row->change.kind)),
						  cli_text(region_name(a->region)), cli_text(a->title), cli_text(detail) });
	}
	for (size_t i = 0; i < s->issue_count; i++)
		cli_output_row(out, (json_t *[]){ cli_text(s->issues[i].id), cli_text("refused"),
						  cli_text(region_name(s->issues[i].region)), cli_text(""),
						  cli_text(s->issues[i].text) });
	for (int r = 0; r < REGION_COUNT; r++)
		listed += s->regions[r].count;
	if (out->written > 0)
		cli_output_line(out, "%s", "");
	cli_output_line(out, _("%zu in the directory: %zu added, %zu changed, %zu restored, %zu gone, %zu unchanged, %zu refused"),
			listed, s->done[AGENTS_ADDED], s->done[AGENTS_CHANGED], s->done[AGENTS_RESTORED],
			s->done[AGENTS_GONE], s->unchanged, s->refused + s->issue_count);
	if (dry_run)
		cli_output_line(out, "%s", _("This was a dry run: nothing was changed."));
}

bool cli_agent_sync(struct cli *c, struct err *e)
{
	const struct agent_sync_options options = {
		.dry_run = cli_args_has(&c->args, "dry-run"),
		.all_may_go = cli_args_has(&c->args, "all-gone"),
	};
	struct agent_sync s = { .count = 0 };
	bool ok;

	if (c->config->agents.source != AGENTS_FROM_API) {
		err_set_message(e, ERR_CONFIG, "%s", _("no agent directory is configured: agents are local"));
		return err_hint(e, "%s",
				_("set source = api and na_url or eu_url in [agents]; see docs/configuration.md"));
	}
	if (c->config->read_only && !options.dry_run)
		return err_set(e, ERR_READ_ONLY, "%s", _("--dry-run shows what would change"));
	ok = config_read_agents_secret(c->options->config, e) &&
	     agent_sync_run(&s, c->store, &c->config->agents, &options, e);
	if (ok) {
		put_result(&c->out, &s, options.dry_run);
		ok = e->code == ERR_NONE;
	}
	agent_sync_clear(&s);
	return ok;
}
