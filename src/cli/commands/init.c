/* init, store migrate: opening the store has created it or brought it up to date; the fields that were given are set. */
#include "config.h"

#include <inttypes.h>

#include "cli/io/command.h"
#include "cli/io/lookup.h"
#include "rows.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/store/store.h"

static void show(struct cli *c, const struct workspace *w, int64_t used)
{
	struct record r = { .entity = ENTITY_WORKSPACE };
	int64_t limit = workspace_limit(w);

	if (c->out.format != OUTPUT_TABLE) {
		workspace_copy(&r.workspace, w);
		cli_rows_one(&c->out, &r);
		record_clear(&r);
		return;
	}
	cli_output_line(&c->out, _("store      %s"), store_name(c->store));
	cli_output_line(&c->out, _("workspace  %s (%s)"), w->name[0] != '\0' ? w->name : _("without a name"), w->id);
	cli_output_line(&c->out, _("plan       %s"), plan_name(w->plan));
	if (limit == LIMIT_NONE)
		cli_output_line(&c->out, _("numbers    %" PRId64 " used, no limit"), used);
	else
		cli_output_line(&c->out, _("numbers    %" PRId64 " of %" PRId64 " used"), used, limit);
	cli_output_line(&c->out, _("time zone  %s"), w->time_zone);
}

bool cli_init_workspace(struct cli *c, struct err *e)
{
	struct snapshot *directory;
	bool edits = false;

	for (size_t i = 0; i < c->args.given_count; i++)
		edits |= c->args.given[i].option->field != NULL;
	if (edits && !cli_record_edit(c, e))
		return false;
	if (edits && c->out.format != OUTPUT_TABLE)
		return true;
	directory = cli_directory(c, e);
	if (!directory)
		return false;
	show(c, snapshot_workspace(directory), snapshot_used(directory));
	snapshot_free(&directory);
	return true;
}
