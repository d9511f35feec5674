/*
 * agent sync: a row for each agent that was changed, or would be, and for each the directory offers but that can't be
 * taken. What failed is told after the rows: a region that could not be read does not keep the other from being synced.
 */
#include "config.h"

#include <jansson.h>

#include "cli/io/command.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/work/agent_sync.h"

static void put_row(struct cli_output *out, const char *id, const char *action, enum region region, const char *title,
		    const char *detail)
{
	const char *const cells[] = { id, action, region_name(region), title, detail };
	json_t *o;

	if (out->format != OUTPUT_JSON) {
		cli_output_row(out, cells);
		return;
	}
	o = json_object();
	json_object_set_new(o, "id", json_string(id));
	json_object_set_new(o, "action", json_string(action));
	json_object_set_new(o, "region", json_string(region_name(region)));
	json_object_set_new(o, "title", json_string(title));
	json_object_set_new(o, "detail", json_string(detail));
	cli_output_object(out, o);
}

static void put_change(struct cli_output *out, const struct agent_sync_row *row)
{
	const struct agent *a = &row->agent;
	const char *why = "";

	if (row->err.code != ERR_NONE)
		put_row(out, a->id, "refused", a->region, a->title, row->err.message);
	else if (row->fields[0] != '\0')
		put_row(out, a->id, agents_change_name(row->kind), a->region, a->title, row->fields);
	else
		put_row(out, a->id, agents_change_name(row->kind), a->region, a->title, agent_usable(a, &why) ? "" : why);
}

static void put_all(struct cli_output *out, const struct agent_sync *s)
{
	const struct cli_column columns[] = {
		{ .key = "id", .label = _("Agent") },
		{ .key = "action", .label = _("Action") },
		{ .key = "region", .label = _("Region") },
		{ .key = "title", .label = _("Title") },
		{ .key = "detail", .label = _("Detail") },
	};

	if (out->format == OUTPUT_CSV || s->count + s->issue_count > 0)
		cli_output_columns(out, columns, ARRAY_LEN(columns));
	for (size_t i = 0; i < s->count; i++)
		put_change(out, &s->rows[i]);
	for (size_t i = 0; i < s->issue_count; i++)
		put_row(out, s->issues[i].id, "refused", s->issues[i].region, "", s->issues[i].text);
}

static void put_summary(struct cli_output *out, const struct agent_sync *s, bool dry_run)
{
	size_t listed = 0;

	for (int r = 0; r < REGION_COUNT; r++)
		listed += s->regions[r].count;
	if (s->count + s->issue_count > 0)
		cli_output_line(out, "%s", "");
	cli_output_line(out, _("%zu in the directory: %zu added, %zu changed, %zu restored, %zu gone, %zu unchanged, %zu refused"),
			listed, s->done[AGENTS_ADDED], s->done[AGENTS_CHANGED], s->done[AGENTS_RESTORED],
			s->done[AGENTS_GONE], s->unchanged, s->refused + s->issue_count);
	if (dry_run)
		cli_output_line(out, "%s", _("a dry run: nothing was changed"));
}

static bool check_possible(const struct cli *c, bool dry_run, struct err *e)
{
	if (c->config->agents.source != AGENTS_FROM_API) {
		err_set_message(e, ERR_CONFIG, "%s", _("there is no agent directory: agents are local"));
		err_hint(e, "%s", _("set source = api and na_url or eu_url in [agents]; see README, Configuration"));
		return false;
	}
	return dry_run || !c->config->read_only || err_set(e, ERR_READ_ONLY, "%s", _("--dry-run shows what would change"));
}

bool cli_agent_sync(struct cli *c, struct err *e)
{
	const struct agent_sync_options options = {
		.dry_run = cli_args_has(&c->args, "dry-run"),
		.all_may_go = cli_args_has(&c->args, "all-gone"),
	};
	struct agent_sync s;
	bool ok;

	if (!check_possible(c, options.dry_run, e) || !config_read_agents_secret(c->options->config, e))
		return false;
	ok = agent_sync_run(&s, c->store, &c->config->agents, &options, e);
	if (ok) {
		put_all(&c->out, &s);
		put_summary(&c->out, &s, options.dry_run);
		ok = e->code == ERR_NONE;
	}
	agent_sync_clear(&s);
	return ok;
}
